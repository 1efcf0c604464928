//! `cargo xtask restore`: puts a backup in the place of a server's data, and makes devices send again
//! what the backup does not have (docs/SPEC.md, rules L11, L12). Never: removes the data it replaces
//! (`operate/aside.rs` does, when backups of its age go).

use std::{
    fs,
    path::{Path, PathBuf},
};

use lexopt::Arg;
use rusqlite::{Connection, OptionalExtension};

use crate::{
    clock::today,
    data::DataFolder,
    files,
    project::Project,
    trouble::Trouble,
    verb::{Arguments, Verb},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "restore",
    summary: "put a backup in the place of a server's data",
    options: "
  --from DIR      the backup: a copy of a data folder
  --data DIR      where the server keeps its responses (./data)",
    run: |Arguments { mut parser }| {
        let mut data = Project::here().root.join("data");
        let mut from = None;
        while let Some(word) = parser.next()? {
            match word {
                Arg::Long("from") => from = Some(parser.value()?.into()),
                Arg::Long("data") => data = parser.value()?.into(),
                _ => return Err(word.unexpected().into()),
            }
        }
        let from: PathBuf = from.ok_or_else(|| {
            Trouble::new(
                "No backup was named",
                "Name it with --from DIR: a copy of a data folder",
            )
        })?;
        let done = restore(&from, &data)?;
        println!("{done}");
        Ok(())
    },
};

/// How a folder of replaced objects begins; the ordinal of the restore follows.
const ASIDE: &str = "objects-before-restore-";
/// Where a backup is made ready, until it takes its place.
const FRESH: &str = "objects.new";
/// In such a folder of replaced objects: the day since which it lies there.
pub const SINCE: &str = "since";

/// How the folders of the objects' classes begin; what follows is a key that never changes.
const DIRECTORY: &str = "hai-long-directory-";
const LEDGER: &str = "hai-long-ledger-";

/// What was done.
#[derive(Debug, PartialEq, Eq)]
pub struct Restored {
    /// The deployment's restore ordinal from now on.
    pub ordinal: u32,
    /// Ledgers that hold back until they have filled again.
    pub ledgers: usize,
    /// Where the replaced data lies, if there was any.
    pub replaced: Option<PathBuf>,
}

impl std::fmt::Display for Restored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "restored {} ledgers; this is restore {}",
            self.ledgers, self.ordinal
        )?;
        if let Some(replaced) = &self.replaced {
            writeln!(f, "what was there before lies in {}", replaced.display())?;
        }
        write!(
            f,
            "start the server: devices send again what the backup lacks; figures stand still for 72 hours"
        )
    }
}

/// Replaces the objects in `data` by those in `from`. The server must not run.
///
/// The backup is copied and marked beside the data first, and only then takes its place, so that a
/// server never opens on a restored Ledger that does not know it.
///
/// # Errors
/// When a server runs on `data`, `from` holds no backup, or a file cannot be copied or marked.
pub fn restore(from: &Path, data: &Path) -> Result<Restored, Trouble> {
    let data = DataFolder::take(data)?;
    let backup = from.join("objects");
    if directories(&backup)?.is_empty() {
        return Err(Trouble::new(
            format!("{} holds no backup", from.display()),
            "Name the copy of a whole data folder: it has a folder `objects`",
        ));
    }
    let objects = data.path.join("objects");
    let mut ordinal = ordinal_in(&backup)?;
    for folder in folders(&data.path)? {
        ordinal = ordinal.max(ordinal_in(&folder)?);
    }
    let ordinal = ordinal + 1;

    let fresh = data.path.join(FRESH);
    files::remove_folder(&fresh)?;
    for path in files::all_under(&backup)? {
        let (source, target) = (backup.join(&path), fresh.join(&path));
        if let Some(folder) = target.parent() {
            files::make_folder(folder)?;
        }
        fs::copy(&source, &target).map_err(|error| Trouble::file("copy", &source, &error))?;
    }
    let mut ledgers = 0;
    for path in databases(&fresh, DIRECTORY)? {
        // Every Ledger is told again where it stands and who may send; the audit log says so (S13), by
        // the clock that the server shows.
        let retold = format!(
            "UPDATE stay SET told = 0;
             INSERT INTO audit (at_ms, actor, act, subject) SELECT
               unixepoch() * 1000
                 + ifnull((SELECT value FROM number WHERE name = 'clock_ahead_ms'), 0),
               'restore', 'restore', '{ordinal}'"
        );
        mark(&path, ordinal, &retold)?;
    }
    for path in databases(&fresh, LEDGER)? {
        let held = "INSERT INTO number VALUES ('refill', 1), ('refill_ms', 0)
            ON CONFLICT DO UPDATE SET value = excluded.value;
            DELETE FROM word WHERE name = 'told'";
        ledgers += usize::from(mark(&path, ordinal, held)?);
    }
    sync_all(&fresh)?;
    let replaced = data.path.join(format!("{ASIDE}{ordinal}"));
    let had_data = objects.exists();
    if had_data {
        rename(&objects, &replaced)?;
    }
    // A power cut between the two leaves no `objects`: no server starts on that (`is_whole`), and the same
    // restore once more goes on from it.
    rename(&fresh, &objects)?;
    if had_data {
        files::write(&replaced.join(SINCE), today()?.to_string())?;
    }
    Ok(Restored {
        ordinal,
        ledgers,
        replaced: had_data.then_some(replaced),
    })
}

/// Renames within a folder; a power cut after this finds the new name.
fn rename(from: &Path, to: &Path) -> Result<(), Trouble> {
    fs::rename(from, to).map_err(|error| Trouble::file("rename", from, &error))?;
    sync(to.parent().unwrap_or(Path::new("/")))
}

/// Every file and folder below one is on the disk, before it takes a place.
fn sync_all(folder: &Path) -> Result<(), Trouble> {
    for path in files::all_under(folder)? {
        let path = folder.join(path);
        sync(&path)?;
        if let Some(above) = path.parent() {
            sync(above)?;
        }
    }
    sync(folder)
}

fn sync(path: &Path) -> Result<(), Trouble> {
    let file = fs::File::open(path).and_then(|file| file.sync_all());
    file.map_err(|error| Trouble::file("write", path, &error))
}

/// Whether a data folder is one that a server may start on: new, or with its objects in their place.
///
/// # Errors
/// When a restore was cut off between its two renames: a server would begin anew, empty.
pub fn is_whole(data: &Path) -> Result<(), Trouble> {
    if data.join("objects").exists() || !data.exists() {
        return Ok(());
    }
    let aside = moved_aside(data)?;
    if aside.is_empty() && !data.join(FRESH).exists() {
        return Ok(());
    }
    Err(Trouble::new(
        format!(
            "A restore was cut off: {} has no `objects`, and what it replaces lies beside",
            data.display()
        ),
        "Run the same `restore` again, then start. Nothing is lost; do not rename anything by hand",
    ))
}

/// The folders of objects in a data folder: today's, and those that earlier restores replaced.
fn folders(data: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let mut folders = moved_aside(data)?;
    folders.extend(Some(data.join("objects")).filter(|objects| objects.exists()));
    Ok(folders)
}

/// What earlier restores replaced.
///
/// # Errors
/// When the data folder cannot be listed.
pub fn moved_aside(data: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let entries = fs::read_dir(data).map_err(|error| Trouble::file("list", data, &error))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let was_replaced = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(ASIDE)
    };
    Ok(paths.filter(was_replaced).collect())
}

/// The databases of the objects of one class.
fn databases(objects: &Path, class: &str) -> Result<Vec<PathBuf>, Trouble> {
    let is_of_class = |path: &PathBuf| {
        path.to_string_lossy().starts_with(class)
            && path.extension().is_some_and(|kind| kind == "sqlite")
    };
    let found = files::all_under(objects)?.into_iter().filter(is_of_class);
    Ok(found.map(|path| objects.join(path)).collect())
}

fn directories(objects: &Path) -> Result<Vec<PathBuf>, Trouble> {
    databases(objects, DIRECTORY)
}

/// How often the deployment with these objects was restored; 0 where there are none.
fn ordinal_in(objects: &Path) -> Result<u32, Trouble> {
    let mut ordinal = 0;
    for path in directories(objects)? {
        let database = open(&path)?;
        if has_numbers(&database, &path)? {
            let of = "SELECT value FROM number WHERE name = 'restore'";
            let found = database.query_row(of, [], |row| row.get(0)).optional();
            let found: Option<u32> = found.map_err(|error| damaged(&path, &error))?;
            ordinal = ordinal.max(found.unwrap_or_default());
        }
    }
    Ok(ordinal)
}

/// Writes the ordinal into an object, and what else follows from it; `false` where the object is none
/// of ours.
fn mark(path: &Path, ordinal: u32, more: &str) -> Result<bool, Trouble> {
    let database = open(path)?;
    if !has_numbers(&database, path)? {
        return Ok(false);
    }
    let marks = format!(
        "BEGIN;
         INSERT INTO number VALUES ('restore', {ordinal})
           ON CONFLICT DO UPDATE SET value = excluded.value;
         {more};
         COMMIT;"
    );
    let marked = database.execute_batch(&marks);
    marked.map_err(|error| damaged(path, &error))?;
    // What lies in the write-ahead log goes into the file, so that the two cannot be parted.
    let closed = database.close().map_err(|(_, error)| error);
    closed.map_err(|error| damaged(path, &error))?;
    Ok(true)
}

fn open(path: &Path) -> Result<Connection, Trouble> {
    Connection::open(path).map_err(|error| damaged(path, &error))
}

/// The runtime keeps a file of its own beside the objects, and tests make objects without our tables.
fn has_numbers(database: &Connection, path: &Path) -> Result<bool, Trouble> {
    let table = "SELECT count(*) FROM sqlite_master WHERE name = 'number'";
    let found = database.query_row(table, [], |row| row.get::<_, i64>(0));
    Ok(found.map_err(|error| damaged(path, &error))? == 1)
}

fn damaged(path: &Path, error: &rusqlite::Error) -> Trouble {
    Trouble::new(
        format!("{} cannot be used: {error}", path.display()),
        "Take another backup; the data that is there was not touched",
    )
}

#[cfg(test)]
mod tests {
    use survey::day::Day;

    use super::*;

    const TABLES: &str = "CREATE TABLE number (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
        CREATE TABLE word (name TEXT PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE stay (id TEXT PRIMARY KEY, told INTEGER NOT NULL);
        CREATE TABLE audit (no INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, actor TEXT NOT NULL,
            act TEXT NOT NULL, subject TEXT NOT NULL);
        INSERT INTO stay VALUES ('one', 1);
        INSERT INTO word VALUES ('told', '33'), ('unit', '33.1');";

    fn deployment(name: &str, ordinal: u32) -> PathBuf {
        let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        files::remove_folder(&path).expect("a clean place");
        for class in [DIRECTORY, LEDGER] {
            let folder = path.join("objects").join(format!("{class}b6f0"));
            files::make_folder(&folder).expect("a folder");
            let database = Connection::open(folder.join("a1.sqlite")).expect("a database");
            database.execute_batch(TABLES).expect("tables");
            let number = format!("INSERT INTO number VALUES ('restore', {ordinal})");
            database.execute_batch(&number).expect("a number");
            Connection::open(folder.join("metadata.sqlite")).expect("the runtime's own");
        }
        path
    }

    fn value(data: &Path, class: &str, of: &str) -> i64 {
        let path = data.join(format!("objects/{class}b6f0/a1.sqlite"));
        let database = Connection::open(path).expect("a database");
        database.query_row(of, [], |row| row.get(0)).expect("a row")
    }

    #[test]
    fn l12_the_ordinal_is_one_more_than_the_greater_of_both() {
        let (data, backup) = (deployment("data", 4), deployment("backup", 2));
        let restored = restore(&backup, &data).expect("it restores");
        assert_eq!((restored.ordinal, restored.ledgers), (5, 1));
        let number = "SELECT value FROM number WHERE name = 'restore'";
        for class in [DIRECTORY, LEDGER] {
            assert_eq!(value(&data, class, number), 5, "{class}");
            assert_eq!(value(&backup, class, number), 2, "the backup is untouched");
        }
        assert_eq!(value(&data, DIRECTORY, "SELECT told FROM stay"), 0);
        let line = "SELECT count(*) FROM audit WHERE act = 'restore' AND subject = '5'";
        assert_eq!(value(&data, DIRECTORY, line), 1, "S13");
        let held = "SELECT value FROM number WHERE name = 'refill'";
        assert_eq!(value(&data, LEDGER, held), 1);
        let told = "SELECT count(*) FROM word WHERE name = 'told'";
        assert_eq!(value(&data, LEDGER, told), 0);
        let replaced = restored.replaced.expect("data was there");
        assert!(replaced.join("hai-long-ledger-b6f0/a1.sqlite").exists());
        let since = files::read_text(&replaced.join(SINCE)).expect("it is dated");
        assert_eq!(Day::parse(&since), Some(today().expect("a day")), "P14");
        // The same backup once more, also when what it replaced is all that is left.
        files::remove_folder(&data.join("objects")).expect("removed");
        let again = restore(&backup, &data).expect("it restores");
        assert_eq!((again.ordinal, again.replaced), (5, None));
        let once_more = restore(&backup, &data).expect("it restores");
        assert_eq!(once_more.ordinal, 6);
        for path in [data, backup] {
            files::remove_folder(&path).expect("removed");
        }
    }

    #[test]
    fn l12_no_server_starts_on_a_restore_that_was_cut_off_and_the_same_restore_goes_on() {
        let (data, backup) = (deployment("cut", 1), deployment("cut-backup", 1));
        is_whole(&data).expect("an ordinary folder");
        is_whole(&data.join("none")).expect("a new one");
        // The power went between the two renames.
        restore(&backup, &data).expect("it restores");
        fs::rename(data.join("objects"), data.join(FRESH)).expect("renamed");
        let trouble = is_whole(&data).expect_err("no objects").to_string();
        assert!(trouble.contains("A restore was cut off"), "{trouble}");
        let again = restore(&backup, &data).expect("it restores");
        assert_eq!((again.ordinal, again.replaced), (2, None));
        is_whole(&data).expect("whole again");
        // Also where nothing was there before it.
        let empty = data.join("empty");
        files::make_folder(&empty.join(FRESH)).expect("made");
        assert!(is_whole(&empty).is_err());
        for path in [data, backup] {
            files::remove_folder(&path).expect("removed");
        }
    }

    #[test]
    fn l12_a_folder_without_a_backup_replaces_nothing() {
        let data = deployment("kept", 1);
        let empty = data.join("empty");
        let trouble = restore(&empty, &data).expect_err("no backup").to_string();
        assert!(trouble.contains("holds no backup"), "{trouble}");
        let number = "SELECT value FROM number WHERE name = 'restore'";
        assert_eq!(value(&data, DIRECTORY, number), 1);
        files::remove_folder(&data).expect("removed");
    }
}
