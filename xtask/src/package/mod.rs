//! `cargo xtask package`: a folder that a province's server runs from, with no compiler, Node or
//! network. Never: the settable clock, the sample, or a test's route.

mod bill;
mod proxy;
mod system;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use lexopt::Arg;

use crate::{
    build, files,
    operate::{
        disk,
        home::{SETTINGS, SUMS},
    },
    project::Project,
    setup,
    tool::Tool,
    trouble::Trouble,
    verb::{Arguments, Verb},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "package",
    summary: "a self-contained folder for a province's own server",
    options: "
  --to DIR        where the folder is made (target/package)
  --no-build      pack dist/ as it is
  --program FILE  pack this hai-long instead of building one for release",
    run: |arguments| {
        let wish = Wish::read(arguments)?;
        let folder = package(&wish)?;
        println!("packaged {}", folder.display());
        println!("{}", needs(&folder)?);
        for program in bill::programs(&Project::here())? {
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let hash = text(&program["hashes"][0]["content"]);
            println!("{hash}  {}", text(&program["name"]));
        }
        Ok(())
    },
};

/// The files beside the program, from `xtask/package/`.
const BESIDE: [&str; 3] = [SETTINGS, "hai-long.service", "Caddyfile"];

/// What goes along at the same place as in a clone: the manuals, what they link to, and the form that they
/// name as a model. A province's network may reach nothing else.
const TO_READ: [&str; 7] = [
    "docs/manual",
    "docs/adr",
    "docs/openapi.json",
    "docs/SECURITY.md",
    "docs/SPEC.md",
    "docs/PROOFS.md",
    "survey/forms/local9.json",
];

struct Wish {
    to: PathBuf,
    is_built: bool,
    program: Option<PathBuf>,
}

impl Wish {
    fn read(Arguments { mut parser }: Arguments) -> Result<Self, Trouble> {
        let mut wish = Self {
            to: Project::here().target()?.join("package"),
            is_built: false,
            program: None,
        };
        while let Some(word) = parser.next()? {
            match word {
                Arg::Long("to") => wish.to = parser.value()?.into(),
                Arg::Long("no-build") => wish.is_built = true,
                Arg::Long("program") => wish.program = Some(parser.value()?.into()),
                _ => return Err(word.unexpected().into()),
            }
        }
        Ok(wish)
    }
}

fn package(wish: &Wish) -> Result<PathBuf, Trouble> {
    let project = Project::here();
    if !wish.is_built {
        setup::all(&project)?;
        build::build(&project)?;
    }
    let program = match &wish.program {
        Some(program) => program.clone(),
        None => released(&project)?,
    };
    let folder = wish.to.join(format!(
        "hai-long-{}-{}-{}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    ));
    assemble(&project, &program, &folder)?;
    if wish.program.is_none() {
        system::keeps_the_promise(library_of(&folder)?)?;
    }
    Ok(folder)
}

/// The newest C library that the folder's programs name.
fn library_of(folder: &Path) -> Result<Option<system::Version>, Trouble> {
    let mut newest = None;
    for program in ["hai-long", "bin/workerd"] {
        newest = newest.max(system::glibc(&files::read(&folder.join(program))?));
    }
    Ok(newest)
}

/// What the folder takes and asks for, in a line: its size, and the C library of the machine.
///
/// # Errors
/// When the folder cannot be read.
pub fn needs(folder: &Path) -> Result<String, Trouble> {
    let library = library_of(folder)?.map_or_else(String::new, |(major, minor)| {
        format!(", glibc {major}.{minor} or newer")
    });
    let megabytes = disk::bytes_under(folder)? >> 20;
    let count = files::all_under(folder)?.len();
    Ok(format!("{count} files, {megabytes} MB{library}"))
}

/// `hai-long`, built for release.
///
/// # Errors
/// When it does not build.
pub fn released(project: &Project) -> Result<PathBuf, Trouble> {
    eprintln!("Building hai-long ...");
    Tool::cargo(&project.root)
        .args(["build", "--release", "--package=xtask", "--bin=hai-long"])
        .run()?;
    Ok(project.target()?.join("release/hai-long"))
}

/// Puts the package together: `program` as `hai-long`, and `dist/` as it was built.
///
/// # Errors
/// When something that belongs to it is missing, or the folder cannot be written.
pub fn assemble(project: &Project, program: &Path, folder: &Path) -> Result<(), Trouble> {
    files::remove_folder(folder)?;
    copy_program(program, &folder.join("hai-long"))?;
    copy_program(&project.workerd()?, &folder.join("bin/workerd"))?;
    let config = files::read_text(&project.root.join("worker/workerd.capnp"))?;
    files::write(
        &folder.join("worker/workerd.capnp"),
        with_real_clock(&config)?,
    )?;
    for path in files::all_under(&project.dist())? {
        copy(
            &project.dist().join(&path),
            &folder.join("dist").join(&path),
        )?;
    }
    proxy::logs_no_request(include_str!("../../package/Caddyfile"))?;
    for name in BESIDE {
        copy(
            &project.root.join("xtask/package").join(name),
            &folder.join(name),
        )?;
    }
    for path in TO_READ.into_iter().chain(["LICENSE", "CHANGELOG.md"]) {
        let from = project.root.join(path);
        if from.is_dir() {
            for file in files::all_under(&from)? {
                copy(&from.join(&file), &folder.join(path).join(&file))?;
            }
        } else {
            copy(&from, &folder.join(path))?;
        }
    }
    files::write(&folder.join("sbom.cdx.json"), bill::of_materials(project)?)?;
    write_sums(folder)
}

/// The configuration with the clock fixed: no word of the environment can make it settable.
fn with_real_clock(config: &str) -> Result<String, Trouble> {
    let settable = r#"(name = "CLOCK", fromEnvironment = "CLOCK")"#;
    if !config.contains(settable) {
        return Err(Trouble::new(
            "worker/workerd.capnp does not bind the clock as `package` expects",
            "Let both say the same: a packaged server must not have a settable clock",
        ));
    }
    Ok(config.replace(settable, r#"(name = "CLOCK", text = "real")"#))
}

fn copy(from: &Path, to: &Path) -> Result<(), Trouble> {
    files::write(to, files::read(from)?)
}

fn copy_program(from: &Path, to: &Path) -> Result<(), Trouble> {
    copy(from, to)?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o755))
        .map_err(|error| Trouble::file("write", to, &error))
}

/// In the form of `sha256sum`; the settings and the list of languages are the operator's to change.
fn write_sums(folder: &Path) -> Result<(), Trouble> {
    let mut sums = Vec::new();
    for path in files::all_under(folder)? {
        if ![SETTINGS, "dist/counter/lang/packs.json"].contains(&&*path.to_string_lossy()) {
            let sum = files::sha256(&files::read(&folder.join(&path))?);
            sums.push(format!("{sum}  {}\n", path.display()));
        }
    }
    files::write(&folder.join(SUMS), sums.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packaged_server_takes_no_clock_from_its_surroundings() -> Result<(), Trouble> {
        let config = include_str!("../../../worker/workerd.capnp");
        let packaged = with_real_clock(config)?;
        assert!(packaged.contains(r#"(name = "CLOCK", text = "real")"#));
        assert!(!packaged.contains(r#"fromEnvironment = "CLOCK""#));
        assert!(with_real_clock("nothing").is_err());
        Ok(())
    }
}
