//! The code that creates the first operator of an empty server: shown on a terminal, else in a file of its
//! own account (rule S14). Never: in a log.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{files, trouble::Trouble};

/// What the file is called, in the data folder.
pub const NAME: &str = "setup-code";

/// Writes the code where only the server's account may read it.
///
/// # Errors
/// When it cannot be written.
pub fn keep(data: &Path, code: &str) -> Result<PathBuf, Trouble> {
    let path = data.join(NAME);
    // The one of an earlier start, whatever its mode was.
    forget(&path)?;
    files::write_secret(&path, &format!("{code}\n"))?;
    Ok(path)
}

/// Removes the file; a missing one is fine.
///
/// # Errors
/// When it cannot be removed.
pub fn forget(path: &Path) -> Result<(), Trouble> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Trouble::file("remove", path, &error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn s14_the_setup_code_is_for_the_servers_account_alone() -> Result<(), Trouble> {
        let data = std::env::temp_dir().join(format!("hai-long-code-{}", std::process::id()));
        files::write(&data.join(NAME), "an older one, open to all")?;
        let path = keep(&data, "ABCD2345")?;
        let mode = fs::metadata(&path).map(|about| about.permissions().mode() & 0o777);
        assert_eq!(mode.ok(), Some(0o600));
        assert_eq!(files::read_text(&path)?, "ABCD2345\n");
        forget(&path)?;
        forget(&path)?;
        assert!(!path.exists());
        files::remove_folder(&data)
    }
}
