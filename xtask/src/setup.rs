//! Installs what a verb needs and the machine lacks: wasm targets, crates, npm packages.

use std::path::Path;

use crate::{files, project::Project, tool::Tool, trouble::Trouble};

/// What the pages and the Worker compile to, and the target without std that keeps `survey` pure.
pub const WASM_TARGETS: [&str; 2] = ["wasm32-unknown-unknown", "wasm32v1-none"];

/// The oldest Node the npm tools run under; wrangler brings its own newer one.
pub const OLDEST_NODE: u32 = 20;

/// Everything a build needs.
///
/// # Errors
/// When a tool is missing that we may not install, or an installation fails.
pub fn all(project: &Project) -> Result<(), Trouble> {
    wasm_targets(project)?;
    crates(project)?;
    npm(project)
}

/// Adds the missing wasm targets to the pinned toolchain.
///
/// # Errors
/// When rustup is missing or cannot download them.
pub fn wasm_targets(project: &Project) -> Result<(), Trouble> {
    let missing = missing_targets(project)?;
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("Adding the Rust targets {} ...", missing.join(", "));
    Tool::new("rustup", &project.root)
        .args(["target", "add"])
        .args(missing)
        .run()
}

/// The wasm targets that the pinned toolchain lacks.
///
/// # Errors
/// When rustup is missing.
pub fn missing_targets(project: &Project) -> Result<Vec<&'static str>, Trouble> {
    let installed = Tool::new("rustup", &project.root)
        .args(["target", "list", "--installed"])
        .output()?;
    Ok(WASM_TARGETS
        .into_iter()
        .filter(|target| !installed.lines().any(|line| line == *target))
        .collect())
}

/// Adds the formatter and the linter to the pinned toolchain when they are missing.
///
/// # Errors
/// When rustup is missing or cannot download them.
pub fn components(project: &Project) -> Result<(), Trouble> {
    let installed = Tool::new("rustup", &project.root)
        .args(["component", "list", "--installed"])
        .output()?;
    let is_missing = |component: &&str| !installed.lines().any(|line| line.starts_with(component));
    let missing: Vec<_> = ["clippy", "rustfmt"]
        .into_iter()
        .filter(is_missing)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("Adding {} ...", missing.join(", "));
    Tool::new("rustup", &project.root)
        .args(["component", "add"])
        .args(missing)
        .run()
}

/// Downloads every crate of the lock file, so that a missing network is noticed before the first compile.
///
/// # Errors
/// When the network is needed and missing.
pub fn crates(project: &Project) -> Result<(), Trouble> {
    Tool::cargo(&project.root).args(["fetch", "--quiet"]).run()
}

/// Brings `node_modules` to the state of package-lock.json.
///
/// # Errors
/// When Node is missing or too old, or npm fails.
pub fn npm(project: &Project) -> Result<(), Trouble> {
    if npm_is_current(project)? {
        return Ok(());
    }
    let version = node_version(project)?;
    if version < OLDEST_NODE {
        return Err(Trouble::new(
            format!("Node {version} is too old"),
            format!("Install Node {OLDEST_NODE} or newer with npm (https://nodejs.org)"),
        ));
    }
    eprintln!("Installing the npm tools (about 500 MB) ...");
    Tool::new("npm", &project.root)
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
            // A machine without network learns it in seconds.
            "--fetch-retry-mintimeout=1000",
            "--fetch-retry-maxtimeout=5000",
        ])
        .run()?;
    let lock = files::read(&project.root.join("package-lock.json"))?;
    files::write(&stamp(&project.root), files::sha256(&lock))
}

/// Whether `node_modules` was installed from the package-lock.json that is there now.
///
/// # Errors
/// When package-lock.json cannot be read.
pub fn npm_is_current(project: &Project) -> Result<bool, Trouble> {
    let lock = files::read(&project.root.join("package-lock.json"))?;
    Ok(
        std::fs::read_to_string(stamp(&project.root))
            .is_ok_and(|said| said == files::sha256(&lock)),
    )
}

/// The system's Node, its major version.
///
/// # Errors
/// When Node is missing.
pub fn node_version(project: &Project) -> Result<u32, Trouble> {
    let said = Tool::new("node", &project.root)
        .args(["--version"])
        .output()?;
    said.trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse().ok())
        .ok_or_else(|| {
            Trouble::new(
                format!("`node --version` said {:?}", said.trim()),
                "Install Node 20 or newer with npm (https://nodejs.org)",
            )
        })
}

/// Holds the hash of the lock file that `node_modules` was installed from.
fn stamp(root: &Path) -> std::path::PathBuf {
    root.join("node_modules/.installed-from")
}
