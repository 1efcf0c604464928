//! `hai-long lang check <tag>`: what a language pack lacks, on a server that has no clone (UA5).

use crate::{lang, operate::home::Home, verb::Verb};

/// The verb.
pub const VERB: Verb = Verb {
    name: "lang",
    summary: "say what a language pack lacks, and list its files: `lang check <tag>`",
    options: "
  check TAG       the interface, every built-in form, the recorded sentences
  --folder DIR    where the packs are (dist/counter/lang)
  --seal          write the pack's list of files, pack.json, so that devices fetch it",
    run: |arguments| {
        let packs = Home::here()?.runtime().site.join("counter/lang");
        lang::obey(arguments, "hai-long", packs)
    },
};
