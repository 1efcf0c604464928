//! The laws of docs/ARCHITECTURE.md, read off the source. `cargo test --test architecture` names
//! each breach with its file, its line and what to do.

use std::fmt::Write as _;
use std::sync::LazyLock;

#[path = "support/laws/mod.rs"]
mod laws;

use laws::{
    Law, Tree, absences, acts, arrows, asvs, docs, doors, faults, members, routes, spec, words,
};

static PROJECT: LazyLock<Tree> = LazyLock::new(Tree::on_disk);

fn hold(law: Law) {
    let breaches = law(&PROJECT);
    let mut report = String::new();
    for breach in &breaches {
        // Writing to a String cannot fail.
        let _ = writeln!(report, "  {breach}");
    }
    assert!(
        breaches.is_empty(),
        "{} breaches:\n{report}",
        breaches.len()
    );
}

/// One test for each law, under the law's own name.
macro_rules! laws_hold {
    ($($room:ident: $($law:ident),+;)+) => {
        $($(
            #[test]
            fn $law() {
                hold($room::$law);
            }
        )+)+
    };
}

laws_hold! {
    absences: no_address_is_read, answers_keep_no_order_and_no_place, d1_l13_what_is_counted_is_never_deleted,
        b4_o6_a_device_never_empties_its_storage, no_text_becomes_markup, the_server_calls_nobody_but_for_alerts;
    acts: every_act_has_its_sentence;
    asvs: every_requirement_has_one_answer, every_answer_leans_on_what_is_there,
        every_accepted_finding_is_answered;
    arrows: rooms_name_only_what_lies_below, counter_knows_no_account, text_knows_nothing,
        app_and_worker_share_no_code, every_room_is_there;
    doors: browser_apis_only_in_device, sql_only_in_store, http_types_only_at_the_edge,
        serde_only_in_wire, floats_only_in_stats, survey_is_pure;
    members: five_packages_and_no_more, packages_name_only_what_lies_below,
        dependencies_are_the_agreed_ones, lints_bind_everyone;
    docs: the_map_is_short, every_file_named_exists, every_word_of_the_glossary_exists,
        every_record_of_a_decision_has_its_parts, every_release_says_what_it_changes;
    words: no_file_is_long, no_name_is_empty, every_module_says_what_it_is_for,
        nothing_is_left_for_later, no_lint_is_allowed_away, no_test_is_ignored,
        every_exception_has_a_reason, claims_name_their_test;
    spec: every_rule_has_a_test, every_test_names_a_rule_that_exists, every_rule_stands_once,
        every_rule_in_a_comment_exists;
    faults: every_fault_has_its_tests;
    routes: every_route_is_described;
}

#[test]
fn every_rust_file_is_read() {
    hold(Tree::unreadable);
    let read = PROJECT.sources().count();
    assert!(
        read > 50,
        "only {read} Rust files were found: the laws would hold for nothing"
    );
}
