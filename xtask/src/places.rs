//! Which folders of this machine the compiler has to forget: a panic names its source file, and the same
//! sources must give the same bytes in every folder of every machine (rule S15).

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{project::Project, tool::Tool, trouble::Trouble};

/// Flags for rustc, which takes the last one that fits: a source file is then named from the clone's
/// root, from its crate's own folder (`tachys-0.2.19/src/…`), or as the toolchain's makers named it.
///
/// # Errors
/// When cargo or rustc do not tell where they keep their sources.
pub fn forgotten(project: &Project) -> Result<Vec<String>, Trouble> {
    let metadata = Tool::cargo(&project.root)
        .args(["metadata", "--format-version=1"])
        .output()?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| not_told(&error))?;
    let rustc = |words: &[&str]| Tool::new("rustc", &project.root).args(words).output();
    let version = rustc(&["-vV"])?;
    let commit = version
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "))
        .ok_or_else(|| not_told(&"rustc has no commit"))?;
    let library = Path::new(rustc(&["--print=sysroot"])?.trim()).join("lib/rustlib/src/rust");

    let mut flags = vec![flag(&project.root, "")];
    flags.extend(homes(&metadata).iter().map(|home| flag(home, "")));
    flags.push(flag(&library, &format!("/rustc/{commit}")));
    Ok(flags)
}

fn flag(folder: &Path, name: &str) -> String {
    format!("--remap-path-prefix={}={name}", folder.display())
}

/// The target folder, and those in which cargo unpacked crates: a registry's, or a mirror's.
fn homes(metadata: &Value) -> BTreeSet<PathBuf> {
    let path = |value: &Value| value.as_str().map(PathBuf::from);
    let packages = metadata["packages"].as_array();
    let foreign = packages
        .into_iter()
        .flatten()
        .filter(|package| !package["source"].is_null())
        .filter_map(|package| {
            Some(
                path(&package["manifest_path"])?
                    .parent()?
                    .parent()?
                    .to_owned(),
            )
        });
    foreign.chain(path(&metadata["target_directory"])).collect()
}

fn not_told(error: &dyn std::fmt::Display) -> Trouble {
    Trouble::new(
        format!("Where the sources lie was not told: {error}"),
        "Run `cargo xtask doctor` to see which cargo and rustc are used",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s15_every_folder_with_foreign_sources_is_forgotten() {
        let metadata = serde_json::json!({
            "target_directory": "/clone/target",
            "packages": [
                { "source": null, "manifest_path": "/clone/app/Cargo.toml" },
                { "source": "registry+x", "manifest_path": "/home/a/registry/src/x-1/serde-1.0.0/Cargo.toml" },
                { "source": "registry+x", "manifest_path": "/home/a/registry/src/x-1/libm-0.2.15/Cargo.toml" },
                { "source": "registry+y", "manifest_path": "/vendor/time-0.3.44/Cargo.toml" },
            ],
        });
        let expected = ["/clone/target", "/home/a/registry/src/x-1", "/vendor"];
        assert!(
            homes(&metadata)
                .iter()
                .map(PathBuf::as_path)
                .eq(expected.map(Path::new))
        );
    }
}
