//! Which of the manager's three programs an address belongs to, so that a link to another one makes the
//! browser load it (docs/adr/0028-two-manager-programs.md).

use leptos::prelude::use_context;

/// One of the programs. They share sign-in, frame and styles, and nothing but the browser's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// What managers read.
    Figures,
    /// What operators keep.
    House,
    /// What follows from the figures: plans, dossiers, what the State asks for.
    Action,
}

impl Program {
    /// The `rel` of a link to a page of this program: from another one the router must not take it.
    #[must_use]
    pub fn rel(self) -> Option<&'static str> {
        (use_context() != Some(self)).then_some("external")
    }
}
