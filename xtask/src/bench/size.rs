//! `cargo xtask bench size`: what each program weighs, raw and as it is downloaded, and how much of it each
//! library is. Never: a limit; those are tests' (U8).

mod shares;

use serde_json::json;

use self::shares::Shares;
use super::told::{table, tell};
use crate::{
    bundle::{self, Program},
    project::Project,
    site::{self, PAGES},
    size::{self, Size, kilobytes},
    trouble::Trouble,
};

/// Libraries that are named in the table; the others are summed.
const NAMED: usize = 16;
/// The name of the page that citizens load.
const COUNTER: &str = "counter";
/// The name of the server's program.
const WORKER: &str = "worker";

/// What a program weighs.
struct Bundle {
    name: &'static str,
    /// Everything that the first visit loads.
    all: Size,
    /// Of it the WebAssembly.
    wasm: Size,
    shares: Shares,
}

/// Measures and tells.
///
/// # Errors
/// When a file is missing or a tool does not run.
pub fn bench(project: &Project, is_json: bool) -> Result<(), Trouble> {
    let bundles = all(project)?;
    let bundles = bundles.as_slice();
    let sizes = sizes(bundles);
    let objects: Vec<_> = bundles.iter().map(json_of).collect();
    tell(project, "size", is_json, (&objects, &sizes))?;
    if is_json {
        return Ok(());
    }
    tell(project, "shares", false, (&[], &libraries(bundles)))?;
    tell(project, "modules", false, (&[], &modules(bundles)))
}

/// Our own code of the page that is loaded by citizens, by module, the heaviest first.
fn modules(bundles: &[Bundle]) -> String {
    let counter = bundles.iter().find(|bundle| bundle.name == COUNTER);
    let mut own: Vec<_> = counter
        .iter()
        .flat_map(|counter| &counter.shares.own)
        .collect();
    own.sort_by_key(|(_, bytes)| std::cmp::Reverse(**bytes));
    let all = counter.map_or(1, |counter| counter.shares.code().max(1));
    let line = |(name, bytes): (&String, &usize)| {
        let percent = format!("{} %", bytes * 100 / all);
        vec![name.clone(), kilobytes(*bytes), percent]
    };
    let columns = ["Module of the counter", "Code", "Of all its code"];
    table(&columns, own.into_iter().map(line))
}

fn all(project: &Project) -> Result<Vec<Bundle>, Trouble> {
    let is_wasm = |path: &std::path::Path| path.extension().is_some_and(|kind| kind == "wasm");
    let mut bundles = Vec::new();
    for page in PAGES {
        let placed = site::lay_out(project, page)?;
        let first = placed.iter().filter(|file| file.is_first_load);
        let wasm = first.clone().filter(|file| is_wasm(&file.path));
        bundles.push(Bundle {
            name: page.name,
            all: first.map(|file| file.size).sum(),
            wasm: wasm.map(|file| file.size).sum(),
            shares: Shares::of(&bundle::named(project, Program::Page(page.name))?)?,
        });
    }
    let folder = project.dist().join("worker");
    let files = crate::files::all_under(&folder)?;
    let sizes = size::of_files(project, &folder, &files)?;
    let wasm = files.iter().zip(&sizes).filter(|(path, _)| is_wasm(path));
    bundles.push(Bundle {
        name: WORKER,
        all: sizes.iter().copied().sum(),
        wasm: wasm.map(|(_, size)| *size).sum(),
        shares: Shares::of(&bundle::named(project, Program::Worker)?)?,
    });
    Ok(bundles)
}

fn sizes(bundles: &[Bundle]) -> String {
    let columns = [
        "Program",
        "First visit, raw",
        "brotli",
        "WebAssembly, raw",
        "brotli",
        "Code",
        "Texts and tables",
        "The rest",
    ];
    let lines = bundles.iter().map(|bundle| {
        let Shares { data, rest, .. } = bundle.shares;
        let sizes = [
            bundle.all.raw,
            bundle.all.brotli,
            bundle.wasm.raw,
            bundle.wasm.brotli,
            bundle.shares.code(),
            data,
            rest,
        ];
        let name = std::iter::once(bundle.name.to_owned());
        name.chain(sizes.map(kilobytes)).collect()
    });
    table(&columns, lines)
}

/// Each library in kilobytes of each program's code and in percent of it, the heaviest first.
fn libraries(bundles: &[Bundle]) -> String {
    let of = |bundle: &Bundle, name: &str| bundle.shares.code.get(name).copied().unwrap_or(0);
    // By its largest share of a program: the server's kilobytes would drown those of the pages.
    let weight = |name: &str| {
        let shares = bundles
            .iter()
            .map(|bundle| of(bundle, name) * 10_000 / bundle.shares.code().max(1));
        shares.max().unwrap_or(0)
    };
    let names = bundles.iter().flat_map(|bundle| bundle.shares.code.keys());
    let mut names: Vec<&str> = names.map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names.sort_by_key(|name| std::cmp::Reverse(weight(name)));
    let others = names.split_off(names.len().min(NAMED));
    let cell = |bundle: &Bundle, bytes: usize| {
        let percent = bytes * 100 / bundle.shares.code().max(1);
        format!("{} ({percent} %)", kilobytes(bytes))
    };
    let mut lines: Vec<Vec<String>> = Vec::new();
    for name in names {
        let cells = bundles.iter().map(|bundle| cell(bundle, of(bundle, name)));
        lines.push(std::iter::once(name.to_owned()).chain(cells).collect());
    }
    let rest = bundles.iter().map(|bundle| {
        let bytes = others.iter().map(|name| of(bundle, name)).sum();
        cell(bundle, bytes)
    });
    let label = format!("{} others", others.len());
    lines.push(std::iter::once(label).chain(rest).collect());
    let programs = bundles.iter().map(|bundle| bundle.name);
    let columns: Vec<&str> = std::iter::once("Code of").chain(programs).collect();
    table(&columns, lines)
}

fn json_of(bundle: &Bundle) -> serde_json::Value {
    json!({
        "program": bundle.name,
        "raw": bundle.all.raw,
        "brotli": bundle.all.brotli,
        "wasm_raw": bundle.wasm.raw,
        "wasm_brotli": bundle.wasm.brotli,
        "code": bundle.shares.code,
        "data": bundle.shares.data,
        "rest": bundle.shares.rest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_told_with_its_share_of_each_program() {
        let bundle = |name, survey| Bundle {
            name,
            all: Size::default(),
            wasm: Size::default(),
            shares: Shares {
                code: [("survey".to_owned(), survey), ("leptos".to_owned(), 3_000)].into(),
                own: [("counter::draw".to_owned(), survey)].into(),
                data: 500,
                rest: 10,
            },
        };
        let bundles = [bundle("counter", 1_000), bundle("house", 9_000)];
        let libraries = libraries(&bundles);
        assert!(
            libraries.contains("| leptos | 3.0 kB (75 %) | 3.0 kB (25 %) |"),
            "{libraries}"
        );
        let modules = modules(&bundles);
        assert!(
            modules.ends_with("| counter::draw | 1.0 kB | 25 % |\n"),
            "{modules}"
        );
        assert!(libraries.ends_with("| 0 others | 0.0 kB (0 %) | 0.0 kB (0 %) |\n"));
        assert!(
            sizes(&bundles)
                .contains("| counter | 0.0 kB | 0.0 kB | 0.0 kB | 0.0 kB | 4.0 kB | 0.5 kB |")
        );
    }
}
