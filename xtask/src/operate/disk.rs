//! How much a folder holds, and how much is free where it lies.

use std::{fs, path::Path};

use rustix::fs::statvfs;

use crate::{files, trouble::Trouble};

/// The bytes of all files below a folder; 0 where there is none.
///
/// # Errors
/// When it cannot be listed.
pub fn bytes_under(folder: &Path) -> Result<u64, Trouble> {
    if !folder.is_dir() {
        return Ok(0);
    }
    let mut bytes = 0_u64;
    for path in files::all_under(folder)? {
        // The runtime removes files of its own while it runs.
        if let Ok(about) = fs::metadata(folder.join(path)) {
            bytes = bytes.saturating_add(about.len());
        }
    }
    Ok(bytes)
}

/// The bytes that this account may still write where a folder lies.
///
/// # Errors
/// When the system does not tell.
pub fn free_bytes(folder: &Path) -> Result<u64, Trouble> {
    let about = statvfs(folder).map_err(|error| Trouble::file("look at", folder, &error.into()))?;
    Ok(about.f_bavail.saturating_mul(about.f_frsize))
}

/// The memory of a process in bytes; 0 where the system does not tell.
#[must_use]
pub fn memory_of(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = resident.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() << 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v2_sizes_are_what_the_system_says() {
        let folder = std::env::temp_dir().join(format!("hai-long-disk-{}", std::process::id()));
        files::write(&folder.join("a/b"), vec![0; 5_000]).expect("written");
        files::write(&folder.join("c"), vec![0; 7]).expect("written");
        assert_eq!(bytes_under(&folder).expect("read"), 5_007);
        assert_eq!(bytes_under(&folder.join("none")).expect("read"), 0);
        assert!(free_bytes(&folder).expect("told") > 0);
        assert!(memory_of(std::process::id()) > 1 << 20);
        files::remove_folder(&folder).expect("removed");
    }
}
