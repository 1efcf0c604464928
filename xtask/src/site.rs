//! Lays out one page's static files: hashed names, filled-in HTML, the counter's precache list.

use std::path::{Path, PathBuf};

use crate::{
    bundle::{self, Program},
    files,
    project::Project,
    size::Size,
    tool::Tool,
    trouble::Trouble,
};

/// Both pages, by the names of their HTML files in `app/` and of their folders in `dist/`.
pub const PAGES: [&str; 2] = ["counter", "manager"];

/// The one page that works with no network.
const OFFLINE_PAGE: &str = "counter";

/// One file of a finished site.
#[derive(Debug)]
pub struct Placed {
    /// Relative to the page's folder.
    pub path: PathBuf,
    /// Raw and compressed.
    pub size: Size,
    /// Whether the first visit loads it.
    pub is_first_load: bool,
}

/// Writes `dist/<page>/` anew and returns its files with their sizes.
///
/// # Errors
/// When the page's program cannot be bundled, a source file is missing, or a placeholder is left unfilled.
pub fn lay_out(project: &Project, page: &'static str) -> Result<Vec<Placed>, Trouble> {
    let folder = project.dist().join(page);
    let sources = project.root.join("app");
    let bundle = bundle::bundle(project, Program::Page(page))?;
    files::remove_folder(&folder)?;

    let place = |name: &str, ending: &str, bytes: &[u8]| -> Result<String, Trouble> {
        let hash = files::sha256(bytes);
        let address = format!("/{name}.{}.{ending}", &hash[..16]);
        files::write(&folder.join(&address[1..]), bytes)?;
        Ok(address)
    };
    let wasm = place(page, "wasm", &bundle.wasm)?;
    let glue = place(page, "js", bundle.glue.as_bytes())?;
    let css = minify(project, &style(&sources, page)?, "css")?;
    let css = place(page, "css", css.as_bytes())?;
    let start = fill(
        &sources.join("start.js"),
        &[("glue", &glue), ("wasm", &wasm)],
    )?;
    let start = minify(project, &start, "js")?;
    let start = place("start", "js", start.as_bytes())?;
    let html = fill(
        &sources.join(format!("{page}.html")),
        &[
            ("app", &files::sha256(&bundle.wasm)),
            ("css", &css),
            ("glue", &glue),
            ("start", &start),
            ("wasm", &wasm),
        ],
    )?;
    files::write(&folder.join("index.html"), html)?;
    copy_public(&project.root.join("public"), &folder, page)?;
    if page == OFFLINE_PAGE {
        let worker = service_worker(&project.root.join("public/sw.js"), &folder)?;
        files::write(&folder.join("sw.js"), worker)?;
    }

    files::all_under(&folder)?
        .into_iter()
        .map(|path| {
            let size = Size::of(&files::read(&folder.join(&path))?);
            let is_first_load = is_precached(&path) || path == Path::new("sw.js");
            Ok(Placed {
                path,
                size,
                is_first_load,
            })
        })
        .collect()
}

/// The tokens both pages share, then the page's own rules: `style/<page>.css`, or the files of the
/// folder `style/<page>/` by name.
fn style(sources: &Path, page: &str) -> Result<String, Trouble> {
    let mut style = files::read_text(&sources.join("style/tokens.css"))?;
    let folder = sources.join("style").join(page);
    if folder.is_dir() {
        for path in files::all_under(&folder)? {
            style += &files::read_text(&folder.join(path))?;
        }
    } else {
        style += &files::read_text(&folder.with_extension("css"))?;
    }
    Ok(style)
}

/// The file's text with each `{{name}}` replaced by its value.
fn fill(path: &Path, values: &[(&str, &str)]) -> Result<String, Trouble> {
    let text = files::read_text(path)?;
    let filled = values.iter().fold(text, |text, (name, value)| {
        text.replace(&format!("{{{{{name}}}}}"), value)
    });
    if filled.contains("{{") {
        let known: Vec<_> = values.iter().map(|(name, _)| *name).collect();
        return Err(Trouble::new(
            format!(
                "{} has a placeholder that the build does not know",
                path.display()
            ),
            format!("Use only these: {}", known.join(", ")),
        ));
    }
    Ok(filled)
}

/// Shortens JavaScript or CSS; what it does stays the same.
fn minify(project: &Project, text: &str, ending: &str) -> Result<String, Trouble> {
    let scratch = project
        .target()?
        .join("xtask")
        .join(format!("minify.{ending}"));
    files::write(&scratch, text)?;
    Tool::new(project.node(), &project.root)
        .args([project.root.join(bundle::ESBUILD), scratch])
        .args([
            "--minify",
            "--charset=utf8",
            "--log-level=warning",
            "--target=chrome110",
        ])
        .output()
}

/// Copies `public/`, but not what is named after the other page, and not the service worker.
fn copy_public(public: &Path, folder: &Path, page: &str) -> Result<(), Trouble> {
    for path in files::all_under(public)? {
        let stem = path
            .file_name()
            .and_then(|name| name.to_str()?.split('.').next());
        let is_anothers = PAGES
            .iter()
            .any(|other| *other != page && stem == Some(other));
        if !is_anothers && path != Path::new("sw.js") {
            files::write(&folder.join(&path), files::read(&public.join(&path))?)?;
        }
    }
    Ok(())
}

/// `sw.js` with the precache list of everything that lies in the folder now.
fn service_worker(source: &Path, folder: &Path) -> Result<String, Trouble> {
    let mut list = Vec::new();
    for path in files::all_under(folder)?
        .into_iter()
        .filter(|path| is_precached(path))
    {
        let address = if path == Path::new("index.html") {
            "/".to_owned()
        } else {
            format!("/{}", path.display())
        };
        list.push((address, files::sha256(&files::read(&folder.join(&path))?)));
    }
    let list = serde_json::json!(list).to_string();
    let template = files::read_text(source)?.replace("[/* {{precache}} */]", &list);
    let shell = files::sha256(template.as_bytes());
    Ok(template.replace("{{shell}}", &shell))
}

/// The whole page without its spoken words, which are fetched when the counter is idle.
fn is_precached(path: &Path) -> bool {
    path != Path::new("sw.js") && !path.iter().any(|part| part == "audio")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u1_the_precache_list_holds_every_file_but_audio_with_its_hash() -> Result<(), Trouble> {
        let folder = std::env::temp_dir().join(format!("hai-long-site-{}", std::process::id()));
        files::write(&folder.join("index.html"), "page")?;
        files::write(&folder.join("lang/en/strings.json"), "{}")?;
        files::write(&folder.join("lang/en/audio/a.opus"), "sound")?;
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/sw.js");
        let worker = service_worker(&source, &folder)?;
        files::remove_folder(&folder)?;
        let list = format!(
            r#"const FILES = [["/","{}"],["/lang/en/strings.json","{}"]];"#,
            files::sha256(b"page"),
            files::sha256(b"{}"),
        );
        assert!(worker.contains(&list), "{worker}");
        assert!(!worker.contains("{{"), "a placeholder is left: {worker}");
        Ok(())
    }
}
