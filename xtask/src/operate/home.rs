//! The folder of a packaged server: what lies where, and the operator's settings.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    files,
    trouble::Trouble,
    workerd::{Release, Runtime},
};

/// The operator's settings, beside the program.
pub const SETTINGS: &str = "hai-long.toml";

/// What every file of the package must hash to.
pub const SUMS: &str = "SHA256SUMS";

/// A packaged server's folder.
#[derive(Clone, Debug)]
pub struct Home {
    /// The folder that holds `hai-long`.
    pub root: PathBuf,
    /// What `hai-long.toml` says.
    pub settings: Settings,
}

/// `hai-long.toml`. Paths are taken from the package's folder. Never: a secret.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The counter's port on this machine; the reverse proxy sends the counter's host here.
    pub counter_port: u16,
    /// The manager's port on this machine.
    pub manager_port: u16,
    /// The public page's port on this machine; the reverse proxy sends its host here.
    pub public_port: u16,
    /// The port on this machine where the server says how it is; never given to a proxy.
    pub watch_port: u16,
    /// The counter's own address, for the code that a new device scans; empty shows no such code.
    pub counter_url: String,
    /// The public page's own address, for the link on the managers' page; empty shows none.
    pub public_url: String,
    /// Where responses are kept.
    pub data: PathBuf,
    /// When waiting responses are published.
    pub release: When,
    /// Where backups are kept: better on another disk.
    pub backups: PathBuf,
    /// A backup is made every so many hours while the server runs; 0 makes none.
    pub backup_hours: u16,
    /// How long backups are kept, in days. The newest is never removed.
    pub keep_days: u16,
}

/// [`Release`], as it is written in the settings.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// At 05:00, UTC+7.
    Daily,
    /// As soon as ten are waiting.
    WhenTen,
}

impl From<When> for Release {
    fn from(when: When) -> Self {
        match when {
            When::Daily => Self::Daily,
            When::WhenTen => Self::WhenTen,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            counter_port: 8787,
            manager_port: 8788,
            public_port: 8790,
            watch_port: 8789,
            counter_url: String::new(),
            public_url: String::new(),
            data: "data".into(),
            release: When::Daily,
            backups: "backups".into(),
            backup_hours: 1,
            keep_days: 30,
        }
    }
}

impl Settings {
    fn read(text: &str) -> Result<Self, Trouble> {
        toml::from_str(text).map_err(|error| {
            Trouble::new(
                format!("{SETTINGS} is not understood: {}", error.message()),
                "Mend it, or take the line out: every setting has a default",
            )
        })
    }
}

impl Home {
    /// The folder this program lies in.
    ///
    /// # Errors
    /// When the settings are not understood.
    pub fn here() -> Result<Self, Trouble> {
        let program = std::env::current_exe()
            .and_then(|path| path.canonicalize())
            .map_err(|error| Trouble::file("find", Path::new("this program"), &error))?;
        Self::at(program.parent().unwrap_or(Path::new("/")))
    }

    /// The packaged server in a folder.
    ///
    /// # Errors
    /// When the settings are not understood.
    pub fn at(root: &Path) -> Result<Self, Trouble> {
        let path = root.join(SETTINGS);
        let settings = if path.exists() {
            Settings::read(&files::read_text(&path)?)?
        } else {
            Settings::default()
        };
        Ok(Self {
            root: root.to_path_buf(),
            settings,
        })
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.root.join(&self.settings.data)
    }

    /// The folder of all backups.
    #[must_use]
    pub fn backups(&self) -> PathBuf {
        self.root.join(&self.settings.backups)
    }

    /// What is run.
    #[must_use]
    pub fn runtime(&self) -> Runtime {
        Runtime {
            binary: self.root.join("bin/workerd"),
            config: self.root.join("worker/workerd.capnp"),
            site: self.root.join("dist"),
        }
    }

    /// Where the server says how it is, without a closing slash.
    #[must_use]
    pub fn watch(&self) -> String {
        let host = IpAddr::from(Ipv4Addr::LOCALHOST);
        format!("http://{host}:{}", self.settings.watch_port)
    }

    /// The three addresses that the reverse proxy talks to, with a closing slash.
    #[must_use]
    pub fn origins(&self) -> [String; 3] {
        let host = IpAddr::from(Ipv4Addr::LOCALHOST);
        let settings = &self.settings;
        [
            settings.counter_port,
            settings.manager_port,
            settings.public_port,
        ]
        .map(|port| format!("http://{host}:{port}/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_have_defaults_and_a_misspelt_one_is_told() {
        let said =
            Settings::read("counter_port = 80\nrelease = \"when-ten\"").expect("it is right");
        assert_eq!(said.counter_port, 80);
        assert_eq!(said.release, When::WhenTen);
        assert_eq!(said.keep_days, 30);
        let trouble = Settings::read("keepdays = 3").expect_err("no such setting");
        assert!(trouble.to_string().contains("keepdays"), "{trouble}");
    }

    #[test]
    fn the_settings_that_are_packaged_are_the_defaults() {
        let packaged = Settings::read(include_str!("../../package/hai-long.toml"));
        assert_eq!(packaged.expect("it reads"), Settings::default());
    }
}
