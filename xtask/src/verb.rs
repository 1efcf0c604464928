//! What a verb is, and how a command line is told apart.

use std::{ffi::OsString, process::ExitCode};

use crate::trouble::Trouble;

/// A command and its verbs: `cargo xtask` for developers, `hai-long` on a province's server.
#[derive(Debug)]
pub struct Program {
    /// As it is typed.
    pub command: &'static str,
    /// In the order a newcomer meets them.
    pub verbs: &'static [Verb],
}

impl Program {
    /// Runs the verb of this process's command line; trouble goes to the error stream.
    #[must_use]
    pub fn run(&self) -> ExitCode {
        match self.obey(std::env::args_os().skip(1).collect()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(trouble) => {
                eprintln!("{trouble}");
                ExitCode::FAILURE
            }
        }
    }

    fn obey(&self, words: Vec<OsString>) -> Result<(), Trouble> {
        let is_help = |word: &OsString| word == "--help" || word == "-h";
        let Some(first) = words.first() else {
            print!("{}", self.list());
            return Ok(());
        };
        if is_help(first) || first == "help" {
            print!("{}", self.list());
            return Ok(());
        }
        let verb = self.find(&first.to_string_lossy())?;
        if words.iter().any(is_help) {
            println!("{}", verb.help(self.command));
            return Ok(());
        }
        (verb.run)(Arguments {
            parser: lexopt::Parser::from_args(words.into_iter().skip(1)),
        })
    }

    fn find(&self, name: &str) -> Result<&'static Verb, Trouble> {
        self.verbs
            .iter()
            .find(|verb| verb.name == name)
            .ok_or_else(|| {
                Trouble::new(
                    format!("There is no verb `{name}`"),
                    format!("`{} --help` lists them", self.command),
                )
            })
    }

    fn list(&self) -> String {
        let command = self.command;
        let verbs: Vec<_> = self
            .verbs
            .iter()
            .map(|verb| format!("  {:<13}{}", verb.name, verb.summary))
            .collect();
        format!(
            "{command} <verb>\n\n{}\n\n`{command} <verb> --help` lists a verb's options.\n",
            verbs.join("\n")
        )
    }
}

/// One word after the command.
#[derive(Debug)]
pub struct Verb {
    /// As it is typed.
    pub name: &'static str,
    /// One line for the list of verbs.
    pub summary: &'static str,
    /// Empty, or a line break and one line per option.
    pub options: &'static str,
    /// Does the work.
    pub run: fn(Arguments) -> Result<(), Trouble>,
}

impl Verb {
    /// What `<command> <verb> --help` prints.
    #[must_use]
    pub fn help(&self, command: &str) -> String {
        let options = if self.options.is_empty() {
            "\n  no options"
        } else {
            self.options
        };
        format!("{command} {}: {}\n{options}", self.name, self.summary)
    }
}

/// The words after the verb.
#[derive(Debug)]
pub struct Arguments {
    /// Reads them one by one.
    pub parser: lexopt::Parser,
}

impl Arguments {
    /// Refuses what is left.
    ///
    /// # Errors
    /// When a word is left.
    pub fn finish(mut self) -> Result<(), Trouble> {
        match self.parser.next()? {
            Some(word) => Err(word.unexpected().into()),
            None => Ok(()),
        }
    }
}
