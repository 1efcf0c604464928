//! Runs other programs, shows what they say, and explains why one failed.

use std::{
    ffi::OsStr,
    fmt,
    io::{self, IsTerminal, Read, Write},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use crate::trouble::Trouble;

/// How much of a program's last words is kept to find out why it failed, in bytes.
const LAST_WORDS: usize = 16 * 1024;

/// After how long a silence of a program we say that it still works.
const SILENCE: Duration = Duration::from_secs(15);

/// A program with its arguments, not yet started.
#[derive(Debug)]
pub struct Tool {
    command: Command,
    said_as: String,
    is_silence_filled: bool,
}

impl Tool {
    /// The program as its user would type it, run in `folder`.
    pub fn new(program: impl AsRef<OsStr>, folder: &Path) -> Self {
        let mut command = Command::new(&program);
        command.current_dir(folder);
        let name = Path::new(program.as_ref())
            .file_name()
            .unwrap_or(program.as_ref());
        Self {
            command,
            said_as: name.to_string_lossy().into_owned(),
            is_silence_filled: true,
        }
    }

    /// `cargo`, the one that runs us, in `folder`.
    #[must_use]
    pub fn cargo(folder: &Path) -> Self {
        let mut tool = Self::new(
            std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
            folder,
        );
        if io::stderr().is_terminal() {
            // Its output goes through our hands, so it cannot see the terminal itself.
            tool.command.env("CARGO_TERM_COLOR", "always");
            tool.command.env("CARGO_TERM_PROGRESS_WHEN", "always");
            tool.command.env("CARGO_TERM_PROGRESS_WIDTH", "80");
        }
        tool
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        for argument in arguments {
            // The first word tells which work it is: `npm ci`, `node wasm-opt`.
            if !self.said_as.contains(' ') {
                let path = Path::new(argument.as_ref());
                let word = path.file_name().unwrap_or(argument.as_ref());
                self.said_as.push(' ');
                self.said_as.push_str(&word.to_string_lossy());
            }
            self.command.arg(argument);
        }
        self
    }

    /// Adds a variable to the program's environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes a variable from the program's environment.
    #[must_use]
    pub fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// For a program that shows its progress on its output stream, which is not watched.
    #[must_use]
    pub fn shows_progress(mut self) -> Self {
        self.is_silence_filled = false;
        self
    }

    /// Runs to the end; what it says is shown as it comes.
    ///
    /// # Errors
    /// When the program is missing or fails; the reason is looked up in its last words.
    pub fn run(mut self) -> Result<(), Trouble> {
        let mut child = self
            .command
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| self.not_started(&error))?;
        let last_words = child
            .stderr
            .take()
            .map_or_else(Vec::new, |errors| pass_on(errors, self.is_silence_filled));
        let status = child.wait().map_err(|error| self.not_started(&error))?;
        if status.success() {
            Ok(())
        } else {
            Err(self.failed(&String::from_utf8_lossy(&last_words)))
        }
    }

    /// Runs to the end in silence and returns what it printed.
    ///
    /// # Errors
    /// When the program is missing or fails; its own words are then part of the trouble.
    pub fn output(mut self) -> Result<String, Trouble> {
        let output = self
            .command
            .output()
            .map_err(|error| self.not_started(&error))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            let last_words = String::from_utf8_lossy(&output.stderr);
            eprint!("{last_words}");
            Err(self.failed(&last_words))
        }
    }

    /// Runs to the end in silence and returns what it said on its error stream.
    ///
    /// # Errors
    /// As [`Tool::output`].
    pub fn errors(mut self) -> Result<String, Trouble> {
        let output = self
            .command
            .output()
            .map_err(|error| self.not_started(&error))?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            Ok(said)
        } else {
            eprint!("{said}");
            Err(self.failed(&said))
        }
    }

    /// Runs to the end in silence; whether it went well, and what it printed in either case.
    ///
    /// # Errors
    /// When the program is missing.
    pub fn verdict(mut self) -> Result<(bool, String), Trouble> {
        let output = self
            .command
            .output()
            .map_err(|error| self.not_started(&error))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok((output.status.success(), said))
    }

    fn not_started(&self, error: &io::Error) -> Trouble {
        let program = self.command.get_program().to_string_lossy().into_owned();
        match error.kind() {
            io::ErrorKind::NotFound => Trouble::new(
                format!("The program `{program}` is missing"),
                how_to_get(&program),
            ),
            _ => Trouble::new(
                format!("Could not run `{program}`: {error}"),
                "Run `cargo xtask doctor` to see what is missing",
            ),
        }
    }

    fn failed(&self, last_words: &str) -> Trouble {
        match Cause::of(last_words) {
            Some(cause) => Trouble::new(format!("`{self}` failed: {cause}"), cause.next()),
            None => Trouble::new(
                format!("`{self}` failed; its own words are above"),
                "Mend what it names and run the command again",
            ),
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said_as)
    }
}

/// Copies a program's error stream to ours until it closes, and returns its end. A long silence can
/// be filled with a sign of life.
fn pass_on(mut from: impl Read + Send + 'static, is_silence_filled: bool) -> Vec<u8> {
    let (sender, pieces) = mpsc::channel();
    thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(read @ 1..) = from.read(&mut piece) {
            if sender.send(piece[..read].to_vec()).is_err() {
                break;
            }
        }
    });
    let start = Instant::now();
    let mut kept = Vec::new();
    loop {
        match pieces.recv_timeout(SILENCE) {
            Ok(words) => {
                // A closed terminal is no reason to stop the work.
                let _ = io::stderr().write_all(&words);
                kept.extend_from_slice(&words);
                if kept.len() > 2 * LAST_WORDS {
                    kept.drain(..kept.len() - LAST_WORDS);
                }
            }
            Err(RecvTimeoutError::Timeout) if is_silence_filled => {
                eprintln!("  still at work after {} s", start.elapsed().as_secs());
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return kept,
        }
    }
}

fn how_to_get(program: &str) -> &'static str {
    match program {
        "node" | "npm" => "Install Node 20 or newer with npm (https://nodejs.org)",
        "rustup" => "Install rustup (https://rustup.rs)",
        "git" => "Install git",
        _ => "Run `cargo xtask doctor` to see what is missing",
    }
}

/// The causes that no mending of the source can remove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    DiskFull,
    NoNetwork,
}

impl Cause {
    fn of(words: &str) -> Option<Self> {
        const DISK_FULL: [&str; 3] = ["No space left on device", "ENOSPC", "Disk quota exceeded"];
        const NO_NETWORK: [&str; 11] = [
            "Could not resolve host",
            "Couldn't resolve host",
            "could not resolve",
            "Temporary failure",
            "dns error",
            "ENOTFOUND",
            "EAI_AGAIN",
            "ECONNREFUSED",
            "ETIMEDOUT",
            "ENETUNREACH",
            "Could not connect to",
        ];
        if DISK_FULL.iter().any(|sign| words.contains(sign)) {
            Some(Self::DiskFull)
        } else if NO_NETWORK.iter().any(|sign| words.contains(sign)) {
            Some(Self::NoNetwork)
        } else {
            None
        }
    }

    fn next(self) -> &'static str {
        match self {
            Self::DiskFull => "Free some space and run the command again",
            Self::NoNetwork => {
                "The first run needs the network for its tools: connect, then run the command again"
            }
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DiskFull => "the disk is full",
            Self::NoNetwork => "the network cannot be reached",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_read_from_the_last_words() {
        let npm = "npm error code EAI_AGAIN\nnpm error syscall getaddrinfo";
        assert_eq!(Cause::of(npm), Some(Cause::NoNetwork));
        let rustc = "error: failed to write x.rmeta: No space left on device (os error 28)";
        assert_eq!(Cause::of(rustc), Some(Cause::DiskFull));
        assert_eq!(Cause::of("error[E0308]: mismatched types"), None);
    }

    #[test]
    fn a_missing_program_says_what_to_install() {
        let trouble = Tool::new("npm", Path::new("/"))
            .not_started(&io::Error::from(io::ErrorKind::NotFound))
            .to_string();
        assert_eq!(
            trouble,
            "The program `npm` is missing. Install Node 20 or newer with npm (https://nodejs.org)."
        );
    }
}
