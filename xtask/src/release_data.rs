//! `cargo xtask release-data`: keeps a small data folder of the release at hand, and the figures that stand on
//! it, so that every later build is tried on it (rule U5's twin on the server, V6). Never: data of anybody.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{
    clock::now,
    files,
    operate::backup,
    project::Project,
    sample,
    tool::Tool,
    trouble::Trouble,
    verb::Verb,
    workerd::{Plan, Release, Server},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "release-data",
    summary: "keep a data folder of this release for the upgrade test",
    options: "",
    run: |arguments| {
        arguments.finish()?;
        let kept = keep(&Project::here())?;
        println!("kept {}", kept.display());
        Ok(())
    },
};

/// The largest archive, in bytes: it stays in the repository for ever.
const MOST_BYTES: usize = 1 << 20;

/// What the pages showed, and at what time, beside the data.
pub const PAGES: &str = "pages.json";

/// The archives of all releases.
#[must_use]
pub fn folder(project: &Project) -> PathBuf {
    project.root.join("tests/releases")
}

fn keep(project: &Project) -> Result<PathBuf, Trouble> {
    let version = env!("CARGO_PKG_VERSION");
    let archive = folder(project).join(format!("{version}.tar.gz"));
    if archive.exists() {
        return Err(Trouble::new(
            format!("The data of {version} is kept already"),
            "Raise the version in Cargo.toml first: what a release wrote is never written again",
        ));
    }
    let scratch = project.target()?.join("release-data");
    files::remove_folder(&scratch)?;
    let data = scratch.join("data");
    let mut plan = Plan::for_test(data.clone());
    plan.release = Release::WhenTen;
    let server = Server::start(project, &plan)?;
    sample::open(&server, &data, &plan.setup_code)?;
    let pages = sample::pages(&server, &data)?;
    server.stop();
    // A backup is one file for each database, without a log beside it.
    let made = backup::make(&data, &scratch.join("backups"))?;
    let packed = scratch.join("packed");
    fs::rename(&made.folder, &packed).map_err(|error| Trouble::file("move", &packed, &error))?;
    let sign_in = "sample.json";
    files::write(&packed.join(sign_in), files::read(&data.join(sign_in))?)?;
    let seen = json!({"version": version, "now": now()?.0, "pages": pages});
    files::write(&packed.join(PAGES), format!("{seen:#}\n"))?;
    files::make_folder(&folder(project))?;
    pack(&packed, &archive)?;
    let bytes = files::read(&archive)?.len();
    if bytes > MOST_BYTES {
        return Err(Trouble::new(
            format!(
                "{} has {bytes} bytes, more than {MOST_BYTES}",
                archive.display()
            ),
            "Make the sample smaller (xtask/src/sample), remove the file, run it again",
        ));
    }
    files::remove_folder(&scratch)?;
    Ok(archive)
}

fn pack(folder: &Path, archive: &Path) -> Result<(), Trouble> {
    Tool::new("tar", folder)
        .args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner"])
        .args(["--use-compress-program=gzip -9", "-cf"])
        .args([archive, Path::new(".")])
        .run()
}

/// Unpacks an archive into a new folder.
///
/// # Errors
/// When it is none, or the folder cannot be written.
pub fn unpack(archive: &Path, folder: &Path) -> Result<(), Trouble> {
    files::make_folder(folder)?;
    Tool::new("tar", folder)
        .args(["-xzf".as_ref(), archive.as_os_str()])
        .run()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Releases that the changelog names and that have left no data.
    fn without_data<'a>(changelog: &'a str, archives: &[PathBuf]) -> Vec<&'a str> {
        let headings = changelog
            .lines()
            .filter_map(|line| line.strip_prefix("## "));
        let releases = headings.filter_map(|heading| heading.split_whitespace().next());
        releases
            .filter(|release| release.starts_with(|first: char| first.is_ascii_digit()))
            .filter(|release| !archives.contains(&format!("{release}.tar.gz").into()))
            .collect()
    }

    #[test]
    fn v6_every_release_of_the_changelog_has_left_its_data() -> Result<(), Trouble> {
        let project = Project::here();
        let changelog = files::read_text(&project.root.join("CHANGELOG.md"))?;
        let archives = files::all_under(&folder(&project))?;
        assert_eq!(
            without_data(&changelog, &archives),
            Vec::<&str>::new(),
            "before a release is named: cargo xtask release-data"
        );
        let changelog = "## Unreleased\n### Wire\n## 0.2.0 (2027-01-01)\n## 0.1.0\n";
        let archives = ["0.1.0.tar.gz".into()];
        assert_eq!(without_data(changelog, &archives), ["0.2.0"]);
        Ok(())
    }
}
