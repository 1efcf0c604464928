//! The folder that a local server keeps its responses in.

use std::{
    fs::{self, File, TryLockError},
    io::{self, IsTerminal, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::{files, trouble::Trouble};

/// What must be free before a start, in bytes: a disk that fills up while people answer is worse.
const FREE_NEEDED: usize = 16 << 20;

/// A data folder in use; no other server can take it until this is dropped.
#[derive(Debug)]
pub struct DataFolder {
    /// Absolute.
    pub path: PathBuf,
    lock: File,
}

impl DataFolder {
    /// Makes the folder when it is missing, and takes it.
    ///
    /// # Errors
    /// When another server has it, it cannot be written, or the disk is full.
    pub fn take(path: &Path) -> Result<Self, Trouble> {
        files::make_folder(path)?;
        let path = path
            .canonicalize()
            .map_err(|error| Trouble::file("open", path, &error))?;
        close_to_others(&path)?;
        let lock_path = path.join("lock");
        let lock =
            File::create(&lock_path).map_err(|error| Trouble::file("write", &lock_path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Trouble::new(
                    format!("Another server uses {}", path.display()),
                    "Stop it (a `workerd` that outlived its program is one too), or choose another \
                     data folder",
                ));
            }
            Err(TryLockError::Error(error)) => {
                return Err(Trouble::file("lock", &lock_path, &error));
            }
        }
        let probe = path.join("probe");
        let written = files::write(&probe, vec![0; FREE_NEEDED]);
        // What could not be written whole is removed too.
        let _ = fs::remove_file(&probe);
        written?;
        Ok(Self { path, lock })
    }

    /// Lets the programs that are started from now on hold the folder too: a runtime that outlives us goes
    /// on writing, and nobody else may take the folder before it has ended.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn share(&self) -> Result<(), Trouble> {
        rustix::io::fcntl_setfd(&self.lock, rustix::io::FdFlags::empty())
            .map_err(|error| Trouble::file("share", &self.path.join("lock"), &error.into()))
    }

    /// Whether a server has ever written here.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.path.join("objects").is_dir()
    }

    /// Removes every response and account, after asking. Never: anything that a server did not write.
    ///
    /// # Errors
    /// When the answer is not yes, nobody can be asked, or a file cannot be removed.
    pub fn wipe(&self, is_agreed: bool) -> Result<(), Trouble> {
        if !self.is_used() {
            return Ok(());
        }
        if !is_agreed && !self.ask()? {
            return Err(Trouble::new(
                "Nothing was wiped",
                "Start without --fresh to keep the data, or choose another folder with --data DIR",
            ));
        }
        // The sample's sign-in is worth nothing without the sample.
        let sign_in = self.path.join("sample.json");
        if sign_in.exists() {
            fs::remove_file(&sign_in).map_err(|error| Trouble::file("remove", &sign_in, &error))?;
        }
        files::remove_folder(&self.path.join("objects"))
    }

    fn ask(&self) -> Result<bool, Trouble> {
        if !io::stdin().is_terminal() {
            return Err(Trouble::new(
                format!(
                    "Nobody can be asked whether {} may be wiped",
                    self.path.display()
                ),
                "Add --yes when you are sure",
            ));
        }
        eprint!(
            "Wipe every response and account in {}? Type yes: ",
            self.path.display()
        );
        // An unseen question is answered by nobody.
        let _ = io::stderr().flush();
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).map_err(|error| {
            Trouble::new(
                format!("No answer could be read: {error}"),
                "Add --yes when you are sure",
            )
        })?;
        Ok(answer.trim().eq_ignore_ascii_case("yes"))
    }
}

/// Takes from everybody but owner and group what they may do with a folder: password hashes and sealing
/// keys lie below it (rule S14).
///
/// # Errors
/// When the folder is somebody else's.
pub fn close_to_others(folder: &Path) -> Result<(), Trouble> {
    let trouble = |error: io::Error| Trouble::file("close to others", folder, &error);
    let mut rights = fs::metadata(folder).map_err(trouble)?.permissions();
    let mode = rights.mode() & !0o007;
    if mode != rights.mode() {
        rights.set_mode(mode);
        fs::set_permissions(folder, rights).map_err(trouble)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s14_a_secret_is_readable_by_nobody_else() -> Result<(), Trouble> {
        let folder = std::env::temp_dir().join(format!("hai-long-s14-{}", std::process::id()));
        files::make_folder(&folder)?;
        let mode = |path: &Path| fs::metadata(path).map(|data| data.permissions().mode() & 0o777);
        let rights = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&folder, rights)
            .map_err(|error| Trouble::file("open", &folder, &error))?;
        let data = DataFolder::take(&folder)?;
        assert_eq!(
            mode(&folder).ok(),
            Some(0o750),
            "what a group may was somebody's wish"
        );
        let secret = folder.join("sample.json");
        files::write_secret(&secret, "a password")?;
        assert_eq!(mode(&secret).ok(), Some(0o600));
        drop(data);
        files::remove_folder(&folder)
    }

    #[test]
    fn a_data_folder_has_one_user_and_a_wipe_spares_strangers_files() -> Result<(), Trouble> {
        let path = std::env::temp_dir().join(format!("hai-long-data-{}", std::process::id()));
        let folder = DataFolder::take(&path)?;
        let second = DataFolder::take(&path)
            .expect_err("it is taken")
            .to_string();
        assert!(second.starts_with("Another server uses "), "{second}");
        files::write(&path.join("objects/ledger/1.sqlite"), "rows")?;
        files::write(&path.join("notes.txt"), "mine")?;
        folder.wipe(true)?;
        assert!(!folder.is_used());
        assert_eq!(files::read_text(&path.join("notes.txt"))?, "mine");
        drop(folder);
        files::remove_folder(&path)
    }
}
