//! What the house never does, as docs/ARCHITECTURE.md lists it, as far as the source can show it;
//! the rest is shown by live tests.

use super::source::Name;
use super::{Breach, Tree, is_a, is_in};

/// Headers and properties by which a server learns who and where a client is.
const ADDRESSES: [&str; 8] = [
    "cf-connecting-ip",
    "cf-ipcountry",
    "true-client-ip",
    "x-client-ip",
    "x-forwarded-for",
    "x-real-ip",
    "forwarded",
    "user-agent",
];

/// P1, S12: no code reads an address or a user agent, so none can be kept, logged or limited by.
pub fn no_address_is_read(tree: &Tree) -> Vec<Breach> {
    let cure = "Limit by device key, account or code; an address is never looked at";
    let mut found = Vec::new();
    for room in ["app", "survey", "worker"] {
        for (path, source) in tree.sources_in(room) {
            let is_address = |name: &&Name| {
                let text = name.text.to_lowercase();
                ADDRESSES.contains(&text.as_str())
            };
            let headers = source.strings.iter().filter(is_address);
            // What Cloudflare tells of a client lies in `request.cf()`.
            let properties = source.methods.iter().filter(|name| name.text == "cf");
            let named = headers.chain(properties);
            found.extend(named.map(|name| breach(path, name.line, &name.text, "is read", cure)));
        }
        for (path, text) in tree.files_ending(&["mjs", "js"]) {
            for (at, line) in text.lines().enumerate().filter(|_| is_in(path, room)) {
                let line = line.to_lowercase();
                let quoted = |name: &&&str| {
                    ['"', '\'', '`']
                        .iter()
                        .any(|q| line.contains(&format!("{q}{name}{q}")))
                };
                let named = ADDRESSES.iter().find(quoted);
                found.extend(named.map(|name| breach(path, at + 1, name, "is read", cure)));
            }
        }
    }
    found
}

/// P1, P3: beside an answer there is no device, no time finer than a day and no order of arrival.
pub fn answers_keep_no_order_and_no_place(tree: &Tree) -> Vec<Breach> {
    /// The tables that hold what a citizen said.
    const ANSWERS: [&str; 4] = ["response", "comment", "quarantine", "cell"];
    let cure = "Keep the day only, under a random key: rules P1 and P3";
    let mut found = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| is_a(path, "sql")) {
        for table in tables(text) {
            let is_answers = ANSWERS.contains(&table.name.as_str());
            if is_answers && !table.has_no_rowid {
                let name = &table.name;
                found.push(breach(
                    path,
                    table.line,
                    name,
                    "keeps the order of arrival",
                    cure,
                ));
            }
            for column in &table.columns {
                let name = column.text.as_str();
                let is_about_a_person = [
                    "ip",
                    "address",
                    "phone",
                    "email",
                    "agent",
                    "user_agent",
                    "dossier",
                    "citizen",
                ]
                .contains(&name);
                let is_about_an_arrival = is_answers
                    && (name.ends_with("_ms")
                        || name.ends_with("_at")
                        || [
                            "at", "time", "instant", "received", "seq", "no", "device", "counter",
                        ]
                        .contains(&name));
                if is_about_a_person || is_about_an_arrival {
                    let what = format!("is kept in `{}`", table.name);
                    found.push(breach(path, column.line, name, &what, cure));
                }
            }
        }
    }
    found
}

/// The one place where a row goes, when its years are over (P14).
const RETENTION: &str = "worker/src/store/ledger/retention.rs";

/// L13, D1: what is counted, its receipt and its unit stay.
pub fn d1_l13_what_is_counted_is_never_deleted(tree: &Tree) -> Vec<Breach> {
    let cure =
        "Append a correction instead: rules L7, L9 and L13; what is old goes in retention.rs alone";
    let mut found = Vec::new();
    for (path, source) in tree.sources_in("worker/src") {
        if path == RETENTION {
            continue;
        }
        for text in &source.strings {
            let words: Vec<&str> = text.text.split(|c: char| !c.is_alphanumeric()).collect();
            let deletes = words.windows(3).any(|three| {
                matches!(three, ["DELETE", "FROM", "response" | "receipt" | "unit"])
                    || matches!(three, ["DROP", "TABLE", _])
            });
            if deletes {
                found.push(breach(
                    path,
                    text.line,
                    "DELETE",
                    "takes a record away",
                    cure,
                ));
            }
        }
    }
    found
}

/// O6, B4: no code empties or removes the device's storage.
pub fn b4_o6_a_device_never_empties_its_storage(tree: &Tree) -> Vec<Breach> {
    let cure = "Only a verdict lets a record go: rules O4, O6 and B4";
    let mut found = Vec::new();
    for (path, source) in tree.sources_in("app/src") {
        let is_in_database = is_in(path, "app/src/device/indexed_db");
        for name in &source.methods {
            let removes = ["delete_database", "delete_object_store"].contains(&name.text.as_str());
            if removes || (is_in_database && name.text == "clear") {
                found.push(breach(
                    path,
                    name.line,
                    &name.text,
                    "empties a storage",
                    cure,
                ));
            }
        }
    }
    for (path, text) in tree.files_ending(&["js", "mjs"]) {
        let ships = ["app", "public", "worker"]
            .iter()
            .any(|room| is_in(path, room));
        for (at, line) in text.lines().enumerate().filter(|_| ships) {
            let call = [
                "deleteDatabase(",
                "deleteObjectStore(",
                "localStorage.clear(",
            ]
            .into_iter()
            .find(|call| line.contains(call));
            found.extend(call.map(|call| breach(path, at + 1, call, "empties a storage", cure)));
        }
    }
    let headers = tree.sources_in("worker/src").flat_map(|(path, source)| {
        let strings = source.strings.iter();
        strings
            .filter(|text| text.text.eq_ignore_ascii_case("clear-site-data"))
            .map(move |text| breach(path, text.line, &text.text, "empties a storage", cure))
    });
    found.extend(headers);
    found
}

/// S10: no text becomes markup or code. Two files put drawings of our own into the page, which are constants.
pub fn no_text_becomes_markup(tree: &Tree) -> Vec<Breach> {
    const DRAWINGS: [&str; 2] = ["app/src/parts/node.rs", "app/src/parts/emblem.rs"];
    const DOORS: [&str; 9] = [
        "inner_html",
        "set_inner_html",
        "set_outer_html",
        "insert_adjacent_html",
        "create_contextual_fragment",
        "write_with_str",
        "eval",
        "new_no_args",
        "new_with_args",
    ];
    let cure = "Put it into the page as a text node; a drawing is a constant of app/src/parts";
    let mut found = Vec::new();
    let sources = tree.sources_in("app/src");
    for (path, source) in sources.filter(|(path, _)| !DRAWINGS.contains(path)) {
        let methods = source.methods.iter();
        let named = methods.filter(|name| DOORS.contains(&name.text.as_str()));
        found.extend(named.map(|name| breach(path, name.line, &name.text, "makes markup", cure)));
        for words in &source.paths {
            if let Some(name) = words
                .words
                .last()
                .filter(|name| DOORS.contains(&name.as_str()))
            {
                found.push(breach(path, words.line, name, "makes markup", cure));
            }
        }
    }
    for (path, text) in tree.files_ending(&["js", "mjs", "html"]) {
        let ships = ["app", "public", "worker"]
            .iter()
            .any(|room| is_in(path, room));
        for (at, line) in text.lines().enumerate().filter(|_| ships) {
            let door = [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "new Function",
                "javascript:",
                " onclick=",
                " onload=",
                " onerror=",
                " style=\"",
            ]
            .into_iter()
            .find(|door| line.contains(door));
            found.extend(door.map(|door| breach(path, at + 1, door, "makes markup", cure)));
        }
    }
    found
}

/// S15: the server has nobody to call but the addresses of alerts, by a door that leads to public addresses
/// only, and one file has the key to it. So no bug elsewhere can make it call.
pub fn the_server_calls_nobody_but_for_alerts(tree: &Tree) -> Vec<Breach> {
    const DOOR: &str = "(name = \"alerts\", network = (allow = [\"public\"], ";
    const OPENER: &str = "worker/src/objects/alerts.rs";
    let path = "worker/workerd.capnp";
    let text = tree.text(path).unwrap_or_default();
    let is_closed = text.contains("globalOutbound = \"nobody\"")
        && text.contains("(name = \"nobody\", network = (allow = []))")
        && text.contains(DOOR);
    let others = text.matches("network =").count() + text.matches("external =").count();
    let mut found = Vec::new();
    if !is_closed || others != 2 {
        let cure = "Keep `globalOutbound` at a service that may reach no address, and alerts at public ones";
        found.push(breach(path, 0, "globalOutbound", "reaches out", cure));
    }
    let others = tree
        .files()
        .filter(|(path, _)| path.starts_with("worker/src/") && *path != OPENER);
    for (path, text) in others {
        for (at, line) in text.lines().enumerate() {
            let mut doors = [".service(", "Fetch::"].into_iter();
            let is_own = line.contains("service(\"ASSETS\")");
            let door = doors.find(|door| line.contains(door) && !is_own);
            let cure = "Only worker/src/objects/alerts.rs sends anything out of the house";
            found.extend(door.map(|door| breach(path, at + 1, door, "reaches out", cure)));
        }
    }
    found
}

fn breach(path: &str, line: usize, name: &str, what: &str, cure: &'static str) -> Breach {
    Breach {
        path: path.into(),
        line,
        what: format!("`{name}` {what}"),
        cure,
    }
}

struct Table {
    name: String,
    line: usize,
    columns: Vec<Name>,
    has_no_rowid: bool,
}

/// The tables of a schema as this project writes them: a column a line, the options at the end.
fn tables(schema: &str) -> Vec<Table> {
    let mut found: Vec<Table> = Vec::new();
    let mut is_open = false;
    for (at, line) in schema.lines().enumerate() {
        let words: Vec<&str> = line
            .split([' ', '(', ',', ';'])
            .filter(|word| !word.is_empty())
            .collect();
        if words.starts_with(&["CREATE", "TABLE"]) {
            let name = words
                .iter()
                .skip(2)
                .find(|word| word.chars().any(char::is_lowercase));
            found.push(Table {
                name: name.map_or_else(String::new, |name| (*name).to_owned()),
                line: at + 1,
                columns: Vec::new(),
                has_no_rowid: false,
            });
            is_open = true;
        } else if let (true, Some(table)) = (is_open, found.last_mut()) {
            if line.starts_with(')') {
                table.has_no_rowid = line.contains("WITHOUT ROWID");
                is_open = false;
            } else if let Some(column) = words.first() {
                table.columns.push(Name {
                    text: column.trim_matches('"').to_lowercase(),
                    line: at + 1,
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::broken;
    use super::*;

    #[test]
    fn a_server_that_looks_at_an_address_is_seen() {
        let header = "fn f() {\n  headers.get(\"CF-Connecting-IP\")\n}";
        let property = "\nfn f() { request.cf().city() }";
        for text in [header, property] {
            let at = "worker/src/edge/body.rs";
            assert_eq!(
                broken(no_address_is_read, &[(at, text)]),
                [format!("{at}:2")],
                "{text}"
            );
        }
        let text = "// user-agent\nconst a = request.headers.get('user-agent');";
        let found = broken(no_address_is_read, &[("worker/entry.mjs", text)]);
        assert_eq!(found, ["worker/entry.mjs:2"]);
    }

    #[test]
    fn a_table_that_tells_when_or_where_is_seen() {
        let schema = "CREATE TABLE IF NOT EXISTS response (\n    id TEXT PRIMARY KEY,\n    \
                      received_at INTEGER\n) STRICT;\nCREATE TABLE account (\n    id TEXT,\n    \
                      phone TEXT\n) STRICT, WITHOUT ROWID;\n";
        let at = "worker/src/store/schema.sql";
        assert_eq!(
            broken(answers_keep_no_order_and_no_place, &[(at, schema)]),
            [format!("{at}:1"), format!("{at}:3"), format!("{at}:7")]
        );
        let good = "CREATE TABLE session (\n    digest TEXT,\n    seen_ms INTEGER\n) STRICT;\n";
        assert!(broken(answers_keep_no_order_and_no_place, &[(at, good)]).is_empty());
    }

    #[test]
    fn what_deletes_is_seen() {
        let text = "\nconst A: &str = \"DELETE FROM receipt WHERE id = ?1\";\n\
                    const B: &str = \"DELETE FROM session\";";
        let at = "worker/src/store/ledger/count.rs";
        assert_eq!(
            broken(d1_l13_what_is_counted_is_never_deleted, &[(at, text)]),
            [format!("{at}:2")]
        );
        assert!(
            broken(
                d1_l13_what_is_counted_is_never_deleted,
                &[(RETENTION, text)]
            )
            .is_empty()
        );
        let text = "\nconst A: &str = \"DELETE FROM unit\";";
        assert_eq!(
            broken(d1_l13_what_is_counted_is_never_deleted, &[(at, text)]),
            [format!("{at}:2")]
        );
        let text = "\nfn f() { factory.delete_database(\"a\"); }";
        let at = "app/src/device/indexed_db/mod.rs";
        let law = b4_o6_a_device_never_empties_its_storage;
        assert_eq!(broken(law, &[(at, text)]), [format!("{at}:2")]);
        let text = "\nfn f() { store.clear(); }";
        assert_eq!(broken(law, &[(at, text)]), [format!("{at}:2")]);
        assert!(broken(law, &[("app/src/device/memory.rs", text)]).is_empty());
    }

    #[test]
    fn a_text_that_becomes_markup_is_seen() {
        let law = no_text_becomes_markup;
        let rust = "fn a(x: &Element) { x.set_inner_html(said); }";
        assert_eq!(broken(law, &[("app/src/counter/a.rs", rust)]).len(), 1);
        let view = "fn a() { view! { <p inner_html=said /> } }";
        assert_eq!(broken(law, &[("app/src/manager/a.rs", view)]).len(), 1);
        let script = "page.innerHTML = said;";
        assert_eq!(broken(law, &[("public/sw.js", script)]), ["public/sw.js:1"]);
        assert!(broken(law, &[("app/src/parts/emblem.rs", view)]).is_empty());
    }

    #[test]
    fn a_server_that_may_call_somebody_is_seen() {
        let law = the_server_calls_nobody_but_for_alerts;
        let closed = "(name = \"nobody\", network = (allow = [])), globalOutbound = \"nobody\", \
            (name = \"alerts\", network = (allow = [\"public\"], tlsOptions = ()))";
        let at = "worker/workerd.capnp";
        assert!(broken(law, &[(at, closed)]).is_empty());
        let open = closed.replace("[]", "[\"public\"]");
        assert_eq!(broken(law, &[(at, &open)]).len(), 1);
        let home = closed.replace("[\"public\"]", "[\"private\"]");
        assert_eq!(broken(law, &[(at, &home)]).len(), 1);
        let more = format!("{closed}, (name = \"x\", external = (address = \"x\"))");
        assert_eq!(broken(law, &[(at, &more)]).len(), 1);
        let caller = "fn a() { env.service(\"ALERTS\"); }\nfn b() { Fetch::Url(url) }\n";
        let own = [(at, closed), ("worker/src/objects/alerts.rs", caller)];
        assert!(broken(law, &own).is_empty());
        let other = [(at, closed), ("worker/src/edge/a.rs", caller)];
        assert_eq!(broken(law, &other).len(), 2);
    }
}
