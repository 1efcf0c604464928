//! The audit log's words: every act that the server writes down has its sentence on the manager's page,
//! and every sentence its act.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{Breach, Tree};

/// Where acts have their sentences.
const PAGE: &str = "app/src/manager/log.rs";
/// Where acts are written down: the running server, and the restore that happens without it.
const WRITERS: [&str; 2] = ["worker/src/store/directory", "xtask/src/restore.rs"];
/// Where lines are written by tests alone.
const TESTS: &str = "tests.rs";
/// The functions that write a line; each takes the act as its last word but one, or its last.
const CALLS: [&str; 2] = ["audit", "begin"];
/// What a restore writes, in SQL.
const RESTORE: &str = "restore";

/// Every act has its sentence, every sentence its act.
pub fn every_act_has_its_sentence(tree: &Tree) -> Vec<Breach> {
    let said = said(tree.text(PAGE).unwrap_or_default());
    let mut written = BTreeMap::new();
    for (path, text) in tree.files() {
        let is_writer = path.starts_with(WRITERS[0]) && !path.ends_with(TESTS);
        if is_writer && super::is_a(path, "rs") {
            for (act, line) in acts(text) {
                written.insert(act, (path.to_owned(), line));
            }
        } else if path == WRITERS[1] && text.contains("INSERT INTO audit") {
            written.insert(RESTORE.to_owned(), (path.to_owned(), 0));
        }
    }
    let mut found = Vec::new();
    for (act, (path, line)) in &written {
        if !said.contains_key(act) {
            found.push(Breach {
                path: path.clone(),
                line: *line,
                what: format!("the act `{act}` has no sentence"),
                cure: "Give it one in ACTS of app/src/manager/log.rs, in vi and en",
            });
        }
    }
    for (act, line) in said.iter().filter(|(act, _)| !written.contains_key(*act)) {
        found.push(Breach {
            path: PAGE.into(),
            line: *line,
            what: format!("nothing writes the act `{act}`"),
            cure: "Take it away, or write the act where it is done",
        });
    }
    if said.is_empty() || written.is_empty() {
        found.push(Breach {
            path: PAGE.into(),
            line: 0,
            what: "no act can be read".into(),
            cure: "Keep ACTS a list of pairs, and `audit(sql, now, who, act, subject)`",
        });
    }
    found
}

/// The first words of the pairs of `ACTS`, each with its line.
fn said(text: &str) -> BTreeMap<String, usize> {
    let tokens: TokenStream = text.parse().unwrap_or_default();
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = BTreeMap::new();
    let at = trees
        .iter()
        .position(|tree| matches!(tree, TokenTree::Ident(word) if word == "ACTS"));
    let rest = trees.get(at.unwrap_or(trees.len())..).unwrap_or_default();
    let list = rest.iter().skip_while(|tree| !is_equals(tree)).nth(1);
    if let Some(TokenTree::Group(list)) = list {
        for tree in list.stream() {
            if let TokenTree::Group(pair) = tree {
                found.extend(texts(pair.stream()).into_iter().next());
            }
        }
    }
    found
}

fn is_equals(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == '=')
}

/// The acts in a file, outside of its tests: texts that are handed to one of the calls, and where a word is
/// handed, those of the `let act = …;` before it.
fn acts(text: &str) -> Vec<(String, usize)> {
    let tokens: TokenStream = text.parse().unwrap_or_default();
    let mut found = Vec::new();
    walk(tokens, &mut Vec::new(), &mut found);
    found
}

/// `let` is what stands in the newest `let act`.
fn walk(tokens: TokenStream, chosen: &mut Vec<(String, usize)>, found: &mut Vec<(String, usize)>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut is_test = false;
    for (at, tree) in trees.iter().enumerate() {
        let word = |from: usize| match trees.get(from) {
            Some(TokenTree::Ident(word)) => word.to_string(),
            _ => String::new(),
        };
        match tree {
            TokenTree::Ident(own) if own == "let" && word(at + 1) == "act" => {
                let value = trees[at..].iter().take_while(|tree| !is_end(tree));
                *chosen = texts(value.cloned().collect());
            }
            TokenTree::Ident(own) if own == "mod" => is_test = word(at + 1) == "tests",
            TokenTree::Group(group) => {
                let called = at.checked_sub(1).map(word).unwrap_or_default();
                let is_made = at.checked_sub(2).map(word).unwrap_or_default() == "fn";
                let is_call = group.delimiter() == Delimiter::Parenthesis && !is_made;
                if is_call && CALLS.contains(&called.as_str()) {
                    let own = texts(group.stream());
                    let own: Vec<_> = own.into_iter().filter(|(act, _)| is_act(act)).collect();
                    found.extend(if own.is_empty() { chosen.clone() } else { own });
                } else if !std::mem::take(&mut is_test) {
                    walk(group.stream(), chosen, found);
                }
            }
            _ => {}
        }
    }
}

fn is_end(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ';')
}

/// Not the name of one who acts by itself.
fn is_act(text: &str) -> bool {
    !matches!(text, "" | "succession" | "set-up")
}

/// The texts in tokens, however deep, each with its line.
fn texts(tokens: TokenStream) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for tree in tokens {
        match tree {
            TokenTree::Literal(literal) => {
                let written = literal.to_string();
                if let Some(text) = written.strip_prefix('"') {
                    let text = text.trim_end_matches('"').to_owned();
                    found.push((text, literal.span().start().line));
                }
            }
            TokenTree::Group(group) => found.extend(texts(group.stream())),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::broken;
    use super::*;

    const WRITER: &str = "worker/src/store/directory/a.rs";

    fn of(page: &str, writer: &str) -> Vec<String> {
        let page = format!("const ACTS: [(&str, Text); 9] = [{page}];");
        broken(
            every_act_has_its_sentence,
            &[(PAGE, page.as_str()), (WRITER, writer)],
        )
    }

    #[test]
    fn an_act_without_a_sentence_and_a_sentence_without_an_act_are_seen() {
        let writer = "fn audit(act: &str) { run(\"INSERT\") }\n\
            fn a() { audit(sql, now, \"succession\", \"move\", &id)?; }\n\
            fn b() { let act = if far { \"move\" } else { \"configure\" }; audit(sql, now, who, act, &id) }\n\
            fn c() { f(|sql| begin(sql, now, &account, browser, \"sign-in\")) }\n\
            mod tests { fn d() { audit(sql, now, who, \"nothing\", \"\") } }\n";
        let all = "(\"move\", A), (\"configure\", B), (\"sign-in\", C)";
        assert!(of(all, writer).is_empty(), "{:?}", of(all, writer));
        let less = "(\"move\", A), (\"sign-in\", C)";
        assert_eq!(of(less, writer), [format!("{WRITER}:3")]);
        let more = format!("{all}, (\"dream\", D)");
        assert_eq!(of(&more, writer), [format!("{PAGE}:1")]);
        assert!(of("", "").contains(&format!("{PAGE}:0")));
    }
}
