//! From Rust to the JavaScript and WebAssembly that a browser or workerd loads.

use std::{
    fs,
    path::{Path, PathBuf},
};

use wasm_bindgen_cli_support::Bindgen;

use crate::{files, project::Project, tool::Tool, trouble::Trouble};

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
    /// A page by its name, `counter` or `manager`: small above all.
    Page(&'static str),
    /// The server: fast, and it survives a panic.
    Worker,
}

impl Program {
    fn profile(self) -> &'static str {
        match self {
            Self::Page(_) => "web",
            Self::Worker => "edge",
        }
    }

    fn artifact(self) -> &'static str {
        match self {
            Self::Page(name) => name,
            Self::Worker => "survey_worker",
        }
    }

    fn optimiser_flags(self) -> &'static [&'static str] {
        match self {
            Self::Page(_) => &["-Oz", "--strip-debug", "--strip-producers"],
            // Names stay: a panic's stack in the server's log must be readable. The abort handler of
            // wasm-bindgen catches exceptions, which the compiler's own list of features lacks.
            Self::Worker => &["-O3", "--debuginfo", "--enable-exception-handling"],
        }
    }
}

/// Compiles both pages in one go, so that they share their libraries.
///
/// # Errors
/// When cargo fails.
pub fn compile_pages(project: &Project) -> Result<(), Trouble> {
    compile(project, &["survey-app", "--bins"], "web")
}

/// Compiles the server.
///
/// # Errors
/// When cargo fails.
pub fn compile_worker(project: &Project) -> Result<(), Trouble> {
    compile(project, &["survey-worker", "--lib"], "edge")
}

fn compile(project: &Project, what: &[&str], profile: &str) -> Result<(), Trouble> {
    Tool::cargo(&project.root)
        .args([
            "build",
            "--target=wasm32-unknown-unknown",
            "--profile",
            profile,
            "--package",
        ])
        .args(what)
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
        .join(format!("{name}.wasm"));
    let folder = target.join("xtask").join(name);
    let (mut glue, bound) = bind(project, program, &compiled, &folder)?;
    if matches!(program, Program::Page(_)) {
        glue = shorten_imports(&bound, glue)?;
    }
    let wasm = optimise(project, program, &bound, &folder)?;
    Ok(Bundle { wasm, glue })
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
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(compiled)
        .out_name(name)
        .typescript(false);
    match program {
        Program::Page(_) => {
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
    let esbuild = Tool::new(project.node(), &project.root)
        .args([&project.root.join(ESBUILD), glue])
        .args([
            "--bundle",
            "--format=esm",
            "--external:*.wasm",
            "--charset=utf8",
            "--log-level=warning",
        ]);
    match program {
        Program::Page(_) => esbuild.args(["--minify"]).output(),
        // workerd has no source phase imports; its plain import of a .wasm file gives the same module.
        Program::Worker => Ok(esbuild.output()?.replace("import source ", "import ")),
    }
}

/// Gives every function that the page hands to the WebAssembly a short name, on both sides. Their own
/// names end in a hash each, which no compression takes away.
fn shorten_imports(bound: &Path, mut glue: String) -> Result<String, Trouble> {
    let refused = |error: &dyn std::fmt::Display| {
        Trouble::new(
            format!("{} cannot be read again: {error}", bound.display()),
            "Check that wasm-bindgen has one version, 0.2.130, in Cargo.lock",
        )
    };
    let mut module = walrus::Module::from_file(bound).map_err(|error| refused(&error))?;
    let mut imports: Vec<_> = module.imports.iter_mut().collect();
    // The longest first, so that no name is taken for the beginning of another.
    imports.sort_by_key(|import| std::cmp::Reverse(import.name.len()));
    for (number, import) in imports.into_iter().enumerate() {
        let short = format!("i{number}");
        glue = glue.replace(&import.name, &short);
        import.name = short;
    }
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
        Tool::new(project.node(), &project.root)
            .args([&project.root.join("node_modules/binaryen/bin/wasm-opt")])
            .args(flags)
            .args([bound, Path::new("-o"), &unfinished])
            .run()?;
        fs::rename(&unfinished, &optimised)
            .map_err(|error| Trouble::file("write", &optimised, &error))?;
    }
    files::read(&optimised)
}
