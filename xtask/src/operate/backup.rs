//! `hai-long backup`: a verified copy of everything the server keeps, taken while it runs.
//!
//! Each object's file is copied by `SQLite`'s online backup: one moment of that file, whatever is being
//! written. Files are not of one moment together, and need not be: a restore raises the ordinal, devices
//! refill what a Ledger lacks and Ledgers send their sums anew (rules L11, L12, O12). The Directory
//! comes last, so that it knows every unit and device that a copied Ledger has.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, backup::Backup};
use serde::{Deserialize, Serialize};
use survey::day::{Day, Millis};

use crate::{
    clock::{now, outside_the_calendar, today},
    data::close_to_others,
    files,
    operate::{aside, disk, home::Home},
    trouble::Trouble,
    verb::Verb,
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "backup",
    summary: "copy everything the server keeps, while it runs, and prove the copy",
    options: "",
    run: |arguments| {
        arguments.finish()?;
        let home = Home::here()?;
        let made = make(&home.data(), &home.backups())?;
        println!("backup {} ({} files)", made.folder.display(), made.files);
        let keep_days = home.settings.keep_days;
        let mut old = prune(&home.backups(), keep_days)?;
        old.extend(aside::prune(&home.data(), &home.backups(), keep_days)?);
        for old in old {
            println!("removed {}", old.display());
        }
        Ok(())
    },
};

/// The list of a backup's files with what they must hash to; written last, so that a backup without
/// it is none.
pub const LIST: &str = "backup.json";

/// The one that is being made.
const BEGUN: &str = "begun";

/// What stays free beside a backup, in bytes: below it the server raises an alarm.
const ROOM_LEFT: u64 = 512 << 20;

/// All backups of so many days are kept, then one a day.
const EVERY_ONE_DAYS: i64 = 2;

/// How many pages are copied before writers get their turn.
const PAGES_AT_ONCE: i32 = 1024;

/// How long a copy waits for a file that is being written.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// One finished backup.
#[derive(Debug)]
pub struct Made {
    /// Named by its date and time in Việt Nam, so that names sort by age.
    pub folder: PathBuf,
    /// How many databases it holds.
    pub files: usize,
}

/// `backup.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The package that made it.
    pub version: String,
    /// Each file's path below `objects/`, and its SHA-256.
    pub files: Vec<(PathBuf, String)>,
}

/// A folder named by the time, in seconds. Who comes within the second of the backup before waits it out.
fn free_name(backups: &Path) -> Result<PathBuf, Trouble> {
    loop {
        let folder = backups.join(name_of(now()?)?);
        if !folder.exists() {
            return Ok(folder);
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// Copies the data folder's objects into a new dated folder of `backups`, and checks every copy.
///
/// # Errors
/// When there is nothing to copy, a file cannot be copied, or a copy is not sound. What was begun is
/// removed.
pub fn make(data: &Path, backups: &Path) -> Result<Made, Trouble> {
    let objects = data.join("objects");
    if !objects.is_dir() {
        return Err(Trouble::new(
            format!("There is nothing to back up in {}", data.display()),
            "Start the server once, or set `data` in hai-long.toml",
        ));
    }
    let _lock = only_one(backups)?;
    // Those of an earlier release too. A share has rules of its own, and need not be ours to close.
    let _ = close_to_others(backups);
    has_room(&objects, backups)?;
    let folder = free_name(backups)?;
    let begun = backups.join(BEGUN);
    files::remove_folder(&begun)?;
    match copy_all(&objects, &begun) {
        Ok(files) => {
            fs::rename(&begun, &folder).map_err(|error| Trouble::file("name", &folder, &error))?;
            sync_file(backups)?;
            Ok(Made { folder, files })
        }
        Err(trouble) => {
            files::remove_folder(&begun)?;
            Err(trouble)
        }
    }
}

/// Two at once would take each other's half for their own. Free again when the file is dropped.
fn only_one(backups: &Path) -> Result<File, Trouble> {
    files::make_folder(backups)?;
    let path = backups.join("lock");
    let lock = File::create(&path).map_err(|error| Trouble::file("write", &path, &error))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Trouble::new(
            "Another backup is being made",
            "Wait until it is there",
        )),
        Err(TryLockError::Error(error)) => Err(Trouble::file("lock", &path, &error)),
    }
}

/// A backup must not take the room in which answers are kept.
fn has_room(objects: &Path, backups: &Path) -> Result<(), Trouble> {
    let needed = disk::bytes_under(objects)?.saturating_add(ROOM_LEFT);
    let free = disk::free_bytes(backups)?;
    if free < needed {
        let mb = |bytes: u64| bytes >> 20;
        return Err(Trouble::new(
            format!(
                "A backup needs {} MB free in {}, and {} MB are",
                mb(needed),
                backups.display(),
                mb(free)
            ),
            "Free some space, or set `backups` in hai-long.toml to another disk",
        ));
    }
    Ok(())
}

fn copy_all(objects: &Path, to: &Path) -> Result<usize, Trouble> {
    let mut databases: Vec<PathBuf> = files::all_under(objects)?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "sqlite"))
        .collect();
    databases.sort_by_key(|path| path.to_string_lossy().contains("directory"));
    let mut list = List {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        files: Vec::new(),
    };
    for path in databases {
        let copy = to.join("objects").join(&path);
        copy_one(&objects.join(&path), &copy)?;
        let sum = files::sha256(&files::read(&copy)?);
        list.files.push((path, sum));
    }
    let text = serde_json::to_string_pretty(&list).map_err(|error| {
        Trouble::new(
            format!("The list of the backup's files cannot be written: {error}"),
            "Rename the file with the odd name in the data folder",
        )
    })?;
    let list_path = to.join(LIST);
    files::write(&list_path, text)?;
    sync_file(&list_path)?;
    Ok(list.files.len())
}

/// One database, copied and checked.
fn copy_one(from: &Path, to: &Path) -> Result<(), Trouble> {
    if let Some(folder) = to.parent() {
        files::make_folder(folder)?;
    }
    let not_copied = |error: rusqlite::Error| {
        Trouble::new(
            format!("{} could not be copied: {error}", from.display()),
            "Run it again; when it stays, keep the data folder and ask for help before a restart",
        )
    };
    let source = open_to_read(from)?;
    let mut copy = Connection::open(to).map_err(not_copied)?;
    Backup::new(&source, &mut copy)
        .and_then(|backup| backup.run_to_completion(PAGES_AT_ONCE, Duration::ZERO, None))
        .map_err(not_copied)?;
    // A single file without a log beside it: what is hashed is what is restored.
    copy.pragma_update(None, "journal_mode", "delete")
        .map_err(not_copied)?;
    let verdict: String = copy
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .map_err(not_copied)?;
    drop(copy);
    if verdict != "ok" {
        return Err(Trouble::new(
            format!("The copy of {} is not sound: {verdict}", from.display()),
            "Keep every older backup, check the disk, and ask for help before a restart",
        ));
    }
    sync_file(to)
}

/// A database of the running server, opened so that nothing is changed.
fn open_to_read(path: &Path) -> Result<Connection, Trouble> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|connection| {
            connection.busy_timeout(BUSY_WAIT)?;
            Ok(connection)
        })
        .map_err(|error| {
            Trouble::new(
                format!("{} could not be opened: {error}", path.display()),
                "Run this as the account that runs the server",
            )
        })
}

/// How many accounts the server has; 0 before it is set up.
///
/// # Errors
/// When its Directory cannot be read.
pub fn accounts(data: &Path) -> Result<u64, Trouble> {
    let count = in_directory(data, "SELECT count(*) FROM account")?;
    Ok(count.and_then(|count| count.try_into().ok()).unwrap_or(0))
}

/// Since when there is something to lose: the first line of the audit log.
///
/// # Errors
/// When its Directory cannot be read.
pub fn used_since(data: &Path) -> Result<Option<Millis>, Trouble> {
    Ok(in_directory(data, "SELECT min(at_ms) FROM audit")?.map(Millis))
}

/// A number that the server's Directory knows.
fn in_directory(data: &Path, number: &str) -> Result<Option<i64>, Trouble> {
    let objects = data.join("objects");
    for path in files::all_under(&objects)? {
        let is_directory = path.to_string_lossy().contains("directory")
            && path.extension().is_some_and(|ending| ending == "sqlite");
        if !is_directory {
            continue;
        }
        let database = open_to_read(&objects.join(&path))?;
        // The runtime's own files beside it have no such table.
        if let Ok(number) = database.query_row(number, [], |row| row.get(0)) {
            return Ok(number);
        }
    }
    Ok(None)
}

/// Removes backups that are no longer kept: older than `keep_days`, or older than two days and not the
/// last of their day. Never: the newest, or a folder that is no finished backup.
///
/// # Errors
/// When a folder cannot be removed.
pub fn prune(backups: &Path, keep_days: u16) -> Result<Vec<PathBuf>, Trouble> {
    let old = no_longer_kept(&finished(backups)?, today()?, keep_days);
    for path in &old {
        files::remove_folder(path)?;
    }
    Ok(old)
}

/// When the newest finished backup was made, and where it is.
///
/// # Errors
/// When the folder of backups cannot be read.
pub fn newest(backups: &Path) -> Result<Option<(Millis, PathBuf)>, Trouble> {
    if !backups.is_dir() {
        return Ok(None);
    }
    Ok(finished(backups)?.pop_last())
}

/// The finished backups by the time at which they were made.
fn finished(backups: &Path) -> Result<BTreeMap<Millis, PathBuf>, Trouble> {
    let mut finished = BTreeMap::new();
    let entries = fs::read_dir(backups).map_err(|error| Trouble::file("list", backups, &error))?;
    for entry in entries {
        let path = entry
            .map_err(|error| Trouble::file("list", backups, &error))?
            .path();
        let made = path.file_name().and_then(|name| time_in(name.to_str()?));
        if let Some(made) = made.filter(|_| path.join(LIST).is_file()) {
            finished.insert(made, path);
        }
    }
    Ok(finished)
}

fn no_longer_kept(
    finished: &BTreeMap<Millis, PathBuf>,
    today: Day,
    keep_days: u16,
) -> Vec<PathBuf> {
    let mut later: Option<Day> = None;
    let mut old = Vec::new();
    for (made, path) in finished.iter().rev() {
        let day = Day::of(*made).unwrap_or(today);
        let age = today.since(day);
        let is_last_of_its_day = later != Some(day);
        let is_kept = later.is_none()
            || age <= EVERY_ONE_DAYS
            || (age <= i64::from(keep_days) && is_last_of_its_day);
        if !is_kept {
            old.push(path.clone());
        }
        later = Some(day);
    }
    old
}

/// `2026-11-23_16-05-09`, in Việt Nam: names sort by age.
fn name_of(now: Millis) -> Result<String, Trouble> {
    let day = Day::of(now).ok_or_else(outside_the_calendar)?;
    let seconds = (now.0 - day.starts().0) / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    Ok(format!("{day}_{hours:02}-{minutes:02}-{:02}", seconds % 60))
}

/// The time in a backup's name.
fn time_in(name: &str) -> Option<Millis> {
    let (day, time) = name.split_once('_')?;
    let mut parts = time.split('-').map(str::parse::<i64>);
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let seconds = hours.ok()? * 3600 + minutes.ok()? * 60 + seconds.ok()?;
    (parts.next().is_none()).then_some(Day::parse(day)?.starts().plus(seconds * 1000))
}

/// A power cut after this loses nothing of the file, or no name of the folder.
fn sync_file(path: &Path) -> Result<(), Trouble> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| Trouble::file("write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("hai-long-backup-{name}-{}", std::process::id()))
    }

    fn database(path: &Path) -> Connection {
        files::make_folder(path.parent().expect("it has one")).expect("it is made");
        let database = Connection::open(path).expect("it opens");
        database
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE row (n INTEGER) STRICT;")
            .expect("it is right");
        database
    }

    #[test]
    fn v4_a_copy_is_taken_beside_an_open_writer_and_holds_what_was_committed() {
        let root = scratch("open");
        let data = root.join("data");
        let file = data.join("objects/ledger/one.sqlite");
        let writer = database(&file);
        writer
            .execute("INSERT INTO row VALUES (1)", [])
            .expect("it is written");
        writer
            .execute_batch("BEGIN; INSERT INTO row VALUES (2);")
            .expect("it is written");
        let made = make(&data, &root.join("backups")).expect("it is copied");
        assert_eq!(made.files, 1);
        let copy =
            Connection::open(made.folder.join("objects/ledger/one.sqlite")).expect("it opens");
        let rows: i64 = copy
            .query_row("SELECT count(*) FROM row", [], |row| row.get(0))
            .expect("it is read");
        assert_eq!(rows, 1, "only what was committed");
        files::remove_folder(&root).expect("it is removed");
    }

    #[test]
    fn v4_a_damaged_file_makes_no_backup_and_leaves_none_begun() {
        let root = scratch("damaged");
        let data = root.join("data");
        files::write(
            &data.join("objects/ledger/one.sqlite"),
            "no database at all",
        )
        .expect("written");
        let backups = root.join("backups");
        assert!(make(&data, &backups).is_err());
        let left = files::all_under(&backups).expect("it is listed");
        assert_eq!(left, [PathBuf::from("lock")]);
        files::remove_folder(&root).expect("it is removed");
    }

    #[test]
    fn p14_old_backups_go_but_never_the_newest_nor_a_strangers_folder() {
        let root = scratch("prune");
        for name in ["2020-01-01_00-00-00", "2020-01-02_00-00-00"] {
            files::write(&root.join(name).join(LIST), "{}").expect("written");
        }
        files::write(&root.join("2019-01-01_photos/a.jpg"), "mine").expect("written");
        let removed = prune(&root, 30).expect("it is pruned");
        assert_eq!(removed, [root.join("2020-01-01_00-00-00")]);
        let (made, newest) = newest(&root).expect("it is read").expect("one is left");
        assert_eq!(newest, root.join("2020-01-02_00-00-00"));
        let day = Day::parse("2020-01-02").expect("a day");
        assert_eq!(made, day.starts());
        assert!(root.join("2019-01-01_photos/a.jpg").is_file());
        files::remove_folder(&root).expect("it is removed");
    }

    #[test]
    fn p14_all_of_two_days_are_kept_then_one_a_day_for_thirty() {
        let made = |day: &str, hours: i64| {
            let day = Day::parse(day).expect("a day");
            day.starts().plus(hours * survey::day::HOUR_MS)
        };
        let times = [
            made("2026-10-23", 23),
            made("2026-10-24", 5),
            made("2026-10-24", 23),
            made("2026-11-20", 1),
            made("2026-11-20", 2),
            made("2026-11-21", 1),
            made("2026-11-21", 2),
            made("2026-11-23", 1),
        ];
        let finished = times.map(|at| (at, name_of(at).expect("a name").into()));
        let finished: BTreeMap<Millis, PathBuf> = finished.into();
        for (at, name) in &finished {
            assert_eq!(time_in(&name.to_string_lossy()), Some(*at));
        }
        let today = Day::parse("2026-11-23").expect("a day");
        let mut old = no_longer_kept(&finished, today, 30);
        old.sort();
        let names = [
            "2026-10-23_23-00-00",
            "2026-10-24_05-00-00",
            "2026-11-20_01-00-00",
        ];
        assert_eq!(old, names.map(PathBuf::from));
    }

    #[test]
    fn v4_two_backups_are_not_made_at_once() {
        let root = scratch("twice");
        let lock = only_one(&root).expect("the first");
        assert!(only_one(&root).is_err());
        drop(lock);
        only_one(&root).expect("the next");
        files::remove_folder(&root).expect("it is removed");
    }
}
