//! `cargo xtask build`: both pages and the server, ready to be served.

use std::fs::File;

use crate::{
    bundle::{self, Program},
    files,
    project::Project,
    setup,
    site::{self, PAGES},
    size::{Size, kilobytes},
    trouble::Trouble,
    verb::Verb,
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "build",
    summary: "compile both pages and the server into dist/, with their sizes",
    options: "",
    run: |arguments| {
        arguments.finish()?;
        let project = Project::here();
        setup::all(&project)?;
        build(&project)
    },
};

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
    let size: Size = [&entry[..], worker.glue.as_bytes(), &worker.wasm]
        .into_iter()
        .map(Size::of)
        .sum();
    println!("{:<44}{size}", "worker all-in");
    Ok(())
}

fn print_sizes(page: &str, placed: &[site::Placed]) {
    for file in placed {
        println!(
            "{:<44}{}",
            format!("{page}/{}", file.path.display()),
            file.size
        );
    }
    let all: Size = placed
        .iter()
        .filter(|file| file.is_first_load)
        .map(|file| file.size)
        .sum();
    println!("{page} all-in: {} brotli", kilobytes(all.brotli));
}
