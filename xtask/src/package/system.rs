//! What a packaged program asks of the machine that it will run on.

/// The newest version of the C library that a program names, as its two numbers: on an older machine it does
/// not start. `None` for a program that names none.
pub fn glibc(program: &[u8]) -> Option<(u16, u16)> {
    const NAME: &[u8] = b"GLIBC_";
    let found = program
        .windows(NAME.len())
        .enumerate()
        .filter(|(_, window)| *window == NAME)
        .filter_map(|(at, _)| version(program.get(at + NAME.len()..)?));
    found.max()
}

/// `2.35` or `2.2.5` at the beginning, up to the byte that ends a name.
fn version(text: &[u8]) -> Option<(u16, u16)> {
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
}
