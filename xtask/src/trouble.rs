//! What went wrong, said so that the reader knows what to do next.

use std::{error, fmt, io, path::Path};

/// One failure: a fact, and the step that gets past it.
#[derive(Debug)]
pub struct Trouble {
    what: String,
    next: String,
}

impl Trouble {
    /// `what` happened; `next` is what the reader can do. Both without a closing full stop.
    pub fn new(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            next: next.into(),
        }
    }

    /// What happened.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// A file or folder could not be used; `doing` reads like "write" or "open".
    #[must_use]
    pub fn file(doing: &str, path: &Path, error: &io::Error) -> Self {
        let next = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "The disk is full: free some space and run the command again"
            }
            io::ErrorKind::PermissionDenied => "Check who owns it, then run the command again",
            io::ErrorKind::NotFound if doing == "read" => {
                "Run `cargo xtask build` first, or check that the clone is complete (`git status`)"
            }
            _ => "Check the path, or choose another place",
        };
        Self::new(
            format!("Could not {doing} {}: {error}", path.display()),
            next,
        )
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}.", self.what, self.next)
    }
}

impl error::Error for Trouble {}

impl From<lexopt::Error> for Trouble {
    fn from(error: lexopt::Error) -> Self {
        Self::new(
            format!("The command line is not understood: {error}"),
            "The same with `--help` lists what can be said",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_named_and_answered() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let said = Trouble::file("write", Path::new("dist/a.js"), &full).to_string();
        assert!(said.starts_with("Could not write dist/a.js: "), "{said}");
        assert!(
            said.ends_with("The disk is full: free some space and run the command again."),
            "{said}"
        );
    }
}
