//! Asks the linker to write down what points at what in a page's program, so that `xtask/src/lighten.rs`
//! can take out what nothing points at.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        println!("cargo:rustc-link-arg-bins=--emit-relocs");
    }
}
