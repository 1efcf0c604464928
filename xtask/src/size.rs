//! How large a file is as it stands and as a browser receives it.

use std::{
    fmt,
    iter::Sum,
    path::{Path, PathBuf},
};

use crate::{files, project::Project, tool::Tool, trouble::Trouble};

/// Prints how long each file is once it is compressed: brotli, quality 11, window 22. Node's, because the
/// test that holds the limits (U8) counts with it, and encoders differ by a thousandth.
const COMPRESS: &str = "const { readFileSync } = require('node:fs');
const { brotliCompressSync } = require('node:zlib');
for (const path of process.argv.slice(1)) console.log(brotliCompressSync(readFileSync(path)).length);";

/// Both sizes of a file, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// On disk.
    pub raw: usize,
    /// Compressed by brotli, quality 11, window 22.
    pub brotli: usize,
}

/// Measures each of the files of a folder.
///
/// # Errors
/// When a file is missing or Node does not run.
pub fn of_files(project: &Project, folder: &Path, paths: &[PathBuf]) -> Result<Vec<Size>, Trouble> {
    let paths: Vec<_> = paths.iter().map(|path| folder.join(path)).collect();
    let said = Tool::new(project.node(), &project.root)
        .args(["--eval", COMPRESS, "--"])
        .args(&paths)
        .output()?;
    let sizes = paths.iter().zip(said.lines()).map(|(path, brotli)| {
        Ok(Size {
            raw: files::read(path)?.len(),
            brotli: brotli.parse().map_err(|_| {
                Trouble::new(
                    format!("Node could not say how large {} is", path.display()),
                    "Run `cargo xtask doctor` to see what is missing",
                )
            })?,
        })
    });
    sizes.collect()
}

impl Sum for Size {
    fn sum<I: Iterator<Item = Self>>(sizes: I) -> Self {
        sizes.fold(Self::default(), |sum, size| Self {
            raw: sum.raw + size.raw,
            brotli: sum.brotli + size.brotli,
        })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>9} raw {:>9} brotli",
            kilobytes(self.raw),
            kilobytes(self.brotli)
        )
    }
}

/// In kilobytes of 1,000 bytes, one decimal, rounded up: a budget is never met by rounding.
#[must_use]
pub fn kilobytes(bytes: usize) -> String {
    let tenths = bytes.div_ceil(100);
    format!("{}.{} kB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_never_met_by_rounding() {
        assert_eq!(kilobytes(0), "0.0 kB");
        assert_eq!(kilobytes(150_000), "150.0 kB");
        assert_eq!(kilobytes(150_001), "150.1 kB");
    }
}
