//! What is done while the server runs: a proved backup every hour, the old ones away with what a restore
//! once moved aside, and once a minute the server is told how its machine is (rules V2, V4, P14). Never:
//! stops the server, whatever fails here.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use survey::day::{HOUR_MS, Millis};
use survey::wire::{watch::Machine, write};

use crate::{
    clock::now,
    log::{Level, say},
    operate::{aside, backup, disk, home::Home},
    trouble::Trouble,
};

/// How often it looks around.
const EVERY: Duration = Duration::from_mins(1);
/// How long after a backup that failed the next is tried.
const AFTER_A_FAILURE: Duration = Duration::from_mins(10);

/// What it needs to know of the server.
#[derive(Clone, Debug)]
pub struct Keeper {
    /// The folder.
    pub home: Home,
    /// Where the server listens to it, with a closing slash.
    pub watch: String,
    /// The token that the server was started with.
    pub token: String,
    /// The runtime's process.
    pub process: u32,
}

impl Keeper {
    /// Begins, beside the server; it ends with this program.
    pub fn begin(self) {
        thread::spawn(move || {
            let mut failed: Option<Instant> = None;
            loop {
                let may_try = failed.is_none_or(|failed| failed.elapsed() >= AFTER_A_FAILURE);
                if may_try && self.is_due() {
                    failed = self.backup().err().map(|trouble| {
                        say(
                            Level::Error,
                            "backup-failed",
                            &json!({"why": trouble.to_string()}),
                        );
                        Instant::now()
                    });
                }
                if let Err(trouble) = self.tell() {
                    say(
                        Level::Error,
                        "not-told",
                        &json!({"why": trouble.to_string()}),
                    );
                }
                thread::sleep(EVERY);
            }
        });
    }

    fn newest(&self) -> Option<Millis> {
        let newest = backup::newest(&self.home.backups());
        newest.ok().flatten().map(|(made, _)| made)
    }

    /// Whether the time of the next backup has come. A clock that was set back makes one more.
    fn is_due(&self) -> bool {
        let every_ms = i64::from(self.home.settings.backup_hours) * HOUR_MS;
        let (Ok(now), newest) = (now(), self.newest()) else {
            return false;
        };
        every_ms > 0 && newest.is_none_or(|made| !(0..every_ms).contains(&now.since(made)))
    }

    fn backup(&self) -> Result<(), Trouble> {
        let backups = self.home.backups();
        let made = backup::make(&self.home.data(), &backups)?;
        let told = json!({"folder": made.folder.display().to_string(), "files": made.files});
        say(Level::Info, "backup-made", &told);
        let keep_days = self.home.settings.keep_days;
        let mut old = backup::prune(&backups, keep_days)?;
        old.extend(aside::prune(&self.home.data(), &backups, keep_days)?);
        for old in old {
            say(
                Level::Info,
                "backup-removed",
                &json!({"folder": old.display().to_string()}),
            );
        }
        Ok(())
    }

    fn machine(&self) -> Result<Machine, Trouble> {
        let data = self.home.data();
        let newest = backup::newest(&self.home.backups())?;
        let backup_bytes = match &newest {
            Some((_, folder)) => disk::bytes_under(folder)?,
            None => 0,
        };
        Ok(Machine {
            stored_bytes: disk::bytes_under(&data.join("objects"))?,
            free_bytes: disk::free_bytes(&data)?,
            memory_bytes: disk::memory_of(self.process),
            backup: newest.map(|(made, _)| made),
            backup_bytes,
            keeps_backups: self.home.settings.backup_hours > 0,
        })
    }

    /// Tells the server how its machine is.
    fn tell(&self) -> Result<(), Trouble> {
        let told = ureq::put(format!("{}machine", self.watch))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .send(write(&self.machine()?));
        told.map(drop).map_err(|error| {
            Trouble::new(
                format!("The server does not listen to how its machine is: {error}"),
                "It is tried again every minute; `hai-long doctor` tells more",
            )
        })
    }
}
