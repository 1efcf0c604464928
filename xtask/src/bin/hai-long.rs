//! `hai-long <verb>`: what a province's server is run with. It needs no Rust, no Node and no network.

use std::process::ExitCode;

use xtask::{operate, verb::Program};

fn main() -> ExitCode {
    let program = Program {
        command: "hai-long",
        verbs: &operate::VERBS,
    };
    program.run()
}
