//! One decoder under libFuzzer; `cargo xtask fuzz` builds it with coverage and names the decoder in
//! the variable `DECODER`.
#![no_main]

use std::sync::LazyLock;

use survey_tests::decoders::{Decoder, named};

static CHOSEN: LazyLock<Decoder> = LazyLock::new(|| {
    let name = std::env::var("DECODER").unwrap_or_default();
    named(&name).unwrap_or_else(|| panic!("`{name}` is no decoder"))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| CHOSEN(bytes));
