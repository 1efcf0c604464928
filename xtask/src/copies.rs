//! Copies of the clone, for proofs that must not touch it. Never: what git does not know.

use std::path::Path;

use crate::{files, project::Project, tool::Tool, trouble::Trouble};

/// Copies what git knows of, changed or not, into a folder, and lends it the tools of npm. A file that
/// is there already and the same is not touched, so that cargo does not build it again.
///
/// # Errors
/// When git does not tell, or a file cannot be copied.
pub fn copy(project: &Project, folder: &Path) -> Result<(), Trouble> {
    let named = Tool::new("git", &project.root)
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output()?;
    for name in named.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (project.root.join(name), folder.join(name));
        if from.exists() {
            let bytes = files::read(&from)?;
            if files::read(&to).ok().as_ref() != Some(&bytes) {
                files::write(&to, bytes)?;
            }
        }
    }
    // The tools are the same, wherever they lie.
    let tools = folder.join("node_modules");
    if tools.exists() {
        return Ok(());
    }
    std::os::unix::fs::symlink(project.root.join("node_modules"), tools)
        .map_err(|error| Trouble::file("link", folder, &error))
}
