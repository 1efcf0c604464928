//! The manager's routes and their description hold each other: docs/openapi.json tells every path that
//! the Worker routes, and no other. Which methods a path has is asked of the running server.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{Breach, Tree};

/// Where requests are routed.
const ROUTER: &str = "worker/src/lib.rs";
/// Where the manager's API is described.
const DESCRIPTION: &str = "docs/openapi.json";
/// The functions that do not route the manager's API: both sites together, and the devices' routes,
/// which docs/SPEC.md describes.
const OTHERS: [&str; 2] = ["route", "counter"];
/// Every path of the manager's API is described, and every described one is routed.
pub fn every_route_is_described(tree: &Tree) -> Vec<Breach> {
    let routed = routed(tree.text(ROUTER).unwrap_or_default());
    let described = described(tree.text(DESCRIPTION).unwrap_or_default());
    let mut found = Vec::new();
    for (path, line) in &routed {
        if !described.contains(path) {
            found.push(Breach {
                path: ROUTER.into(),
                line: *line,
                what: format!("`/v1/{path}` is described nowhere"),
                cure: "Describe it in docs/openapi.json; `cargo xtask schema` then tries it",
            });
        }
    }
    for path in described.iter().filter(|path| !routed.contains_key(*path)) {
        found.push(Breach {
            path: DESCRIPTION.into(),
            line: 0,
            what: format!("`/v1/{path}` is no route"),
            cure: "Describe what worker/src/lib.rs routes",
        });
    }
    if described.is_empty() {
        found.push(Breach {
            path: DESCRIPTION.into(),
            line: 0,
            what: "no path can be read".into(),
            cure: "Keep it JSON, with `paths`",
        });
    }
    found
}

/// The paths of an `OpenAPI` description, each parameter as `{}`.
fn described(text: &str) -> BTreeSet<String> {
    let document: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let paths = document["paths"].as_object();
    let keys = paths.into_iter().flat_map(|paths| paths.keys());
    keys.map(|path| {
        let segments = path.trim_start_matches("/v1/").split('/');
        let plain = segments.map(|segment| {
            if segment.starts_with('{') {
                "{}"
            } else {
                segment
            }
        });
        plain.collect::<Vec<_>>().join("/")
    })
    .collect()
}

/// The paths that the router's patterns name, each with the line where it is named last.
fn routed(text: &str) -> BTreeMap<String, usize> {
    let tokens: TokenStream = text.parse().unwrap_or_default();
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = BTreeMap::new();
    let mut function = String::new();
    for (at, tree) in trees.iter().enumerate() {
        match (tree, trees.get(at + 1)) {
            (TokenTree::Ident(word), Some(TokenTree::Ident(name))) if word == "fn" => {
                function = name.to_string();
            }
            (TokenTree::Group(group), _)
                if group.delimiter() == Delimiter::Brace && !OTHERS.contains(&&function[..]) =>
            {
                patterns(group.stream(), &mut found);
            }
            _ => {}
        }
    }
    found
}

/// Looks for match arms `(["units", unit], …) =>`, however deep.
fn patterns(tokens: TokenStream, found: &mut BTreeMap<String, usize>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        let TokenTree::Group(group) = tree else {
            continue;
        };
        let is_punct = |at: usize, wanted: char| matches!(trees.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted);
        let is_arm = is_punct(at + 1, '=') && is_punct(at + 2, '>');
        let is_guarded = matches!(trees.get(at + 1), Some(TokenTree::Ident(word)) if word == "if");
        if group.delimiter() == Delimiter::Parenthesis && (is_arm || is_guarded) {
            for inner in group.stream() {
                if let TokenTree::Group(slice) = inner
                    && slice.delimiter() == Delimiter::Bracket
                {
                    let line = slice.span().start().line;
                    found.extend(paths(slice.stream()).into_iter().map(|path| (path, line)));
                }
            }
        } else {
            patterns(group.stream(), found);
        }
    }
}

/// The paths of one slice pattern; none where it ends in `..` and another function goes on.
fn paths(pattern: TokenStream) -> Vec<String> {
    let mut paths = vec![Vec::new()];
    let trees: Vec<TokenTree> = pattern.into_iter().collect();
    let is_comma =
        |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ',');
    for segment in trees.split(is_comma).filter(|segment| !segment.is_empty()) {
        if matches!(segment, [TokenTree::Punct(dot), ..] if dot.as_char() == '.') {
            return Vec::new();
        }
        let mut words = Vec::new();
        literals(segment, &mut words);
        if words.is_empty() {
            words.push("{}".to_owned());
        }
        paths = paths
            .iter()
            .flat_map(|path: &Vec<String>| {
                words
                    .iter()
                    .map(|word| [&path[..], std::slice::from_ref(word)].concat())
            })
            .collect();
    }
    paths.iter().map(|path| path.join("/")).collect()
}

fn literals(trees: &[TokenTree], words: &mut Vec<String>) {
    for tree in trees {
        match tree {
            TokenTree::Literal(literal) => {
                words.push(literal.to_string().trim_matches('"').to_owned());
            }
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                literals(&inner, words);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::broken;
    use super::*;

    const WORKER: &str = r#"
        async fn counter() { match (path, method) { (["enrol"], Method::Post) => a() } }
        async fn manager() {
            match (path, method) {
                (["people", ..], _) => people().await,
                (["units"], Method::Get) => b(["no", "pattern"]),
                (["units", unit, "live" | "figures"], Method::Get) => c(),
                (["devices", device, verb @ ("move" | "config")], method) => d(),
                (["units"] | ["units", _, "live"], _) => Err(bad_method()),
            }
        }
    "#;

    fn description(paths: &[&str]) -> String {
        let paths = paths.iter().map(|path| format!("{path:?}: {{}}"));
        format!(
            "{{\"paths\": {{{}}}}}",
            paths.collect::<Vec<_>>().join(", ")
        )
    }

    #[test]
    fn a_route_that_is_not_described_and_a_path_that_is_no_route_are_seen() {
        let all = [
            "/v1/units",
            "/v1/units/{unit}/live",
            "/v1/units/{unit}/figures",
            "/v1/devices/{device}/move",
            "/v1/devices/{device}/config",
        ];
        let law = every_route_is_described;
        let files = |paths: &[&str]| {
            [
                (ROUTER, WORKER.to_owned()),
                (DESCRIPTION, description(paths)),
            ]
        };
        let broken = |paths: &[&str]| {
            let files = files(paths);
            broken(
                law,
                &files.each_ref().map(|(path, text)| (*path, text.as_str())),
            )
        };
        assert!(broken(&all).is_empty(), "{:?}", broken(&all));
        assert_eq!(broken(&all[..4]), ["worker/src/lib.rs:8"]);
        let more = [&all[..], &["/v1/answers"]].concat();
        assert_eq!(broken(&more), ["docs/openapi.json:0"]);
        assert!(broken(&[]).contains(&"docs/openapi.json:0".to_owned()));
    }
}
