//! The laws of the house, as functions over the tree of its files. Never: a law that only a person
//! can hold; those stand in docs/ARCHITECTURE.md and CONTRIBUTING.md.
//!
//! A law takes any tree, so that its tests can hand it a broken one and see it speak.

pub mod absences;
pub mod acts;
pub mod arrows;
pub mod asvs;
pub mod docs;
pub mod doors;
pub mod faults;
pub mod members;
pub mod routes;
pub mod source;
pub mod spec;
pub mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use source::Source;

/// Where a law is broken, how, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// From the root of the project.
    pub path: String,
    /// From 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub cure: &'static str,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: ", self.path)?,
            line => write!(f, "{}:{line}: ", self.path)?,
        }
        write!(f, "{}. {}", self.what, self.cure)
    }
}

/// A law: every breach it finds.
pub type Law = fn(&Tree) -> Vec<Breach>;

/// The files of the project by their paths, Rust ones read.
#[derive(Debug, Default)]
pub struct Tree {
    texts: BTreeMap<String, String>,
    sources: BTreeMap<String, Result<Source, String>>,
}

/// Endings of the files that the laws look at.
const ENDINGS: [&str; 12] = [
    "rs", "js", "mjs", "css", "html", "sql", "toml", "md", "json", "jsonc", "capnp", "lock",
];
/// Folders that hold nothing of ours; the last three only at the root.
const NOT_OURS: [&str; 5] = ["node_modules", "target", "dist", "data", "gallery"];

impl Tree {
    /// A tree of these files.
    pub fn of<P: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            let (path, text) = (path.into(), text.into());
            if is_a(&path, "rs") {
                tree.sources.insert(path.clone(), Source::read(&text));
            }
            tree.texts.insert(path, text);
        }
        tree
    }

    /// The project itself.
    pub fn on_disk() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut files = Vec::new();
        collect(&root, "", &mut files);
        Self::of(files)
    }

    /// Every file with its text.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files with one of these endings.
    pub fn files_ending<'a>(
        &'a self,
        endings: &'a [&str],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files()
            .filter(|(path, _)| endings.iter().any(|ending| is_a(path, ending)))
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Every Rust file that could be read.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &Source)> {
        let sources = self.sources.iter();
        sources.filter_map(|(path, source)| Some((path.as_str(), source.as_ref().ok()?)))
    }

    /// The Rust files under a folder, or the file of that name.
    pub fn sources_in<'a>(&'a self, room: &'a str) -> impl Iterator<Item = (&'a str, &'a Source)> {
        self.sources().filter(move |(path, _)| is_in(path, room))
    }

    /// Rust files that no lexer can read: no other law sees them.
    pub fn unreadable(&self) -> Vec<Breach> {
        let sources = self.sources.iter();
        sources
            .filter_map(|(path, source)| {
                let error = source.as_ref().err()?;
                Some(Breach {
                    path: path.clone(),
                    line: 0,
                    what: format!("this is not Rust: {error}"),
                    cure: "Make it compile",
                })
            })
            .collect()
    }
}

fn collect(folder: &Path, under: &str, files: &mut Vec<(String, String)>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_root_only = under.is_empty() || name == NOT_OURS[0];
        if name.starts_with('.') || (is_root_only && NOT_OURS.contains(&name.as_str())) {
            continue;
        }
        let path = format!("{under}{name}");
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else if ENDINGS.iter().any(|ending| is_a(&path, ending))
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            files.push((path, text));
        }
    }
}

/// Whether a file has an ending.
pub fn is_a(path: &str, ending: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, own)| own == ending)
}

/// Whether a file lies in a room: a folder (`app/src/device`) or its one file (`worker/src/edge.rs`).
pub fn is_in(path: &str, room: &str) -> bool {
    path.strip_prefix(room)
        .is_some_and(|rest| rest.starts_with('/') || rest == ".rs" || rest.is_empty())
}

/// The breaches of a law in a tree of one or two files, as a test writes them down.
#[cfg(test)]
pub fn broken(law: Law, files: &[(&str, &str)]) -> Vec<String> {
    let found = law(&Tree::of(files.iter().copied()));
    found
        .iter()
        .map(|breach| format!("{}:{}", breach.path, breach.line))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_no_lexer_reads_is_seen() {
        let tree = Tree::of([("a.rs", "fn a() {"), ("b.rs", "fn b() {}")]);
        let found = tree.unreadable();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "a.rs");
        assert!(found[0].to_string().ends_with(". Make it compile"));
    }

    #[test]
    fn a_room_is_a_folder_or_its_one_file() {
        for path in [
            "worker/src/edge/body.rs",
            "worker/src/edge.rs",
            "worker/src/edge",
        ] {
            assert!(is_in(path, "worker/src/edge"), "{path}");
        }
        assert!(!is_in("worker/src/edges.rs", "worker/src/edge"));
    }
}
