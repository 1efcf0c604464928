//! From Rust to the JavaScript and WebAssembly that a browser or workerd loads.

use std::{
    fs,
    path::{Path, PathBuf},
};

use wasm_bindgen_cli_support::Bindgen;

use crate::{files, lighten, places, project::Project, tool::Tool, trouble::Trouble};

/// Joins and shortens JavaScript and CSS.
pub const ESBUILD: &str = "node_modules/esbuild/bin/esbuild";

/// One compiled program: WebAssembly and the JavaScript that loads it.
#[derive(Debug)]
pub struct Bundle {
    /// The optimised WebAssembly.
    pub wasm: Vec<u8>,
    /// An ES module.
    pub glue: String,
}

/// What is compiled, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// A page by its name, `counter`, `manager`, `action` or `house`: small above all.
    Page(&'static str),
    /// The test page that runs the store's contract on the browser's own storage.
    Contract,
    /// The server: fast, and it survives a panic.
    Worker,
}

impl Program {
    fn profile(self) -> &'static str {
        match self {
            Self::Page(_) | Self::Contract => "web",
            Self::Worker => "edge",
        }
    }

    fn artifact(self) -> &'static str {
        match self {
            Self::Page(name) => name,
            Self::Contract => "store",
            Self::Worker => "survey_worker",
        }
    }

    /// Where cargo puts it, in the profile's folder.
    fn compiled(self) -> String {
        let folder = if self == Self::Contract {
            "examples/"
        } else {
            ""
        };
        format!("{folder}{}.wasm", self.artifact())
    }

    fn optimiser_flags(self) -> &'static [&'static str] {
        match self {
            // Nobody downloads it.
            Self::Contract => &[],
            // The order is what measured best; docs/adr/0014-small-counter.md. Both promises about memory
            // hold for what rustc links: the stack lies lowest and overflows downwards into a trap, and
            // the memory is the module's own.
            Self::Page(_) => &[
                "-Oz",
                "--flatten",
                "--rereloop",
                "-Oz",
                "-Oz",
                "--low-memory-unused",
                "--zero-filled-memory",
                "--strip-debug",
                "--strip-producers",
                // Only tools read it, and this is the last of them.
                "--strip-target-features",
                "--converge",
            ],
            // Names stay: a panic's stack in the server's log must be readable. The abort handler of
            // wasm-bindgen catches exceptions, which the compiler's own list of features lacks.
            Self::Worker => &["-O3", "--debuginfo", "--enable-exception-handling"],
        }
    }
}

/// Leptos then draws every `view!` from a few boxed types instead of one type for each shape, which the
/// manager's pages are a tenth smaller by; docs/adr/0022-slim-manager.md.
const ERASED: &str = "--cfg=erase_components";

/// Compiles all pages in one go, so that they share their libraries.
///
/// # Errors
/// When cargo fails.
pub fn compile_pages(project: &Project) -> Result<(), Trouble> {
    compile(project, &["survey-app", "--bins"], &[ERASED], "web")
}

/// Compiles the test page of `app/examples/store.rs`. Apart from the pages: an example is built with
/// what only tests need, which would change what the pages are built with.
///
/// # Errors
/// When cargo fails.
pub fn compile_contract(project: &Project) -> Result<(), Trouble> {
    compile(
        project,
        &["survey-app", "--example=store"],
        &[ERASED],
        "web",
    )
}

/// Compiles the server.
///
/// # Errors
/// When cargo fails.
pub fn compile_worker(project: &Project) -> Result<(), Trouble> {
    compile(project, &["survey-worker", "--lib"], &[], "edge")
}

fn compile(project: &Project, what: &[&str], flags: &[&str], profile: &str) -> Result<(), Trouble> {
    let mut flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
    flags.extend(places::forgotten(project)?);
    // A list of texts in JSON is one in TOML.
    let flags = serde_json::json!(flags);
    Tool::cargo(&project.root)
        // Either would be taken in place of ours.
        .without_env("RUSTFLAGS")
        .without_env("CARGO_ENCODED_RUSTFLAGS")
        .args([
            "build",
            "--target=wasm32-unknown-unknown",
            "--profile",
            profile,
            "--package",
        ])
        .args(what)
        .args([
            "--config",
            &format!("target.wasm32-unknown-unknown.rustflags={flags}"),
        ])
        .run()
}

/// Binds and optimises what cargo compiled. An unchanged program is not optimised again.
///
/// # Errors
/// When the compiled file is missing, or wasm-bindgen or wasm-opt refuses it.
pub fn bundle(project: &Project, program: Program) -> Result<Bundle, Trouble> {
    let target = project.target()?;
    let name = program.artifact();
    let compiled = target
        .join("wasm32-unknown-unknown")
        .join(program.profile())
        .join(program.compiled());
    let folder = target.join("xtask").join(name);
    let (mut glue, bound) = bind(project, program, &compiled, &folder)?;
    if matches!(program, Program::Page(_)) {
        glue = shorten_names(&bound, glue)?;
    }
    let wasm = if program.optimiser_flags().is_empty() {
        files::read(&bound)?
    } else {
        optimise(project, program, &bound, &folder)?
    };
    Ok(Bundle { wasm, glue })
}

/// The same program as [`bundle`] made last, but with the names of its functions, which no page ships.
///
/// # Errors
/// When it was not made, or wasm-opt refuses it.
pub fn named(project: &Project, program: Program) -> Result<Vec<u8>, Trouble> {
    let name = program.artifact();
    let folder = project.target()?.join("xtask").join(name);
    let bound = folder.join("bound").join(format!("{name}_bg.wasm"));
    let to = folder.join("named");
    let flags = program.optimiser_flags().iter();
    let flags = flags.filter(|flag| **flag != "--strip-debug");
    wasm_opt(project)
        .args(flags)
        .args([&bound, Path::new("-g"), Path::new("-o"), &to])
        .run()?;
    files::read(&to)
}

/// The optimiser.
fn wasm_opt(project: &Project) -> Tool {
    let script = project.root.join("node_modules/binaryen/bin/wasm-opt");
    Tool::new(project.node(), &project.root).args([script])
}

/// Runs wasm-bindgen; returns the glue and where the bound WebAssembly is.
fn bind(
    project: &Project,
    program: Program,
    compiled: &Path,
    folder: &Path,
) -> Result<(String, PathBuf), Trouble> {
    let name = program.artifact();
    let refused = |error: &dyn std::fmt::Display| {
        Trouble::new(
            format!("wasm-bindgen refused {}: {error}", compiled.display()),
            "Check that wasm-bindgen has one version, 0.2.130, in Cargo.lock",
        )
    };
    let bound = folder.join("bound");
    files::remove_folder(&bound)?;
    files::make_folder(&bound)?;
    let mut linked = compiled.to_owned();
    if matches!(program, Program::Page(_)) {
        let light = lighten::lighten(&files::read(compiled)?)?;
        linked = folder.join("light.wasm");
        files::write(&linked, light)?;
    }
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&linked).out_name(name).typescript(false);
    match program {
        Program::Page(_) | Program::Contract => {
            bindgen.web(true).map_err(|error| refused(&error))?;
            bindgen.omit_default_module_path(true);
        }
        Program::Worker => {
            bindgen.module(true).map_err(|error| refused(&error))?;
            // worker/entry.mjs starts a fresh instance after a panic.
            bindgen
                .reset_state_function(true)
                .force_enable_abort_handler(true);
        }
    }
    bindgen.generate(&bound).map_err(|error| refused(&error))?;
    let glue = join(project, program, &bound.join(format!("{name}.js")))?;
    Ok((glue, bound.join(format!("{name}_bg.wasm"))))
}

/// The glue and the pieces of JavaScript that crates bring with them, as one module.
fn join(project: &Project, program: Program, glue: &Path) -> Result<String, Trouble> {
    let mut entry = glue.to_owned();
    if matches!(program, Program::Page(_)) {
        entry = only_the_start(glue)?;
    }
    // It writes where each piece was, seen from where it runs: from beside them, that is the same
    // wherever the target folder is (rule S15).
    let beside = entry.parent().unwrap_or(&project.root);
    let esbuild = Tool::new(project.node(), beside)
        .args([&project.root.join(ESBUILD), &entry])
        .args([
            "--bundle",
            "--format=esm",
            "--external:*.wasm",
            "--charset=utf8",
            "--log-level=warning",
            // Made for a class that nobody uses, it is not needed either.
            "--pure:FinalizationRegistry",
        ]);
    match program {
        Program::Page(_) | Program::Contract => esbuild.args(["--minify"]).output(),
        // workerd has no source phase imports; its plain import of a .wasm file gives the same module.
        Program::Worker => Ok(esbuild.output()?.replace("import source ", "import ")),
    }
}

/// A module beside the glue that gives out nothing but the program's start, so that what nobody uses
/// is left out: the classes of [`lighten::is_uncalled`]. What hangs a word on a class would keep it.
fn only_the_start(glue: &Path) -> Result<PathBuf, Trouble> {
    let text = files::read_text(glue)?;
    let lines = text.lines();
    let kept = lines.filter(|line| !line.starts_with("if (Symbol.dispose)"));
    files::write(glue, kept.collect::<Vec<_>>().join("\n"))?;
    let name = glue.file_name().unwrap_or_default().to_string_lossy();
    let start = glue.with_file_name("start.js");
    files::write(&start, format!("export {{ default }} from \"./{name}\";\n"))?;
    Ok(start)
}

/// `aa`, `ab` and so on: names in a row compress best.
fn short_name(number: usize) -> String {
    let letter = |at: usize| char::from(b"abcdefghijklmnopqrstuvwxyz"[at % 26]);
    let places = if number < 26 * 26 { 2 } else { 3 };
    let digits = (0..places).rev().map(|place| number / 26_usize.pow(place));
    digits.map(letter).collect()
}

/// Gives every function that the page hands to the WebAssembly a short name, on both sides: their own
/// names end in a hash each, which no compression takes away. Takes off the exports that nobody calls.
fn shorten_names(bound: &Path, mut glue: String) -> Result<String, Trouble> {
    let refused = |error: &dyn std::fmt::Display| {
        Trouble::new(
            format!("{} cannot be read again: {error}", bound.display()),
            "Check that wasm-bindgen has one version, 0.2.130, in Cargo.lock",
        )
    };
    let mut module = walrus::Module::from_file(bound).map_err(|error| refused(&error))?;
    let mut names = Vec::new();
    for (number, import) in module.imports.iter_mut().enumerate() {
        let short = short_name(number);
        names.push((std::mem::replace(&mut import.name, short.clone()), short));
        // The one module that all of them come from, an object in the glue.
        let from = std::mem::replace(&mut import.module, "m".to_owned());
        glue = glue.replace(&format!("\"{from}\""), "\"m\"");
    }
    // The longest first, so that no name is taken for the beginning of another.
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    for (name, short) in names {
        glue = glue.replace(&name, &short);
    }
    let exports = module.exports.iter();
    let uncalled = exports.filter(|export| lighten::is_uncalled(&export.name));
    for export in uncalled.map(walrus::Export::id).collect::<Vec<_>>() {
        module.exports.delete(export);
    }
    walrus::passes::gc::run(&mut module);
    module
        .emit_wasm_file(bound)
        .map_err(|error| refused(&error))?;
    Ok(glue)
}

fn optimise(
    project: &Project,
    program: Program,
    bound: &Path,
    folder: &Path,
) -> Result<Vec<u8>, Trouble> {
    let flags = program.optimiser_flags();
    let mut key = files::read(bound)?;
    key.extend_from_slice(flags.join(" ").as_bytes());
    let optimised = folder.join(format!("{}.wasm", files::sha256(&key)));
    if !optimised.exists() {
        for old in fs::read_dir(folder).into_iter().flatten().flatten() {
            if old
                .path()
                .extension()
                .is_some_and(|ending| ending == "wasm")
            {
                // A leftover costs space, nothing else.
                let _ = fs::remove_file(old.path());
            }
        }
        let unfinished = folder.join("unfinished");
        wasm_opt(project)
            .args(flags)
            .args([bound, Path::new("-o"), &unfinished])
            .run()?;
        fs::rename(&unfinished, &optimised)
            .map_err(|error| Trouble::file("write", &optimised, &error))?;
    }
    files::read(&optimised)
}
