//! What a verb is, and how a command line is told apart.

use crate::trouble::Trouble;

/// One word after `cargo xtask`.
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
    /// What `cargo xtask <verb> --help` prints.
    #[must_use]
    pub fn help(&self) -> String {
        let options = if self.options.is_empty() {
            "\n  no options"
        } else {
            self.options
        };
        format!("cargo xtask {}: {}\n{options}", self.name, self.summary)
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
