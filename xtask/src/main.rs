//! `cargo xtask <verb>`: reads the verb and runs it.

use std::process::ExitCode;

use xtask::{
    VERBS,
    trouble::Trouble,
    verb::{Arguments, Verb},
};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Trouble> {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let Some(first) = words.first() else {
        print!("{}", list());
        return Ok(());
    };
    if first == "--help" || first == "-h" || first == "help" {
        print!("{}", list());
        return Ok(());
    }
    let verb = find(&first.to_string_lossy())?;
    if words.iter().any(|word| word == "--help" || word == "-h") {
        println!("{}", verb.help());
        return Ok(());
    }
    (verb.run)(Arguments {
        parser: lexopt::Parser::from_args(words.into_iter().skip(1)),
    })
}

fn find(name: &str) -> Result<&'static Verb, Trouble> {
    VERBS.iter().find(|verb| verb.name == name).ok_or_else(|| {
        Trouble::new(
            format!("There is no verb `{name}`"),
            "`cargo xtask --help` lists them",
        )
    })
}

fn list() -> String {
    let verbs: Vec<_> = VERBS
        .iter()
        .map(|verb| format!("  {:<8}{}", verb.name, verb.summary))
        .collect();
    format!(
        "cargo xtask <verb>\n\n{}\n\n`cargo xtask <verb> --help` lists a verb's options.\n",
        verbs.join("\n")
    )
}
