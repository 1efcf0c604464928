//! How much of a program each library is: its functions by the names that the compiler gave them, counted by
//! the crate in front. Never: what the browser downloads, which has no names.

use std::collections::BTreeMap;

use wasmparser::{KnownCustom, Name, NameSectionReader, Parser, Payload, TypeRef};

use crate::trouble::Trouble;

/// Functions that carry no name.
const NAMELESS: &str = "(no name)";
/// The pages' own crate.
const OWN: &str = "survey_app";
/// What the standard library's crates are counted as.
const STANDARD: &str = "std";

/// Bytes of a program, by what they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// Code, by crate.
    pub code: BTreeMap<String, usize>,
    /// Of it our pages' own, by module: `counter::draw`.
    pub own: BTreeMap<String, usize>,
    /// Texts and tables.
    pub data: usize,
    /// Everything but code, data and names.
    pub rest: usize,
}

impl Shares {
    /// Of a program with names.
    ///
    /// # Errors
    /// When it is no WebAssembly.
    pub fn of(wasm: &[u8]) -> Result<Self, Trouble> {
        let broken = |error: wasmparser::BinaryReaderError| {
            let what = format!("the program cannot be read: {error}");
            Trouble::new(what, "Build again: cargo xtask build")
        };
        let (mut bodies, mut names) = (Vec::new(), BTreeMap::new());
        let (mut imported, mut shares, mut custom_bytes) = (0, Self::default(), 0);
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.map_err(broken)? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import.map_err(broken)?;
                        imported += u32::from(matches!(import.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => bodies.push(body.range().len()),
                Payload::DataSection(data) => shares.data = data.range().len(),
                Payload::CustomSection(custom) => {
                    custom_bytes += custom.range().len();
                    if let KnownCustom::Name(section) = custom.as_known() {
                        read_names(section, &mut names).map_err(broken)?;
                    }
                }
                _ => {}
            }
        }
        for (index, bytes) in (imported..).zip(bodies) {
            let of = names.get(&index).map_or(NAMELESS, |name| krate(name));
            if of == OWN
                && let Some(module) = names.get(&index).and_then(|name| module(name))
            {
                *shares.own.entry(module).or_default() += bytes;
            }
            *shares.code.entry(of.to_owned()).or_default() += bytes;
        }
        shares.rest = wasm
            .len()
            .saturating_sub(custom_bytes + shares.data + shares.code());
        Ok(shares)
    }

    /// All code.
    #[must_use]
    pub fn code(&self) -> usize {
        self.code.values().sum()
    }
}

fn read_names(
    section: NameSectionReader<'_>,
    names: &mut BTreeMap<u32, String>,
) -> Result<(), wasmparser::BinaryReaderError> {
    for part in section {
        if let Name::Function(functions) = part? {
            for function in functions {
                let function = function?;
                names.insert(function.index, function.name.to_owned());
            }
        }
    }
    Ok(())
}

/// The crate that a function's name begins with, without the hash that may stand behind it. An implementation
/// for a reference, a list or somebody's closure is its trait's: `<&mut T as core::fmt::Debug>::fmt`.
fn krate(name: &str) -> &str {
    let path = name.trim_start_matches("core::ptr::drop_in_place<");
    let words = path.split(|letter: char| !(letter.is_alphanumeric() || "_:[]".contains(letter)));
    let first = words
        .filter_map(|word| word.split_once("::"))
        .filter_map(|(first, _)| first.trim_start_matches('[').split('[').next())
        .find(|first| !first.is_empty());
    match first {
        Some(
            "core" | "alloc" | "std" | "hashbrown" | "dlmalloc" | "compiler_builtins" | "__rustc",
        ) => STANDARD,
        Some(first) => first,
        None if ["memcpy", "memcmp", "memset", "memmove"].contains(&name) => STANDARD,
        None => NAMELESS,
    }
}

/// The module of [`OWN`] that a function is in, two names deep.
fn module(name: &str) -> Option<String> {
    let (_, path) = name.split_once("survey_app::")?;
    let names = path.split("::").map(|name| {
        let end = name.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
        name.get(..end.unwrap_or(name.len())).unwrap_or(name)
    });
    let modules = names.take_while(|name| name.starts_with(|letter: char| letter.is_lowercase()));
    let modules: Vec<_> = modules.take(2).collect();
    Some(modules.join("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_its_crates() {
        let cases = [
            ("survey::answer::Draft::open::h0123456789abcdef", "survey"),
            (
                "<survey_app::text::Text as core::fmt::Debug>::fmt",
                "survey_app",
            ),
            (
                "<&mut T as serde_core::de::Deserializer>::deserialize",
                "serde_core",
            ),
            ("<alloc[e24a27700634d609]::string::String>::push", "std"),
            ("core::ptr::drop_in_place<leptos::error::Errors>", "leptos"),
            ("core::ptr::drop_in_place<alloc::string::String>", "std"),
            ("memcpy", "std"),
            ("main", NAMELESS),
        ];
        for (name, of) in cases {
            assert_eq!(krate(name), of, "{name}");
        }
    }

    #[test]
    fn a_function_of_ours_is_its_modules() {
        let cases = [
            ("survey_app::counter::draw::face::h01", "counter::draw"),
            ("<survey_app::text::Text as core::fmt::Debug>::fmt", "text"),
            ("survey_app::device::page::{{closure}}::h01", "device::page"),
        ];
        for (name, of) in cases {
            assert_eq!(module(name).as_deref(), Some(of), "{name}");
        }
        assert_eq!(module("survey::day::Day::plus"), None);
    }

    #[test]
    fn every_byte_is_somebodys() -> Result<(), Trouble> {
        let mut module = walrus::Module::default();
        let mut function = walrus::FunctionBuilder::new(&mut module.types, &[], &[]);
        function.name("survey::day::Day::plus".to_owned());
        function.func_body().i32_const(7).drop();
        let function = function.finish(Vec::new(), &mut module.funcs);
        module.exports.add("start", function);
        let wasm = module.emit_wasm();
        let shares = Shares::of(&wasm)?;
        assert_eq!(shares.code.keys().collect::<Vec<_>>(), ["survey"]);
        assert!(shares.code() > 0 && shares.rest > 8);
        assert!(shares.code() + shares.data + shares.rest <= wasm.len());
        assert!(Shares::of(b"no program").is_err());
        Ok(())
    }
}
