//! What the page offers to an account. The server decides again on every request; this only keeps
//! buttons away that would be refused (S4).

use survey::wire::manager::{Grant, Role};

/// What an account may do somewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Powers {
    /// Read figures.
    pub sees_figures: bool,
    /// Enrol and revoke devices.
    pub keeps_devices: bool,
}

impl Powers {
    /// The sum of an account's grants.
    #[must_use]
    pub fn of(grants: &[Grant]) -> Self {
        let has = |roles: &[Role]| grants.iter().any(|grant| roles.contains(&grant.role));
        Self {
            sees_figures: has(&[Role::Admin, Role::Manager]),
            keeps_devices: has(&[Role::Operator, Role::Admin]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s4_an_operator_is_offered_no_figures_and_a_manager_no_devices() {
        let powers = |role| Powers::of(&[Grant { role, node: None }]);
        let both = |sees_figures, keeps_devices| Powers {
            sees_figures,
            keeps_devices,
        };
        assert_eq!(powers(Role::Operator), both(false, true));
        assert_eq!(powers(Role::Admin), both(true, true));
        assert_eq!(powers(Role::Manager), both(true, false));
        assert_eq!(powers(Role::Auditor), both(false, false));
        assert_eq!(Powers::of(&[]), both(false, false));
    }
}
