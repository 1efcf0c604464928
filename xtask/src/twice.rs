//! Builds the clone once more, from nothing, in another folder with another home of cargo, and compares
//! every byte (rule S15): whoever has the sources can tell whether a server runs what they say.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{copies, files, project::Project, tool::Tool, trouble::Trouble};

/// Builds again and compares with `dist/`; returns a line about what is the same.
///
/// # Errors
/// When a step fails, or a file differs.
pub fn compare(project: &Project) -> Result<String, Trouble> {
    let other =
        std::env::temp_dir().join(format!("hai-long-{}-một thư mục khác", std::process::id()));
    files::remove_folder(&other)?;
    let built = build(project, &other);
    let answer = built.and_then(|()| differences(&project.dist(), &other.join("clone/dist")));
    files::remove_folder(&other)?;
    let (files, hashes) = answer?;
    Ok(format!(
        "{files} files are the same in two folders; {hashes}"
    ))
}

/// Builds a copy.
fn build(project: &Project, other: &Path) -> Result<(), Trouble> {
    let clone = other.join("clone");
    copies::copy(project, &clone)?;
    // The crates are the same, wherever they lie.
    let home = other.join("home");
    files::make_folder(&home)?;
    Tool::new("cp", &project.root)
        .args([Path::new("-a"), &cargo_home().join("registry"), &home])
        .run()?;
    let cargo = |arguments: &[&str]| {
        Tool::cargo(&clone)
            .args(arguments)
            .env("CARGO_HOME", &home)
            .env("CARGO_TARGET_DIR", other.join("target"))
            .run()
    };
    cargo(&[
        "run",
        "--quiet",
        "--package=xtask",
        "--bin=xtask",
        "--",
        "build",
    ])
}

fn cargo_home() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cargo");
    std::env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}

/// How many files are the same, and the hashes of the programs.
///
/// # Errors
/// When a file is missing on one side or differs; all of them are named.
fn differences(one: &Path, other: &Path) -> Result<(usize, String), Trouble> {
    let (one, other) = (hashes(one)?, hashes(other)?);
    let all = one
        .keys()
        .chain(other.keys().filter(|path| !one.contains_key(*path)));
    let differing: Vec<_> = all
        .filter(|path| one.get(*path) != other.get(*path))
        .collect();
    for path in &differing {
        eprintln!("{} differs", path.display());
    }
    if let Some(first) = differing.first() {
        return Err(Trouble::new(
            format!(
                "{} files differ, the first: {}",
                differing.len(),
                first.display()
            ),
            "Look what of the folder is in it: `strings` on both; xtask/src/places.rs takes folders out",
        ));
    }
    let programs = one
        .iter()
        .filter(|(path, _)| path.extension().is_some_and(|ending| ending == "wasm"));
    let programs = programs.map(|(path, hash)| {
        // A page's file has its own hash behind the name.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.split('.').next().unwrap_or_default();
        format!("{name} {}", &hash[..16])
    });
    Ok((one.len(), programs.collect::<Vec<_>>().join(", ")))
}

fn hashes(folder: &Path) -> Result<BTreeMap<PathBuf, String>, Trouble> {
    let mut hashes = BTreeMap::new();
    for path in files::all_under(folder)? {
        let hash = files::sha256(&files::read(&folder.join(&path))?);
        hashes.insert(path, hash);
    }
    Ok(hashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s15_a_file_that_differs_or_is_missing_is_told() -> Result<(), Trouble> {
        let folder = std::env::temp_dir().join(format!("hai-long-twice-{}", std::process::id()));
        let (one, other) = (folder.join("one"), folder.join("other"));
        for side in [&one, &other] {
            files::write(&side.join("counter/counter.wasm"), "the same")?;
            files::write(&side.join("manager/action/action.0a1b.wasm"), "as well")?;
        }
        let (files, hashes) = differences(&one, &other)?;
        assert_eq!(
            (
                files,
                hashes.starts_with("counter "),
                hashes.contains(", action ")
            ),
            (2, true, true),
            "{hashes}"
        );
        files::write(&other.join("counter/counter.wasm"), "/home/somebody")?;
        assert!(differences(&one, &other).is_err());
        files::write(&other.join("counter/counter.wasm"), "the same")?;
        files::write(&other.join("more"), "")?;
        assert!(differences(&one, &other).is_err());
        files::remove_folder(&folder)
    }
}
