//! What is done while the server runs: a proved backup every hour, the old ones away with what a restore
//! once moved aside, and once a minute the server is told how its machine is (rules V2, V4, P14). Never:
//! stops the server, whatever fails here.

use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use survey::day::{HOUR_MS, Millis};
use survey::wire::{watch::Machine, write};

use crate::{
    clock::now,
    log::{Level, say},
    operate::{aside, backup, disk, home::Home, setup_code},
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
    /// Where the code for the first operator lies, until there is one.
    pub code: Option<PathBuf>,
}

impl Keeper {
    /// Begins, beside the server; it ends with this program.
    pub fn begin(mut self) {
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
                self.forget_the_code();
                thread::sleep(EVERY);
            }
        });
    }

    /// The code is worth nothing once there is an operator.
    fn forget_the_code(&mut self) {
        let is_used = |count| count > 0;
        if self.code.is_some() && backup::accounts(&self.home.data()).is_ok_and(is_used) {
            self.code.take_if(|code| setup_code::forget(code).is_ok());
        }
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

    /// How the machine is. What cannot be measured is told at its worst, and why stands in the log: silence
    /// about one thing must not hide the others.
    fn machine(&self) -> Machine {
        let data = self.home.data();
        let newest = measured(backup::newest(&self.home.backups()));
        let unsaved_since = match newest {
            Some(_) => None,
            None => measured(backup::used_since(&data)),
        };
        Machine {
            stored_bytes: measured(disk::bytes_under(&data.join("objects"))),
            free_bytes: measured(disk::free_bytes(&data)),
            memory_bytes: disk::memory_of(self.process),
            backup_bytes: newest
                .as_ref()
                .map(|(_, folder)| measured(disk::bytes_under(folder)))
                .unwrap_or_default(),
            backup: newest.map(|(made, _)| made),
            unsaved_since,
        }
    }

    /// Tells the server how its machine is.
    fn tell(&self) -> Result<(), Trouble> {
        let told = ureq::put(format!("{}machine", self.watch))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .send(write(&self.machine()));
        told.map(drop).map_err(|error| {
            Trouble::new(
                format!("The server does not listen to how its machine is: {error}"),
                "It is tried again every minute; `hai-long doctor` tells more",
            )
        })
    }
}

/// What was found, or nothing with a line in the log.
fn measured<T: Default>(found: Result<T, Trouble>) -> T {
    found.unwrap_or_else(|trouble| {
        let why = json!({"why": trouble.to_string()});
        say(Level::Error, "not-measured", &why);
        T::default()
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::{files, operate::home::Settings};

    #[test]
    fn v1_without_a_backup_the_machine_says_since_when_and_tells_the_rest_all_the_same() {
        let root = std::env::temp_dir().join(format!("hai-long-keep-{}", std::process::id()));
        let keeper = Keeper {
            home: Home {
                root: root.clone(),
                settings: Settings::default(),
            },
            watch: String::new(),
            token: String::new(),
            process: std::process::id(),
            code: None,
        };
        let directory = root.join("data/objects/hai-long-directory-1/a.sqlite");
        files::make_folder(directory.parent().expect("one")).expect("made");
        let database = Connection::open(&directory).expect("it opens");
        database
            .execute_batch("CREATE TABLE audit (at_ms INTEGER); INSERT INTO audit VALUES (9), (7);")
            .expect("written");
        drop(database);
        // What should be the folder of backups is none.
        files::write(&root.join("backups"), "a file").expect("written");
        let told = keeper.machine();
        assert_eq!((told.backup, told.unsaved_since), (None, Some(Millis(7))));
        assert!(told.free_bytes > 0 && told.stored_bytes > 0);
        assert_eq!(
            measured::<u64>(Err(Trouble::new("a disk", "look at it"))),
            0
        );
        files::remove_folder(&root).expect("removed");
    }
}
