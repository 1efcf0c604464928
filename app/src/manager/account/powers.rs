//! What the page offers to an account. The server decides again on every request; this only keeps
//! buttons away that would be refused (S4).

use survey::wire::manager::{Grant, Role};

/// What an account may do somewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own, and any set of them is possible"
)]
pub struct Powers {
    /// Read figures.
    pub sees_figures: bool,
    /// Decide on comments that may name somebody.
    pub reviews_comments: bool,
    /// Read how many answered, which an auditor may too.
    pub sees_coverage: bool,
    /// See devices.
    pub sees_devices: bool,
    /// Enrol and revoke devices.
    pub keeps_devices: bool,
    /// With what is kept uncounted.
    pub with_kept: WithKept,
    /// Add a form to the house, which only who keeps all of it may.
    pub adds_forms: bool,
    /// Change the tree of units.
    pub keeps_units: bool,
    /// Add accounts and change their rights.
    pub keeps_people: bool,
    /// The same everywhere, so also of accounts that have no right now (D4).
    pub keeps_all_people: bool,
    /// Read the audit log.
    pub sees_audit: bool,
}

/// What an account may do with what is kept uncounted (L8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum WithKept {
    /// It is not shown.
    #[default]
    Nothing,
    /// See it, in counts.
    See,
    /// Decide on it, and hand in rescue files.
    Decide,
}

impl Powers {
    /// The sum of an account's grants.
    #[must_use]
    pub fn of(grants: &[Grant]) -> Self {
        let has = |roles: &[Role]| grants.iter().any(|grant| roles.contains(&grant.role));
        Self {
            sees_figures: has(&[Role::Admin, Role::Manager]),
            reviews_comments: has(&[Role::Admin]),
            sees_coverage: has(&[Role::Admin, Role::Manager, Role::Auditor]),
            sees_devices: grants.iter().any(|grant| grant.role != Role::Staff),
            keeps_devices: has(&[Role::Operator, Role::Admin]),
            with_kept: if has(&[Role::Operator]) {
                WithKept::Decide
            } else if has(&[Role::Auditor]) {
                WithKept::See
            } else {
                WithKept::Nothing
            },
            adds_forms: grants
                .iter()
                .any(|grant| grant.role == Role::Operator && grant.node.is_none()),
            keeps_units: has(&[Role::Operator]),
            keeps_people: has(&[Role::Operator, Role::Admin]),
            keeps_all_people: grants.iter().any(|grant| {
                grant.node.is_none() && matches!(grant.role, Role::Operator | Role::Admin)
            }),
            sees_audit: has(&[Role::Operator, Role::Auditor]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s4_an_auditor_is_offered_coverage_and_staff_nothing() {
        let powers = |role| {
            let powers = Powers::of(&[Grant { role, node: None }]);
            (
                powers.sees_figures,
                powers.sees_coverage,
                powers.sees_devices,
            )
        };
        assert_eq!(powers(Role::Auditor), (false, true, true));
        assert_eq!(powers(Role::Operator), (false, false, true));
        assert_eq!(powers(Role::Manager), (true, true, true));
        assert_eq!(powers(Role::Staff), (false, false, false));
    }

    #[test]
    fn s4_an_operator_is_offered_no_figures_and_a_manager_no_devices() {
        let powers = |role| Powers::of(&[Grant { role, node: None }]);
        let told = |powers: Powers| {
            (
                powers.sees_figures,
                powers.keeps_devices,
                powers.keeps_units,
                powers.sees_audit,
            )
        };
        assert_eq!(told(powers(Role::Operator)), (false, true, true, true));
        assert_eq!(told(powers(Role::Admin)), (true, true, false, false));
        assert_eq!(told(powers(Role::Manager)), (true, false, false, false));
        assert_eq!(told(powers(Role::Auditor)), (false, false, false, true));
        assert_eq!(powers(Role::Staff), Powers::default());
        assert_eq!(Powers::of(&[]), Powers::default());
    }

    #[test]
    fn f7_a_form_is_added_by_who_keeps_the_whole_house() {
        let at = |node: Option<&str>| Grant {
            role: Role::Operator,
            node: node.and_then(|node| survey::id::UnitId::parse(node).ok()),
        };
        assert!(Powers::of(&[at(Some("33")), at(None)]).adds_forms);
        assert!(!Powers::of(&[at(Some("33"))]).adds_forms);
    }

    #[test]
    fn l8_an_operator_decides_on_what_is_kept_and_an_auditor_looks() {
        let powers = |role| Powers::of(&[Grant { role, node: None }]);
        assert_eq!(powers(Role::Operator).with_kept, WithKept::Decide);
        assert_eq!(powers(Role::Auditor).with_kept, WithKept::See);
        for role in [Role::Admin, Role::Manager] {
            assert_eq!(powers(role).with_kept, WithKept::Nothing);
        }
    }
}
