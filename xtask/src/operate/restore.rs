//! `hai-long restore`: a verified backup in the place of the stopped server's data. Never: removes the
//! data it replaces, or takes a backup with an altered file.

use std::path::{Path, PathBuf};

use crate::{
    files,
    operate::{
        backup::{LIST, List},
        home::Home,
    },
    restore,
    trouble::Trouble,
    verb::{Arguments, Verb},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "restore",
    summary: "put a backup in the place of the stopped server's data",
    options: "
  FOLDER          the backup, as `hai-long backup` printed it",
    run: |arguments| {
        let backup = named(arguments)?;
        prove(&backup)?;
        println!("{}", restore::restore(&backup, &Home::here()?.data())?);
        Ok(())
    },
};

fn named(Arguments { mut parser }: Arguments) -> Result<PathBuf, Trouble> {
    let Some(word) = parser.next()? else {
        return Err(Trouble::new(
            "No backup was named",
            "Name its folder, as in `hai-long restore backups/2026-11-23_12-27-00`",
        ));
    };
    match word {
        lexopt::Arg::Value(folder) => {
            Arguments { parser }.finish()?;
            Ok(folder.into())
        }
        _ => Err(word.unexpected().into()),
    }
}

/// Every file of the backup is there and is what was copied, and there is no other.
///
/// # Errors
/// When the folder is no finished backup, or a file is missing, altered or a stranger's.
fn prove(backup: &Path) -> Result<(), Trouble> {
    let list = backup.join(LIST);
    if !list.is_file() {
        return Err(Trouble::new(
            format!("{} is no finished backup", backup.display()),
            "Name a folder that `hai-long backup` has made; nothing was changed",
        ));
    }
    let list: List = serde_json::from_str(&files::read_text(&list)?)
        .map_err(|error| not_sound(&list, &error.to_string()))?;
    let objects = backup.join("objects");
    for (path, sum) in &list.files {
        let path = objects.join(path);
        if files::sha256(&files::read(&path)?) != *sum {
            return Err(not_sound(&path, "it is not what was copied"));
        }
    }
    // A log beside a database would be read into it.
    let is_strange = |path: &PathBuf| list.files.iter().all(|(known, _)| known != path);
    match files::all_under(&objects)?.into_iter().find(is_strange) {
        Some(path) => Err(not_sound(&objects.join(path), "no backup copied it")),
        None => Ok(()),
    }
}

fn not_sound(path: &Path, why: &str) -> Trouble {
    Trouble::new(
        format!("{} cannot be trusted: {why}", path.display()),
        "Take another backup; nothing was changed",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v4_an_altered_or_unfinished_backup_or_one_with_a_strangers_file_is_not_restored() {
        let root = std::env::temp_dir().join(format!("hai-long-prove-{}", std::process::id()));
        let file = root.join("objects/ledger/a.sqlite");
        files::write(&file, "rows").expect("it is written");
        let unfinished = prove(&root).expect_err("no list").to_string();
        assert!(unfinished.contains("no finished backup"), "{unfinished}");
        let list = List {
            version: "1".to_owned(),
            files: vec![("ledger/a.sqlite".into(), files::sha256(b"rows"))],
        };
        let list = serde_json::to_string(&list).expect("it is written");
        files::write(&root.join(LIST), list).expect("it is written");
        prove(&root).expect("it is sound");
        let stray = root.join("objects/ledger/a.sqlite-wal");
        files::write(&stray, "more rows").expect("it is written");
        let strange = prove(&root).expect_err("it is strange").to_string();
        assert!(strange.contains("no backup copied it"), "{strange}");
        std::fs::remove_file(&stray).expect("it is removed");
        files::write(&file, "rowz").expect("it is written");
        let altered = prove(&root).expect_err("it is altered").to_string();
        assert!(altered.contains("is not what was copied"), "{altered}");
        files::remove_folder(&root).expect("it is removed");
    }
}
