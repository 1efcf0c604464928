//! How large a file is as it stands and as a browser receives it.

use std::{fmt, iter::Sum};

use brotli::enc::BrotliEncoderParams;

/// Both sizes of a file, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// On disk.
    pub raw: usize,
    /// Compressed by brotli, quality 11, window 22.
    pub brotli: usize,
}

impl Size {
    /// Measures the bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let parameters = BrotliEncoderParams {
            quality: 11,
            lgwin: 22,
            size_hint: bytes.len(),
            ..BrotliEncoderParams::default()
        };
        let mut compressed = Vec::new();
        // Reading a slice and writing to a Vec cannot fail; if it did, the raw size is the honest answer.
        let brotli = brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)
            .map_or(bytes.len(), |_| compressed.len());
        Self {
            raw: bytes.len(),
            brotli,
        }
    }
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

    #[test]
    fn brotli_compresses_what_repeats() {
        let size = Size::of(&[b'a'; 10_000]);
        assert_eq!(size.raw, 10_000);
        assert!(size.brotli < 50, "{size:?}");
    }
}
