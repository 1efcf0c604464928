//! `hai-long <verb>`: what a province's server is run with. It needs no Rust, no Node and no network.

use std::process::ExitCode;

use rustix::{fs::Mode, process::umask};
use xtask::{operate, verb::Program};

fn main() -> ExitCode {
    // Answers, password hashes and sealing keys: whatever is written is for this account alone (S14).
    umask(Mode::RWXG | Mode::RWXO);
    let program = Program {
        command: "hai-long",
        verbs: &operate::VERBS,
    };
    program.run()
}
