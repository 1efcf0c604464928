//! Where things are in the clone.

use std::path::{Path, PathBuf};

use crate::{tool::Tool, trouble::Trouble, workerd::Runtime};

/// The clone's folders.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder that holds README.md.
    pub root: PathBuf,
}

impl Project {
    /// The clone this program was compiled in.
    #[must_use]
    pub fn here() -> Self {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self {
            root: own.parent().unwrap_or(own).to_path_buf(),
        }
    }

    /// What `build` makes: `counter/`, `manager/`, `worker/`.
    #[must_use]
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// A tool that npm brought, by its name in `node_modules/.bin`.
    #[must_use]
    pub fn npm_tool(&self, name: &str) -> PathBuf {
        self.root.join("node_modules/.bin").join(name)
    }

    /// The Node that npm brought (wrangler needs 22), or the system's where there is none for this machine.
    #[must_use]
    pub fn node(&self) -> PathBuf {
        let own = self.npm_tool("node");
        if own.exists() { own } else { "node".into() }
    }

    /// The server runtime's own binary: npm's `workerd` without its Node wrapper.
    ///
    /// # Errors
    /// When npm has none for this machine, or `npm ci` has not run.
    pub fn workerd(&self) -> Result<PathBuf, Trouble> {
        let machine = match (std::env::consts::OS, std::env::consts::ARCH) {
            ("linux", "x86_64") => "linux-64",
            ("linux", "aarch64") => "linux-arm64",
            ("macos", "x86_64") => "darwin-64",
            ("macos", "aarch64") => "darwin-arm64",
            (os, arch) => {
                return Err(Trouble::new(
                    format!("There is no workerd for {os} on {arch}"),
                    "Use Linux or macOS on x86-64 or arm64",
                ));
            }
        };
        let binary = self.root.join(format!(
            "node_modules/@cloudflare/workerd-{machine}/bin/workerd"
        ));
        if binary.exists() {
            Ok(binary)
        } else {
            Err(Trouble::new(
                "The server runtime workerd is missing",
                "Run `npm ci --ignore-scripts`",
            ))
        }
    }

    /// What `serve` and the tests run.
    ///
    /// # Errors
    /// When workerd is missing.
    pub fn runtime(&self) -> Result<Runtime, Trouble> {
        Ok(Runtime {
            binary: self.workerd()?,
            config: self.root.join("worker/workerd.capnp"),
            site: self.dist(),
        })
    }

    /// Cargo's target folder, wherever the machine's settings put it.
    ///
    /// # Errors
    /// When `cargo metadata` fails.
    pub fn target(&self) -> Result<PathBuf, Trouble> {
        let metadata = Tool::cargo(&self.root)
            .args(["metadata", "--no-deps", "--format-version=1"])
            .output()?;
        serde_json::from_str::<serde_json::Value>(&metadata)
            .ok()
            .and_then(|metadata| Some(PathBuf::from(metadata.get("target_directory")?.as_str()?)))
            .ok_or_else(|| {
                Trouble::new(
                    "`cargo metadata` did not name the target folder",
                    "Run `cargo xtask doctor` to see which cargo is used",
                )
            })
    }
}
