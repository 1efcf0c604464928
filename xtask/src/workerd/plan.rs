//! What a start of the server is told: its ports, its clock, its voice. Never: a process.

use std::path::PathBuf;

/// What the server takes for the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The machine's.
    Real,
    /// Set and moved over the wire; only for the tests and the sample.
    Settable,
}

/// When waiting responses are published (rule P6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// At 05:00, UTC+7.
    Daily,
    /// As soon as ten are waiting.
    WhenTen,
}

/// Where alerts may go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// Public addresses, as everywhere.
    Public,
    /// This machine: only for the tests, whose receiver is there.
    Local,
}

/// How what the runtime and the Worker say is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Not at all; [`super::Server::log`] has it.
    Quiet,
    /// Line by line, for a person.
    Plain,
    /// As one JSON object a line, for a log collector ([`crate::log`]).
    Json,
}

/// Everything a start of the server needs.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where responses are kept between starts.
    pub data: PathBuf,
    /// The counter's port on 127.0.0.1; 0 takes a free one.
    pub counter_port: u16,
    /// The manager's port on localhost; 0 takes a free one.
    pub manager_port: u16,
    /// The public site's port on 127.0.0.1; 0 takes a free one.
    pub public_port: u16,
    /// The port on 127.0.0.1 where the server says how it is; 0 takes a free one.
    pub watch_port: u16,
    /// With this the program around the server tells of its machine; empty, nobody does.
    pub machine_token: String,
    /// One-time code that creates the first operator of an empty server.
    pub setup_code: String,
    /// The address that a new device opens, for the code to scan; empty where nobody knows it.
    pub counter_url: String,
    /// Where everybody reads what is public, for the link on the managers' page; empty where nobody knows it.
    pub public_url: String,
    /// What the server takes for the time.
    pub clock: Clock,
    /// When it publishes.
    pub release: Release,
    /// Where alerts may go to.
    pub outside: Outside,
    /// How what the runtime says is shown on our error stream.
    pub voice: Voice,
}

impl Plan {
    /// A server for one test: free ports, a clock to set, the daily release, quiet.
    #[must_use]
    pub fn for_test(data: PathBuf) -> Self {
        Self {
            data,
            counter_port: 0,
            manager_port: 0,
            public_port: 0,
            watch_port: 0,
            machine_token: String::new(),
            setup_code: "TESTCODE".to_owned(),
            counter_url: String::new(),
            public_url: String::new(),
            clock: Clock::Settable,
            release: Release::Daily,
            outside: Outside::Public,
            voice: Voice::Quiet,
        }
    }
}
