//! `cargo xtask <verb>`: reads the verb and runs it.

use std::process::ExitCode;

use xtask::{VERBS, verb::Program};

fn main() -> ExitCode {
    let program = Program {
        command: "cargo xtask",
        verbs: &VERBS,
    };
    program.run()
}
