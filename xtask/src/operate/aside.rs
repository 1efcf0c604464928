//! What a restore moved aside goes as backups go: after `keep_days`, and only where a backup of what took
//! its place is there (P14). Never: removes anything else of the data folder.

use std::path::{Path, PathBuf};

use survey::day::Day;

use crate::{
    clock::today,
    files,
    operate::backup,
    restore::{SINCE, moved_aside},
    trouble::Trouble,
};

/// Removes what was moved aside more than `keep_days` ago. A folder that does not say since when lies there
/// from today on.
///
/// # Errors
/// When a folder cannot be read or removed.
pub fn prune(data: &Path, backups: &Path, keep_days: u16) -> Result<Vec<PathBuf>, Trouble> {
    prune_on(today()?, data, backups, keep_days)
}

fn prune_on(
    today: Day,
    data: &Path,
    backups: &Path,
    keep_days: u16,
) -> Result<Vec<PathBuf>, Trouble> {
    let mut removed = Vec::new();
    let newest = backup::newest(backups)?.and_then(|(made, _)| Day::of(made));
    for folder in moved_aside(data)? {
        let said = files::read_text(&folder.join(SINCE)).unwrap_or_default();
        let Some(since) = Day::parse(said.trim()) else {
            files::write(&folder.join(SINCE), today.to_string())?;
            continue;
        };
        let is_kept_elsewhere = newest.is_some_and(|newest| newest > since);
        if today.since(since) > i64::from(keep_days) && is_kept_elsewhere {
            files::remove_folder(&folder)?;
            removed.push(folder);
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p14_what_a_restore_moved_aside_goes_with_the_backups_and_not_before() -> Result<(), Trouble>
    {
        let root = std::env::temp_dir().join(format!("hai-long-aside-{}", std::process::id()));
        files::remove_folder(&root)?;
        let (data, backups) = (root.join("data"), root.join("backups"));
        let aside = data.join("objects-before-restore-1");
        files::write(&aside.join("ledger/a.sqlite"), "rows")?;
        files::write(&data.join("objects/ledger/a.sqlite"), "rows")?;
        files::write(&data.join("objects-of-mine/a"), "mine")?;
        let day = |text| Day::parse(text).expect("a day");
        let prune = |on| prune_on(day(on), &data, &backups, 30);
        // Nobody has said when: its time begins.
        assert!(prune("2026-01-01")?.is_empty());
        // No backup of what took its place: it may be all that there is.
        assert!(prune("2026-06-01")?.is_empty());
        let list = backups.join("2026-01-01_10-00-00").join(backup::LIST);
        files::write(&list, "{}")?;
        assert!(prune("2026-06-01")?.is_empty());
        let list = backups.join("2026-01-30_10-00-00").join(backup::LIST);
        files::write(&list, "{}")?;
        assert!(prune("2026-01-31")?.is_empty());
        assert_eq!(prune("2026-02-01")?, std::slice::from_ref(&aside));
        assert!(!aside.exists());
        assert!(data.join("objects/ledger/a.sqlite").exists());
        assert!(data.join("objects-of-mine/a").exists());
        files::remove_folder(&root)
    }
}
