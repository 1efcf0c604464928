//! Takes out of a page's program what it can never need: the words of panics, and every function and
//! constant that only they, or nobody, led to. Never: guesses; what points at what is read from the
//! linker's relocations, and what the linker does not tell about stays.
//!
//! A page's program has no unwinding: a panic ends in a trap, which the browser tells the page
//! (`app/start.js`) with the place in the program. What the panic would have said before that, and the
//! formatting it needs, is a twelfth of a counter's download.

use std::{collections::BTreeSet, ops::Range};

use wasmparser::{
    ExternalKind, KnownCustom, Linking, Operator, Parser, Payload, RelocationType, SymbolInfo,
};

use crate::trouble::Trouble;

/// Parts of the mangled names of functions that never return: in them nothing is worth keeping. Each
/// name in Rust's mangling has its length before it, so that a part is not found inside a longer word.
const DEAD_ENDS: [&str; 12] = [
    "4core9panicking",
    "3std9panicking11begin_panic",
    "13unwrap_failed",
    "13expect_failed",
    "16slice_error_fail",
    "19slice_error_fail_rt",
    "16slice_index_fail",
    "12handle_error",
    "18handle_alloc_error",
    "17capacity_overflow",
    "13assert_failed",
    "18panic_access_error",
];

/// Exports that nobody calls: `server_fn`'s streams and a mark for a tool that cuts programs into pieces,
/// which come with Leptos whether one uses them or not. The mark's name is a hash of the folder in which
/// cargo keeps crates: the same sources would not give the same bytes elsewhere (rule S15).
#[must_use]
pub fn is_uncalled(export: &str) -> bool {
    [
        "intounderlying",
        "__wbg_intounderlying",
        "_WASM_SPLIT_MARKER_",
    ]
    .iter()
    .any(|known| export.starts_with(known))
}

/// A function or a constant, by its number in the module or in the linker's list of symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Function(u32),
    Constant(u32),
}

/// What a linked module says of itself.
#[derive(Default)]
struct Map {
    /// The bytes of each function's body; imported ones have none.
    bodies: Vec<Range<usize>>,
    imported: u32,
    /// The calls in each body.
    calls: Vec<Vec<Call>>,
    roots: Vec<u32>,
    /// Where each data segment's bytes begin.
    segments: Vec<usize>,
    /// Each symbol: the function it is, or the bytes of the constant.
    symbols: Vec<Symbol>,
    /// Where an address stands, and of which symbol; by place.
    addresses: Vec<(usize, u32)>,
    dead_ends: BTreeSet<u32>,
    /// Where the linker's own sections end, which nobody needs after this.
    linkers: Vec<usize>,
}

/// A call, and the bytes before it that do nothing but make ready for it: since the last call, branch or
/// end of a block.
#[derive(Clone, Debug)]
struct Call {
    function: u32,
    ready: Range<usize>,
}

#[derive(Clone, Debug)]
enum Symbol {
    Function(u32),
    Constant(Range<usize>),
    Other,
}

/// The program without what it can never need.
///
/// # Errors
/// When it is not a module that was linked with its relocations.
pub fn lighten(program: &[u8]) -> Result<Vec<u8>, Trouble> {
    let refused = |error: wasmparser::BinaryReaderError| {
        Trouble::new(
            format!("the linked program cannot be read: {error}"),
            "Check that wasmparser in xtask/Cargo.toml knows what this rustc writes",
        )
    };
    let map = Map::read(program).map_err(refused)?;
    if map.addresses.is_empty() {
        return Err(Trouble::new(
            "the linked program has no relocations",
            "Keep --emit-relocs among the flags of the pages in xtask/src/bundle.rs",
        ));
    }
    Ok(map.cut(program))
}

impl Map {
    fn read(program: &[u8]) -> wasmparser::Result<Self> {
        let mut map = Self::default();
        let (mut code_at, mut data_at) = (0, 0);
        let mut relocations = Vec::new();
        let mut symbols = Vec::new();
        for payload in Parser::new(0).parse_all(program) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        if matches!(import?.ty, wasmparser::TypeRef::Func(_)) {
                            map.imported += 1;
                        }
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.kind == ExternalKind::Func && !is_uncalled(export.name) {
                            map.roots.push(export.index);
                        }
                    }
                }
                Payload::StartSection { func, .. } => map.roots.push(func),
                Payload::CodeSectionStart { range, .. } => code_at = range.start,
                Payload::CodeSectionEntry(body) => {
                    map.calls.push(calls(&body)?);
                    map.bodies.push(body.range());
                }
                Payload::DataSection(data) => {
                    data_at = data.range().start;
                    for segment in data {
                        let segment = segment?;
                        map.segments.push(segment.range.end - segment.data.len());
                    }
                }
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(linking) => {
                        map.linkers.push(section.range().end);
                        for part in linking.subsections() {
                            if let Linking::SymbolTable(table) = part? {
                                symbols = table.into_iter().collect::<Result<_, _>>()?;
                            }
                        }
                    }
                    KnownCustom::Reloc(reader) => {
                        map.linkers.push(section.range().end);
                        relocations.push((section.name().to_owned(), reader));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        for symbol in symbols {
            map.learn(&symbol);
        }
        for (name, reader) in relocations {
            let base = match name.as_str() {
                "reloc.CODE" => code_at,
                "reloc.DATA" => data_at,
                _ => continue,
            };
            for entry in reader.entries() {
                let entry = entry?;
                if names_a_thing(entry.ty) {
                    let place = base + usize::try_from(entry.offset).unwrap_or_default();
                    map.addresses.push((place, entry.index));
                }
            }
        }
        map.addresses.sort_unstable();
        Ok(map)
    }

    fn learn(&mut self, symbol: &SymbolInfo) {
        self.symbols.push(match *symbol {
            SymbolInfo::Func { index, name, .. } => {
                let is_dead_end = |name: &str| DEAD_ENDS.iter().any(|end| name.contains(end));
                if name.is_some_and(is_dead_end) {
                    self.dead_ends.insert(index);
                }
                Symbol::Function(index)
            }
            SymbolInfo::Data {
                symbol: Some(data), ..
            } => {
                let [segment, offset, size] = [data.index, data.offset, data.size]
                    .map(|number| usize::try_from(number).unwrap_or_default());
                let begin = self.segments.get(segment).map(|begin| begin + offset);
                begin.map_or(Symbol::Other, |begin| Symbol::Constant(begin..begin + size))
            }
            _ => Symbol::Other,
        });
    }

    fn body(&self, function: u32) -> Option<usize> {
        usize::try_from(function.checked_sub(self.imported)?).ok()
    }

    /// The addresses that stand within these bytes.
    fn addresses_in(&self, bytes: &Range<usize>) -> impl Iterator<Item = Thing> {
        let begin = self.addresses.partition_point(|(at, _)| *at < bytes.start);
        let end = self.addresses.partition_point(|(at, _)| *at < bytes.end);
        let within = self.addresses.get(begin..end).unwrap_or_default();
        within.iter().filter_map(|(_, number)| {
            match self.symbols.get(usize::try_from(*number).ok()?)? {
                Symbol::Function(function) => Some(Thing::Function(*function)),
                Symbol::Constant(_) => Some(Thing::Constant(*number)),
                Symbol::Other => None,
            }
        })
    }

    /// Everything that can be come to from the exports.
    fn reached(&self) -> BTreeSet<Thing> {
        let mut reached = BTreeSet::new();
        let mut ahead: Vec<_> = self
            .roots
            .iter()
            .map(|root| Thing::Function(*root))
            .collect();
        while let Some(thing) = ahead.pop() {
            if !reached.insert(thing) {
                continue;
            }
            match thing {
                Thing::Function(function) if self.dead_ends.contains(&function) => {}
                Thing::Function(function) => {
                    if let Some(at) = self.body(function) {
                        self.look_into(at, &mut ahead);
                    }
                }
                Thing::Constant(number) => {
                    let symbol = usize::try_from(number).ok();
                    if let Some(Symbol::Constant(bytes)) =
                        symbol.and_then(|at| self.symbols.get(at))
                    {
                        ahead.extend(self.addresses_in(bytes));
                    }
                }
            }
        }
        reached
    }

    /// What a body leads to. What is only made ready for a call that never returns, leads nowhere: after
    /// it nobody looks.
    fn look_into(&self, body: usize, ahead: &mut Vec<Thing>) {
        let mut from = self.bodies[body].start;
        for Call { function, ready } in &self.calls[body] {
            ahead.push(Thing::Function(*function));
            if self.dead_ends.contains(function) {
                ahead.extend(self.addresses_in(&(from..ready.start)));
                from = ready.end;
            }
        }
        ahead.extend(self.addresses_in(&(from..self.bodies[body].end)));
    }

    /// Empties what is not reached, at its place, and leaves out the linker's sections.
    fn cut(&self, program: &[u8]) -> Vec<u8> {
        let reached = self.reached();
        let mut bytes = program.to_vec();
        for (at, body) in (self.imported..).zip(&self.bodies) {
            if self.dead_ends.contains(&at) || !reached.contains(&Thing::Function(at)) {
                trap(&mut bytes[body.clone()]);
            }
        }
        // A byte goes only if every symbol that covers it goes, and some symbol does.
        let mut kept = vec![false; program.len()];
        for (number, symbol) in (0..).zip(&self.symbols) {
            if let Symbol::Constant(range) = symbol
                && reached.contains(&Thing::Constant(number))
                && !names_a_source(&program[range.clone()])
            {
                kept[range.clone()].fill(true);
            }
        }
        for symbol in &self.symbols {
            if let Symbol::Constant(range) = symbol {
                for at in range.clone().filter(|at| !kept[*at]) {
                    bytes[at] = 0;
                }
            }
        }
        for section in sections(program).into_iter().rev() {
            if self.linkers.contains(&section.end) {
                bytes.drain(section);
            }
        }
        bytes
    }
}

fn calls(body: &wasmparser::FunctionBody) -> wasmparser::Result<Vec<Call>> {
    let mut calls = Vec::new();
    let mut reader = body.get_operators_reader()?;
    let mut from = reader.original_position();
    while !reader.eof() {
        let (operator, at) = reader.read_with_offset()?;
        let after = reader.original_position();
        let called = match operator {
            Operator::Call { function_index }
            | Operator::ReturnCall { function_index }
            | Operator::RefFunc { function_index } => Some(function_index),
            _ => None,
        };
        calls.extend(called.map(|function| Call {
            function,
            ready: from..at,
        }));
        if called.is_some() || leaves(&operator) {
            from = after;
        }
    }
    Ok(calls)
}

/// Whether after this operator others may follow than those that stand behind it, or others came before.
const fn leaves(operator: &Operator) -> bool {
    matches!(
        operator,
        Operator::CallIndirect { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::BrTable { .. }
            | Operator::Return
            | Operator::Unreachable
    )
}

/// Whether a constant is the name of a source file, for a panic to say. Some stay reached, because the
/// place is handed on through functions that do return.
fn names_a_source(constant: &[u8]) -> bool {
    let text = constant.strip_suffix(&[0]).unwrap_or(constant);
    text.ends_with(b".rs") && text.iter().all(u8::is_ascii_graphic)
}

/// The module's sections, each with its number, its length and its content.
fn sections(program: &[u8]) -> Vec<Range<usize>> {
    const HEADER_BYTES: usize = 8;
    let mut sections = Vec::new();
    let mut at = HEADER_BYTES;
    while at < program.len() {
        let mut reader = wasmparser::BinaryReader::new(&program[at + 1..], at + 1);
        let length = reader.read_var_u32().map(usize::try_from);
        let Ok(Ok(length)) = length else { break };
        let end = reader.original_position() + length;
        sections.push(at..end);
        at = end;
    }
    sections
}

fn names_a_thing(kind: RelocationType) -> bool {
    matches!(
        kind,
        RelocationType::FunctionIndexLeb
            | RelocationType::TableIndexSleb
            | RelocationType::TableIndexI32
            | RelocationType::MemoryAddrLeb
            | RelocationType::MemoryAddrSleb
            | RelocationType::MemoryAddrI32
    )
}

/// Makes a body of the same length that only traps: no locals, `unreachable`, `nop`s, `end`.
fn trap(body: &mut [u8]) {
    if let [locals, first, rest @ .., end] = body {
        (*locals, *first, *end) = (0, 0, 0x0b);
        rest.fill(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trap_is_as_long_as_the_body_it_replaces() {
        let mut body = [2, 1, 0x7f, 0x20, 0, 0x1a, 0x0b];
        trap(&mut body);
        assert_eq!(body, [0, 0, 1, 1, 1, 1, 0x0b]);
    }

    #[test]
    fn sections_are_found_by_their_lengths() {
        let program = [b"\0asm\x01\0\0\0".as_slice(), &[0, 2, 1, b'x', 1, 1, 0]].concat();
        assert_eq!(sections(&program), [8..12, 12..15]);
    }

    #[test]
    fn only_names_of_sources_are_taken_for_such() {
        for name in ["app/src/bell.rs\0", "/rustc/5/library/core/src/cell.rs"] {
            assert!(names_a_source(name.as_bytes()), "{name}");
        }
        for other in ["Cảm ơn.rs", "a sentence.rs", "day", "", "\0"] {
            assert!(!names_a_source(other.as_bytes()), "{other}");
        }
    }

    /// Two functions, of which one only makes ready for a call that never returns, and constants for both.
    fn map() -> Map {
        Map {
            bodies: vec![10..30, 30..40, 40..50],
            calls: vec![
                vec![
                    Call {
                        function: 2,
                        ready: 15..20,
                    },
                    Call {
                        function: 1,
                        ready: 22..25,
                    },
                ],
                Vec::new(),
                Vec::new(),
            ],
            roots: vec![0],
            symbols: vec![
                Symbol::Constant(60..64),
                Symbol::Constant(64..68),
                Symbol::Constant(68..72),
                Symbol::Constant(72..76),
            ],
            // In the body of 0: one before, one in, one after the dead end's call; and one in a constant.
            addresses: vec![(12, 0), (16, 1), (23, 2), (61, 3)],
            dead_ends: BTreeSet::from([2]),
            ..Map::default()
        }
    }

    #[test]
    fn what_is_made_ready_for_a_dead_end_leads_nowhere() {
        let reached = map().reached();
        let [kept, words, after, behind] = [0, 1, 2, 3].map(Thing::Constant);
        assert!([kept, after, behind].iter().all(|it| reached.contains(it)));
        assert!(!reached.contains(&words));
        // With a call that returns, it leads where it points.
        let mut map = map();
        map.dead_ends.clear();
        assert!(map.reached().contains(&words));
    }
}
