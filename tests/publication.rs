//! What managers see, seen by an auditor: provinces that must keep everybody hidden, and each rule
//! knocked out, which must not.

use survey_tests::audit::{Rule, Wrong, first_failure, many};

#[test]
fn p8_p5_p6_p7_nobody_is_found_in_everything_that_was_ever_shown() {
    let report = many(1, 20, None);
    assert_eq!(report.failed(), 0, "{report}: {:?}", report.first());
    // Provinces in which nobody answers or nothing is shown prove nothing.
    assert!(report.people > 6_000 && report.shown > 600, "{report}");
    assert!(report.broken > 0 && report.read > 20, "{report}");
}

#[test]
fn p8_without_a_rule_people_are_found() {
    for (rule, name, _) in Rule::ALL {
        let broken = first_failure(30, Some(rule));
        let broken = broken.unwrap_or_else(|| panic!("{name} is not needed"));
        println!("{name}: seed {}: {:?}", broken.seed, broken.failure);
    }
}

#[test]
fn p6_live_counters_and_nodes_refreshed_on_their_own_give_people_away() {
    for rule in [Rule::Atoms, Rule::OneRelease] {
        let report = many(1, 6, Some(rule));
        assert_eq!(report.of(Wrong::Found), report.failed(), "{report}");
        assert!(report.of(Wrong::Found) > 4, "{report}");
    }
}
