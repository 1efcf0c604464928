//! `cargo xtask gallery`: pictures of every screen, from the sample province.

use std::{env, path::PathBuf};

use lexopt::Arg;

use crate::{
    build, chromium,
    project::Project,
    setup,
    tool::Tool,
    trouble::Trouble,
    verb::{Arguments, Verb},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "gallery",
    summary: "take pictures of every screen into gallery/",
    options: "
  --readme        only the README's pictures, into docs/images
  --no-build      show dist/ as it is",
    run: |arguments| gallery(&read(arguments)?),
};

struct Wish {
    is_readme: bool,
    is_built: bool,
}

fn read(Arguments { mut parser }: Arguments) -> Result<Wish, Trouble> {
    let mut wish = Wish {
        is_readme: false,
        is_built: false,
    };
    while let Some(word) = parser.next()? {
        match word {
            Arg::Long("readme") => wish.is_readme = true,
            Arg::Long("no-build") => wish.is_built = true,
            _ => return Err(word.unexpected().into()),
        }
    }
    Ok(wish)
}

fn gallery(wish: &Wish) -> Result<(), Trouble> {
    let project = Project::here();
    let chromium = chromium::get(&project)?;
    if !wish.is_built {
        setup::all(&project)?;
        build::build(&project)?;
    }
    let own = env::current_exe().map_err(|error| {
        Trouble::new(
            format!("This program cannot find itself: {error}"),
            "Run it as `cargo xtask gallery`",
        )
    })?;
    let (key, folder): (_, PathBuf) = if wish.is_readme {
        ("README", project.root.join("docs/images"))
    } else {
        ("OUT", project.root.join("gallery"))
    };
    Tool::new(project.node(), &project.root)
        .args(["tests/browser/gallery.mjs"])
        .env("CHROMIUM", chromium)
        .env("XTASK", own)
        .env(key, &folder)
        .run()?;
    println!("pictures in {}", folder.display());
    Ok(())
}
