//! The kept corpus of the fuzzer, once through every decoder.

use std::panic::{AssertUnwindSafe, catch_unwind};

use survey_tests::decoders::{DECODERS, named};
use xtask::fuzz::{corpus, corpus_file, decoders};
use xtask::project::Project;

#[test]
fn every_decoder_stands_its_kept_corpus() {
    let project = Project::here();
    for (name, decoder) in DECODERS {
        let inputs = corpus(&corpus_file(&project, name)).unwrap_or_else(|it| panic!("{it}"));
        assert!(inputs.len() > 2, "{name} has {} inputs", inputs.len());
        for (at, input) in inputs.iter().enumerate() {
            let fallen = catch_unwind(AssertUnwindSafe(|| decoder(input))).is_err();
            assert!(
                !fallen,
                "{name} falls over input {at}: {}",
                input.escape_ascii()
            );
        }
    }
}

#[test]
fn every_corpus_has_a_decoder() {
    let corpora = decoders(&Project::here()).unwrap_or_else(|it| panic!("{it}"));
    assert_eq!(corpora.len(), DECODERS.len());
    for name in corpora {
        assert!(named(&name).is_some(), "{name} is no decoder");
    }
}
