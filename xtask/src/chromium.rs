//! Finds the browser for the browser tests, or installs it where that is allowed.

use std::{
    env,
    path::{Path, PathBuf},
};

use rustix::process::geteuid;

use crate::{project::Project, tool::Tool, trouble::Trouble};

/// Names under which systems install Chromium and its relatives.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];

/// Where macOS puts it.
const ON_MACOS: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// The browser that the environment names with CHROMIUM, or an installed one.
#[must_use]
pub fn installed() -> Option<PathBuf> {
    env::var_os("CHROMIUM")
        .map(PathBuf::from)
        .filter(|path| path.exists())
        .or_else(|| NAMES.into_iter().find_map(in_path))
        .or_else(|| Some(PathBuf::from(ON_MACOS)).filter(|path| path.exists()))
}

/// An installed browser; else one from the system's packages, when we may install.
///
/// # Errors
/// When there is none and none can be installed.
pub fn get(project: &Project) -> Result<PathBuf, Trouble> {
    if let Some(path) = installed() {
        return Ok(path);
    }
    if !geteuid().is_root() || in_path("apt-get").is_none() {
        return Err(missing());
    }
    eprintln!("Installing Chromium from the system's packages ...");
    let apt = |words: &[&str]| {
        Tool::new("apt-get", &project.root)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(words)
            .run()
    };
    apt(&["update", "--quiet"])?;
    // Without a font that has Vietnamese letters the pages would show boxes.
    apt(&[
        "install",
        "--yes",
        "--quiet",
        "chromium",
        "fonts-dejavu-core",
    ])?;
    installed().ok_or_else(missing)
}

/// The sentence for a machine without it.
#[must_use]
pub fn missing() -> Trouble {
    Trouble::new(
        "Chromium is missing",
        "Install it (Debian, Ubuntu: `sudo apt-get install chromium`; macOS: Google Chrome) \
         or name one with CHROMIUM=/path/to/chromium",
    )
}

/// The first program of this name that the shell would find.
#[must_use]
pub fn in_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| Path::is_file(path))
}
