//! One Rust file as the laws see it: the paths it names, its texts, attributes, types and tests.
//! Never: comments, types or resolution of names; tokens are enough, inside macros too.

use proc_macro2::{Delimiter, Ident, Literal, TokenStream, TokenTree};

/// A name with the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name, or the text of a string.
    pub text: String,
    /// Line, from 1.
    pub line: usize,
}

/// A path as written, such as `crate::device::store::Store`, or a single word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Its words in order; `*` at the end of a glob.
    pub words: Vec<String>,
    /// The modules opened in this file around it.
    pub inside: Vec<String>,
    /// Whether it is called, as in `window()`.
    pub is_called: bool,
    /// Line, from 1.
    pub line: usize,
}

impl Path {
    /// Whether it begins with these words.
    pub fn begins_with(&self, words: &[&str]) -> bool {
        self.words.len() >= words.len() && self.words.iter().zip(words).all(|(a, b)| a == b)
    }

    /// As written.
    pub fn written(&self) -> String {
        self.words.join("::")
    }
}

/// An attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Every word in it, the attribute's own name first.
    pub words: Vec<String>,
    /// Line, from 1.
    pub line: usize,
}

impl Attribute {
    /// Whether it is this attribute, also under a `cfg_attr`.
    pub fn is(&self, name: &str) -> bool {
        match self.words.split_first() {
            Some((own, inner)) if own == "cfg_attr" => inner.iter().any(|word| word == name),
            Some((own, _)) => own == name,
            None => false,
        }
    }
}

/// What a Rust file is made of.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Every path and every single word that is no field or method.
    pub paths: Vec<Path>,
    /// Words after a dot: fields and methods.
    pub methods: Vec<Name>,
    /// String literals, doc comments left out, escapes as written.
    pub strings: Vec<Name>,
    /// Float literals.
    pub floats: Vec<Name>,
    /// Attributes.
    pub attributes: Vec<Attribute>,
    /// Names of structs, enums, unions, traits and type aliases.
    pub types: Vec<Name>,
    /// Names of modules declared or opened.
    pub modules: Vec<Name>,
    /// Names of functions that are no tests.
    pub functions: Vec<Name>,
    /// Names of functions under `#[test]` or the like.
    pub tests: Vec<Name>,
}

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// What the lexer says when the text is not Rust.
    pub fn read(text: &str) -> Result<Self, String> {
        let tokens: TokenStream = text.parse().map_err(|error| format!("{error}"))?;
        let mut reader = Reader::default();
        reader.read(tokens);
        Ok(reader.source)
    }
}

#[derive(Default)]
struct Reader {
    source: Source,
    inside: Vec<String>,
}

fn word(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

fn is_punct(tree: Option<&TokenTree>, wanted: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// Whether the dot before this place belongs to `..` or `..=`.
fn is_range(trees: &[TokenTree], at: usize) -> bool {
    let second = at.checked_sub(2).and_then(|before| trees.get(before));
    is_punct(second, '.')
}

fn line(tree: &TokenTree) -> usize {
    tree.span().start().line
}

impl Reader {
    fn read(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        let mut is_test = false;
        while let Some(tree) = trees.get(at) {
            let before = at.checked_sub(1).and_then(|before| trees.get(before));
            match tree {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let to = at + 1 + usize::from(is_punct(trees.get(at + 1), '!'));
                    if let Some(TokenTree::Group(group)) = trees.get(to)
                        && group.delimiter() == Delimiter::Bracket
                    {
                        is_test |= self.attribute(group.stream(), line(tree));
                        at = to;
                    }
                }
                TokenTree::Punct(punct) => is_test &= punct.as_char() != ';',
                TokenTree::Group(group) => {
                    is_test &= group.delimiter() != Delimiter::Brace;
                    self.read(group.stream());
                }
                TokenTree::Literal(literal) => self.literal(literal, is_punct(before, '.')),
                TokenTree::Ident(_) if is_punct(before, '\'') => {}
                TokenTree::Ident(ident) if is_punct(before, '.') && !is_range(&trees, at) => {
                    self.source.methods.push(Name {
                        text: word(ident),
                        line: line(tree),
                    });
                }
                TokenTree::Ident(ident) => {
                    at = self.ident(&trees, at, &word(ident), &mut is_test);
                }
            }
            at += 1;
        }
    }

    /// Takes the ident at a place and what belongs to it; returns the place of the last token taken.
    fn ident(&mut self, trees: &[TokenTree], at: usize, own: &str, is_test: &mut bool) -> usize {
        let line = line(&trees[at]);
        let next = match trees.get(at + 1) {
            Some(TokenTree::Ident(next)) => Some(Name {
                text: word(next),
                line,
            }),
            _ => None,
        };
        match (own, next) {
            ("use", _) if !is_punct(trees.get(at + 1), '<') => {
                let rest = &trees[at + 1..];
                let length = rest.iter().position(|tree| is_punct(Some(tree), ';'));
                let length = length.unwrap_or(rest.len());
                self.import(&[], &rest[..length]);
                at + length
            }
            ("mod", Some(name)) => {
                self.source.modules.push(name.clone());
                let Some(TokenTree::Group(group)) = trees.get(at + 2) else {
                    return at + 1;
                };
                self.inside.push(name.text);
                self.read(group.stream());
                self.inside.pop();
                at + 2
            }
            ("fn", Some(name)) => {
                let list = if std::mem::take(is_test) {
                    &mut self.source.tests
                } else {
                    &mut self.source.functions
                };
                list.push(name);
                at + 1
            }
            ("struct" | "enum" | "union" | "trait" | "type", Some(name)) => {
                self.source.types.push(name);
                at + 1
            }
            _ => self.path(trees, at),
        }
    }

    fn path(&mut self, trees: &[TokenTree], from: usize) -> usize {
        let mut words = Vec::new();
        let mut at = from;
        while let Some(TokenTree::Ident(ident)) = trees.get(at) {
            words.push(word(ident));
            let goes_on = is_punct(trees.get(at + 1), ':')
                && is_punct(trees.get(at + 2), ':')
                && matches!(trees.get(at + 3), Some(TokenTree::Ident(_)));
            if !goes_on {
                break;
            }
            at += 3;
        }
        let is_called = matches!(
            trees.get(at + 1),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis
        );
        self.found(words, is_called, line(&trees[from]));
        at
    }

    /// Reads `a::{b, c::*} as d`, one path for each leaf.
    fn import(&mut self, prefix: &[String], trees: &[TokenTree]) {
        for part in trees.split(|tree| is_punct(Some(tree), ',')) {
            let mut words = prefix.to_vec();
            let mut at_line = 0;
            let mut is_whole = true;
            for tree in part {
                match tree {
                    TokenTree::Ident(ident) if ident == "as" => break,
                    TokenTree::Ident(ident) => words.push(word(ident)),
                    TokenTree::Punct(punct) if punct.as_char() == '*' => words.push("*".into()),
                    TokenTree::Group(group) => {
                        let inner: Vec<_> = group.stream().into_iter().collect();
                        self.import(&words, &inner);
                        is_whole = false;
                    }
                    _ => {}
                }
                at_line = line(tree);
            }
            if is_whole && !part.is_empty() {
                self.found(words, false, at_line);
            }
        }
    }

    fn found(&mut self, words: Vec<String>, is_called: bool, line: usize) {
        self.source.paths.push(Path {
            words,
            inside: self.inside.clone(),
            is_called,
            line,
        });
    }

    /// Returns whether the attribute makes the next function a test.
    fn attribute(&mut self, tokens: TokenStream, line: usize) -> bool {
        let mut words = Vec::new();
        all_words(tokens.clone(), &mut words);
        if words.first().is_some_and(|first| first == "doc") {
            return false;
        }
        let path: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let own: Vec<String> = path
            .iter()
            .take_while(|tree| !matches!(tree, TokenTree::Group(_)))
            .filter_map(|tree| match tree {
                TokenTree::Ident(ident) => Some(word(ident)),
                _ => None,
            })
            .collect();
        self.source.attributes.push(Attribute { words, line });
        self.read(tokens);
        own.last()
            .is_some_and(|last| last == "test" || last.ends_with("_test"))
    }

    fn literal(&mut self, literal: &Literal, is_field: bool) {
        let written = literal.to_string();
        let line = literal.span().start().line;
        let starts_with_digit = written.starts_with(|c: char| c.is_ascii_digit());
        if starts_with_digit {
            let is_float = written.contains('.')
                || written.ends_with("f32")
                || written.ends_with("f64")
                || (written.contains(['e', 'E']) && !written.contains(['x', 'u', 'i']));
            if is_float && !is_field {
                self.source.floats.push(Name {
                    text: written,
                    line,
                });
            }
        } else if let Some((_, text)) = written.split_once('"') {
            let text = text.rsplit_once('"').map_or(text, |(text, _)| text);
            self.source.strings.push(Name {
                text: text.to_owned(),
                line,
            });
        }
    }
}

fn all_words(tokens: TokenStream, words: &mut Vec<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Ident(ident) => words.push(word(&ident)),
            TokenTree::Group(group) => all_words(group.stream(), words),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Vec<(String, usize)> {
        let source = Source::read(text).unwrap();
        let paths = source.paths.iter();
        paths.map(|path| (path.written(), path.line)).collect()
    }

    #[test]
    fn every_leaf_of_an_import_is_a_path() {
        let found = written("use a::{b, c::{self, D as E}, f::*};\n");
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a::b", "a::c::self", "a::c::D", "a::f::*"]);
        assert_eq!(written("use a::{\n b,\n c,\n};")[1].1, 3);
    }

    #[test]
    fn paths_are_seen_inside_macros_and_attributes() {
        let found =
            written("#[derive(serde::Deserialize)]\nstruct A;\nx! { <p>{crate::b::c()}</p> }");
        assert!(found.contains(&("serde::Deserialize".into(), 1)));
        assert!(found.contains(&("crate::b::c".into(), 3)));
    }

    #[test]
    fn fields_lifetimes_comments_and_texts_are_no_paths() {
        let found = written("fn f<'manager>(x: u8) { /* manager */ x.manager; \"manager\"; }");
        assert!(found.iter().all(|(name, _)| name != "manager"));
        let found = written("let a = 0..manager::LAST; A { ..manager::none() };");
        let names = found.iter().filter(|(name, _)| name.starts_with("manager"));
        assert_eq!(names.count(), 2);
    }

    #[test]
    fn tests_are_told_from_functions() {
        let text = "#[test]\nfn o4_a() {}\nfn b() {}\n#[cfg(test)] mod m { #[tokio::test] async fn c() {} }";
        let source = Source::read(text).unwrap();
        let tests: Vec<_> = source.tests.iter().map(|name| name.text.as_str()).collect();
        assert_eq!(tests, ["o4_a", "c"]);
        assert_eq!(source.functions[0].text, "b");
    }

    #[test]
    fn floats_are_told_from_fields_and_ranges() {
        let source = Source::read("let a = (x.0.1, 1..=5, 0xe1, 2u8, 1.5, 1e3, 3f64);").unwrap();
        let floats: Vec<_> = source
            .floats
            .iter()
            .map(|name| name.text.as_str())
            .collect();
        assert_eq!(floats, ["1.5", "1e3", "3f64"]);
    }
}
