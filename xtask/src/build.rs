//! `cargo xtask build`: all pages and the server, ready to be served.

use std::{fs::File, path::PathBuf};

use lexopt::Arg;

use crate::{
    bundle::{self, Program},
    files,
    project::Project,
    setup,
    site::{self, PAGES, Page},
    size::{self, Size, kilobytes},
    trouble::Trouble,
    verb::{Arguments, Verb},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "build",
    summary: "compile all pages and the server into dist/, with their sizes",
    options: "\n  --contract      only the page that runs the store's contract in a browser, for its test",
    run: |arguments| {
        let is_contract = wants_contract(arguments)?;
        let project = Project::here();
        setup::all(&project)?;
        if is_contract {
            contract(&project).map(drop)
        } else {
            build(&project)
        }
    },
};

fn wants_contract(Arguments { mut parser }: Arguments) -> Result<bool, Trouble> {
    let mut wanted = false;
    while let Some(word) = parser.next()? {
        match word {
            Arg::Long("contract") => wanted = true,
            _ => return Err(word.unexpected().into()),
        }
    }
    Ok(wanted)
}

/// Compiles the page that runs the store's contract in a browser; returns its folder. It is no part of
/// `dist/`, which is what goes to a server.
///
/// # Errors
/// When a step fails.
pub fn contract(project: &Project) -> Result<PathBuf, Trouble> {
    let _alone = alone(project)?;
    eprintln!("Building the contract of the store ...");
    bundle::compile_contract(project)?;
    let page = bundle::bundle(project, Program::Contract)?;
    let folder = project.root.join("target/xtask/contract");
    files::write(&folder.join("store.js"), page.glue)?;
    files::write(&folder.join("store.wasm"), page.wasm)?;
    Ok(folder)
}

/// Compiles everything and writes `dist/` anew, one folder at a time.
///
/// # Errors
/// When a step fails.
pub fn build(project: &Project) -> Result<(), Trouble> {
    let _alone = alone(project)?;
    eprintln!("Building the pages ...");
    bundle::compile_pages(project)?;
    eprintln!("Building the server ...");
    bundle::compile_worker(project)?;
    eprintln!("Laying out dist/ ...");
    for page in PAGES {
        print_sizes(page, &site::lay_out(project, page)?);
    }
    lay_out_worker(project)
}

/// Two builds at once would take each other's files away; the second waits until this is dropped.
fn alone(project: &Project) -> Result<File, Trouble> {
    let path = project.root.join("target/xtask/lock");
    files::write(&path, "")?;
    let lock = File::open(&path).map_err(|error| Trouble::file("open", &path, &error))?;
    if lock.try_lock().is_err() {
        eprintln!("Waiting for another build in this folder ...");
        lock.lock()
            .map_err(|error| Trouble::file("lock", &path, &error))?;
    }
    Ok(lock)
}

fn lay_out_worker(project: &Project) -> Result<(), Trouble> {
    let worker = bundle::bundle(project, Program::Worker)?;
    let entry = files::read(&project.root.join("worker/entry.mjs"))?;
    let folder = project.dist().join("worker");
    files::remove_folder(&folder)?;
    files::write(&folder.join("entry.mjs"), &entry)?;
    files::write(&folder.join("survey_worker.js"), &worker.glue)?;
    files::write(&folder.join("survey_worker_bg.wasm"), &worker.wasm)?;
    // Wrangler uploads dist/ as static files; the server's own code is not one of them.
    files::write(&project.dist().join(".assetsignore"), "worker\n")?;
    let all = files::all_under(&folder)?;
    let size: Size = size::of_files(project, &folder, &all)?.into_iter().sum();
    println!("{:<44}{size}", "worker all-in");
    Ok(())
}

fn print_sizes(page: Page, placed: &[site::Placed]) {
    let site = page.site;
    for file in placed {
        println!(
            "{:<44}{}",
            format!("{site}/{}", file.path.display()),
            file.size
        );
    }
    let all: Size = placed
        .iter()
        .filter(|file| file.is_first_load)
        .map(|file| file.size)
        .sum();
    println!("{} all-in: {} brotli", page.name, kilobytes(all.brotli));
}
