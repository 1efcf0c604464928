//! What a packaged program asks of the machine that it will run on.

use crate::trouble::Trouble;

/// Of the C library, such as 2.35.
pub type Version = (u16, u16);

/// What the manuals promise to run on: Ubuntu 22.04 has it, Debian 12 a newer one.
const PROMISED: Version = (2, 35);

/// A package asks for no newer C library than the manuals say.
///
/// # Errors
/// When it does.
pub fn keeps_the_promise(asked: Option<Version>) -> Result<(), Trouble> {
    match asked {
        Some((major, minor)) if (major, minor) > PROMISED => Err(Trouble::new(
            format!(
                "This package asks for glibc {major}.{minor}, and the manuals promise {}.{}",
                PROMISED.0, PROMISED.1
            ),
            "Build it on Debian 12 or Ubuntu 22.04; with `--program FILE` it is packed as it is",
        )),
        _ => Ok(()),
    }
}

/// The newest version of the C library that a program names, as its two numbers: on an older machine it does
/// not start. `None` for a program that names none.
pub fn glibc(program: &[u8]) -> Option<Version> {
    const NAME: &[u8] = b"GLIBC_";
    let found = program
        .windows(NAME.len())
        .enumerate()
        .filter(|(_, window)| *window == NAME)
        .filter_map(|(at, _)| version(program.get(at + NAME.len()..)?));
    found.max()
}

/// `2.35` or `2.2.5` at the beginning, up to the byte that ends a name.
fn version(text: &[u8]) -> Option<Version> {
    let end = text
        .iter()
        .position(|byte| !(byte.is_ascii_digit() || *byte == b'.'))?;
    let text = std::str::from_utf8(text.get(..end)?).ok()?;
    let mut numbers = text.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v5_the_newest_library_that_a_program_names_is_found() {
        let program = b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.9\0GLIBC_PRIVATE\0GLIBC_";
        assert_eq!(glibc(program), Some((2, 34)));
        assert_eq!(glibc(b"static"), None);
    }

    #[test]
    fn v5_a_package_asks_for_no_newer_library_than_the_manuals_promise() {
        for (asked, is_kept) in [
            ((2, 34), true),
            ((2, 35), true),
            ((2, 36), false),
            ((3, 0), false),
        ] {
            assert_eq!(keeps_the_promise(Some(asked)).is_ok(), is_kept, "{asked:?}");
        }
        assert!(keeps_the_promise(None).is_ok());
        let manual = include_str!("../../../docs/manual/own-server.md");
        assert!(manual.contains(&format!("glibc {}.{}", PROMISED.0, PROMISED.1)));
    }
}
