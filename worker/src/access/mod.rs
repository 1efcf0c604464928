//! Who may do what, and where: every object is checked against the grants of an account
//! (rule S4). Never: HTTP, SQL.

pub mod enrolment;
pub mod guesses;
pub mod passkey;
pub mod password;
pub mod token;

use survey::day::Day;
use survey::id::UnitId;
pub use survey::wire::manager::Role;

/// Whether a role includes an act at all.
#[must_use]
pub const fn includes(role: Role, act: Act) -> bool {
    match act {
        Act::SeeUnits => true,
        // Staff see what waits on the device itself, behind its PIN (US5).
        Act::SeeDevices => !matches!(role, Role::Staff),
        Act::SeeFigures | Act::TellActions => matches!(role, Role::Admin | Role::Manager),
        Act::SeePublication => matches!(role, Role::Operator | Role::Admin | Role::Manager),
        // Who keeps a whole part of the tree, not who is told of a unit's own people.
        Act::ReviewComments | Act::SetTargets => matches!(role, Role::Admin),
        Act::SeeCoverage => matches!(role, Role::Admin | Role::Manager | Role::Auditor),
        Act::EnrolDevices
        | Act::RevokeDevices
        | Act::AddAccounts
        | Act::CountDossiers
        | Act::SetAlerts
        | Act::Publish => matches!(role, Role::Operator | Role::Admin),
        Act::SeeAudit | Act::SeeQuarantine | Act::SeeServer => {
            matches!(role, Role::Operator | Role::Auditor)
        }
        Act::AddUnits
        | Act::SetClock
        | Act::ImportRescue
        | Act::DecideQuarantine
        | Act::ChangeKeys
        | Act::AddForms => matches!(role, Role::Operator),
    }
}

/// Whether somebody with the role `own` may give `other` away: nobody makes an operator but an
/// operator.
#[must_use]
pub const fn may_give(own: Role, other: Role) -> bool {
    includes(own, Act::AddAccounts)
        && (matches!(own, Role::Operator) || !matches!(other, Role::Operator))
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// See which units there are.
    SeeUnits,
    /// Read figures and live counts.
    SeeFigures,
    /// Read comments that may name somebody, and decide on them.
    ReviewComments,
    /// Read how many of those who could answer did, without what they answered.
    SeeCoverage,
    /// See devices and how they are.
    SeeDevices,
    /// Draw a one-time enrolment code.
    EnrolDevices,
    /// End a device's key.
    RevokeDevices,
    /// Add units to the tree.
    AddUnits,
    /// Add accounts.
    AddAccounts,
    /// Hand in how many dossiers ended.
    CountDossiers,
    /// Set what a unit wants to reach.
    SetTargets,
    /// Set up who is told once a day of what needs a look.
    SetAlerts,
    /// See what is public of a unit.
    SeePublication,
    /// Decide what is public of a unit.
    Publish,
    /// Tell what was done about what people said.
    TellActions,
    /// Read the audit log.
    SeeAudit,
    /// Move a settable clock.
    SetClock,
    /// See how the server is: recounts, backups, disk.
    SeeServer,
    /// Hand in a rescue file.
    ImportRescue,
    /// See what is kept uncounted, in counts.
    SeeQuarantine,
    /// Decide on what is kept uncounted.
    DecideQuarantine,
    /// Draw a new key for rescue files.
    ChangeKeys,
    /// Add a form to the house.
    AddForms,
}

/// One right of an account: a role at a node of the tree, for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The node; `None` is the whole deployment.
    pub node: Option<UnitId>,
    /// The first day.
    pub from: Day,
    /// The last day; `None` is open.
    pub to: Option<Day>,
}

impl Grant {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// Whether it allows an act at a unit, given by the unit itself and all nodes above it.
    #[must_use]
    pub fn allows(&self, act: Act, unit_and_above: &[UnitId]) -> bool {
        let covers = |node| unit_and_above.contains(node);
        includes(self.role, act) && self.node.as_ref().is_none_or(covers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(id: &str) -> UnitId {
        UnitId::parse(id).unwrap()
    }

    fn grant(role: Role, node: Option<&str>) -> Grant {
        Grant {
            role,
            node: node.map(unit),
            from: Day::parse("2026-01-01").unwrap(),
            to: Day::parse("2026-12-31"),
        }
    }

    #[test]
    fn s4_a_grant_reaches_down_and_never_up_or_sideways() {
        let manager = grant(Role::Manager, Some("33"));
        assert!(manager.allows(Act::SeeFigures, &[unit("33")]));
        assert!(manager.allows(Act::SeeFigures, &[unit("33.1"), unit("33")]));
        assert!(!manager.allows(Act::SeeFigures, &[unit("34")]));
        assert!(!manager.allows(Act::SeeFigures, &[unit("vn")]));
        assert!(!grant(Role::Manager, Some("33.1")).allows(Act::SeeFigures, &[unit("33")]));
    }

    #[test]
    fn s4_an_operator_sees_no_figures_and_a_manager_changes_nothing() {
        let here = [unit("33")];
        assert!(!grant(Role::Operator, None).allows(Act::SeeFigures, &here));
        for role in [Role::Manager, Role::Auditor, Role::Staff] {
            for act in [
                Act::EnrolDevices,
                Act::RevokeDevices,
                Act::CountDossiers,
                Act::SetAlerts,
                Act::AddUnits,
                Act::AddAccounts,
                Act::SetClock,
                Act::ImportRescue,
                Act::DecideQuarantine,
                Act::ReviewComments,
                Act::ChangeKeys,
                Act::Publish,
            ] {
                assert!(!grant(role, None).allows(act, &here), "{role:?} {act:?}");
            }
        }
    }

    #[test]
    fn s4_an_auditor_sees_coverage_and_no_figures_and_staff_see_their_devices_only_on_them() {
        let here = [unit("33")];
        let may = |role, act| grant(role, None).allows(act, &here);
        assert!(may(Role::Auditor, Act::SeeCoverage));
        assert!(!may(Role::Auditor, Act::SeeFigures));
        assert!(!may(Role::Operator, Act::SeeCoverage));
        for act in [Act::SeeDevices, Act::SeeCoverage, Act::SeeFigures] {
            assert!(!may(Role::Staff, act), "{act:?}");
        }
    }

    #[test]
    fn s4_a_grant_has_a_first_and_a_last_day() {
        let day = |text| Day::parse(text).unwrap();
        let manager = grant(Role::Manager, None);
        assert!(!manager.holds_on(day("2025-12-31")));
        assert!(manager.holds_on(day("2026-01-01")));
        assert!(manager.holds_on(day("2026-12-31")));
        assert!(!manager.holds_on(day("2027-01-01")));
    }

    #[test]
    fn s4_only_an_operator_makes_operators() {
        assert!(may_give(Role::Operator, Role::Operator));
        assert!(may_give(Role::Admin, Role::Manager));
        assert!(!may_give(Role::Admin, Role::Operator));
        assert!(!may_give(Role::Manager, Role::Manager));
    }
}
