//! Lays out a page's static files: hashed names, filled-in HTML, the counter's precache list.

use std::path::{Path, PathBuf};

use crate::{
    bundle::{self, Program},
    country, files, lang,
    project::Project,
    size::{self, Size},
    tool::Tool,
    trouble::Trouble,
};

/// A page: its program, where it lies, whose rules draw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The name of its HTML file in `app/`, of its program and its style sheet.
    pub name: &'static str,
    /// The site it is on: a folder of `dist/`, and of the rules that draw its pages.
    pub site: &'static str,
    /// Where its own files lie there, with a slash at both ends.
    at: &'static str,
}

/// Every page, a site's first one first.
pub const PAGES: [Page; 4] = [
    Page::first("counter"),
    Page::first("manager"),
    Page {
        name: "house",
        site: "manager",
        at: "/house/",
    },
    Page {
        name: "action",
        site: "manager",
        at: "/action/",
    },
];

impl Page {
    const fn first(name: &'static str) -> Self {
        Self {
            name,
            site: name,
            at: "/",
        }
    }

    fn is_first(self) -> bool {
        self.at == "/"
    }

    /// Its own folder, below that of its site.
    fn folder(self, site: &Path) -> PathBuf {
        site.join(self.at.trim_matches('/'))
    }
}

/// The one page that works with no network.
const OFFLINE_PAGE: &str = "counter";

/// The counter's rules on the manager's site, fetched when somebody looks at a form.
const KIOSK_STYLE: &str = "kiosk/style.css";

/// One file of a finished site.
#[derive(Debug)]
pub struct Placed {
    /// Relative to the site's folder.
    pub path: PathBuf,
    /// Raw and compressed.
    pub size: Size,
    /// Whether the first visit loads it.
    pub is_first_load: bool,
}

/// Writes the page's folder in `dist/` anew, with a site's first page the whole site's, and returns the
/// page's files with their sizes.
///
/// # Errors
/// When the page's program cannot be bundled, a source file is missing, or a placeholder is left unfilled.
pub fn lay_out(project: &Project, page: Page) -> Result<Vec<Placed>, Trouble> {
    let site = project.dist().join(page.site);
    let sources = project.root.join("app");
    let bundle = bundle::bundle(project, Program::Page(page.name))?;
    files::remove_folder(&page.folder(&site))?;

    let place = |at: &str, name: &str, ending: &str, bytes: &[u8]| -> Result<String, Trouble> {
        let hash = files::sha256(bytes);
        let address = format!("{at}{name}.{}.{ending}", &hash[..16]);
        files::write(&site.join(&address[1..]), bytes)?;
        Ok(address)
    };
    let wasm = place(page.at, page.name, "wasm", &bundle.wasm)?;
    let glue = place(page.at, page.name, "js", bundle.glue.as_bytes())?;
    let css = minify(project, &style(&sources, page)?, "css")?;
    let css = place(page.at, page.name, "css", css.as_bytes())?;
    let start = fill(
        &sources.join("start.js"),
        &[("glue", &glue), ("wasm", &wasm)],
    )?;
    let start = minify(project, &start, "js")?;
    let start = place(page.at, "start", "js", start.as_bytes())?;
    let html = fill(
        &sources.join(format!("{}.html", page.name)),
        &[
            ("app", &files::sha256(&bundle.wasm)),
            ("css", &css),
            ("glue", &glue),
            ("start", &start),
            ("wasm", &wasm),
        ],
    )?;
    files::write(&page.folder(&site).join("index.html"), html)?;
    let own = page.at.trim_start_matches('/');
    if page.is_first() {
        around(project, page, &site)?;
    }
    let mut placed = files::all_under(&site)?;
    if !page.is_first() {
        placed.retain(|path| path.starts_with(own));
    }
    let weights = size::of_files(project, &site, &placed)?;
    let placed = placed.into_iter().zip(weights);
    let placed = placed.map(|(path, weight)| Placed {
        is_first_load: is_precached(&path) || path == Path::new("sw.js"),
        path,
        size: weight,
    });
    Ok(placed.collect())
}

/// What a site has besides its pages.
fn around(project: &Project, page: Page, site: &Path) -> Result<(), Trouble> {
    copy_public(&project.root.join("public"), site, page.site)?;
    if page.site == OFFLINE_PAGE {
        lang::list_all(site)?;
        let worker = service_worker(&project.root.join("public/sw.js"), site)?;
        return files::write(&site.join("sw.js"), minify(project, &worker, "js")?);
    }
    // A form is shown to managers as the counter shows it, with the counter's own rules.
    let style = style(&project.root.join("app"), PAGES[0])?;
    files::write(&site.join(KIOSK_STYLE), minify(project, &style, "css")?)?;
    files::write(&site.join(country::FILE), country::csv()?)
}

/// Files of rules that the house does without: how figures are drawn and printed, and made public.
const NOT_THE_HOUSE: [&str; 9] = [
    "beside.css",
    "chart.css",
    "criteria.css",
    "groups.css",
    "plan.css",
    "print.css",
    "report.css",
    "told.css",
    "unit.css",
];
/// Those that the figures do without.
const NOT_THE_FIGURES: [&str; 2] = ["plan.css", "told.css"];

/// The tokens all pages share, then the rules of the page's site: the files of the folder `style/<site>/` by
/// name.
fn style(sources: &Path, page: Page) -> Result<String, Trouble> {
    let mut style = files::read_text(&sources.join("style/tokens.css"))?;
    let folder = sources.join("style").join(page.site);
    let is_for_page = |path: &Path| match page.name {
        "house" => !NOT_THE_HOUSE.map(Path::new).contains(&path),
        "manager" => !NOT_THE_FIGURES.map(Path::new).contains(&path),
        _ => true,
    };
    for path in files::all_under(&folder)? {
        if is_for_page(&path) {
            style += &files::read_text(&folder.join(path))?;
        }
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

/// Copies `public/`, but not what is named after the other site, and not the service worker.
fn copy_public(public: &Path, folder: &Path, site: &str) -> Result<(), Trouble> {
    for path in files::all_under(public)? {
        let stem = path
            .file_name()
            .and_then(|name| name.to_str()?.split('.').next());
        let is_anothers = PAGES
            .iter()
            .any(|other| other.site != site && stem == Some(other.site));
        // The server gives the counter's languages to both.
        let is_anothers = is_anothers || (site != OFFLINE_PAGE && path.starts_with("lang"));
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

/// The whole page without its languages, which are fetched when the counter is idle, and which an
/// operator may add to a site that is built (U6); and without what the manager's pages fetch on demand.
fn is_precached(path: &Path) -> bool {
    let is_on_demand = [KIOSK_STYLE, country::FILE].map(Path::new).contains(&path);
    path != Path::new("sw.js") && !path.starts_with("lang") && !is_on_demand
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u1_the_precache_list_holds_every_file_but_languages_with_its_hash() -> Result<(), Trouble> {
        let folder = std::env::temp_dir().join(format!("hai-long-site-{}", std::process::id()));
        files::write(&folder.join("index.html"), "page")?;
        files::write(&folder.join("icon.svg"), "{}")?;
        files::write(&folder.join("lang/en/counter.json"), "{}")?;
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/sw.js");
        let worker = service_worker(&source, &folder)?;
        files::remove_folder(&folder)?;
        let list = format!(
            r#"const FILES = [["/icon.svg","{}"],["/","{}"]];"#,
            files::sha256(b"{}"),
            files::sha256(b"page"),
        );
        assert!(worker.contains(&list), "{worker}");
        assert!(!worker.contains("{{"), "a placeholder is left: {worker}");
        Ok(())
    }
}
