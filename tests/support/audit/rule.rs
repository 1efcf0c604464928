//! The rules of publication that can be knocked out, one at a time, to see the auditor find people.
//! Never: a flag in shipped code; each knock-out shows what the rule keeps back.

/// What a province goes without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Every node shows its live counters.
    Atoms,
    /// Every node is refreshed on its own, as soon as it has ten new answers.
    OneRelease,
    /// Factors under a filter are shown with everything else.
    FilteredFactors,
    /// After a restore the first atom needs no ten that are new.
    FreshAfterRestore,
    /// The parent takes whatever came last from a child.
    NewestSnapshot,
    /// Every node shows every breakdown of a sealed quarter.
    SafeGroups,
    /// A comment may be read as soon as it is there.
    CommentsTogether,
}

impl Rule {
    /// Every knock-out, its name, and what happens without it.
    pub const ALL: [(Self, &'static str, &'static str); 7] = [
        (
            Self::Atoms,
            "P6 atoms",
            "Every node shows its live counters.",
        ),
        (
            Self::OneRelease,
            "P6 one release",
            "Every node is refreshed on its own, as soon as it has ten new answers.",
        ),
        (
            Self::FilteredFactors,
            "P5 filters",
            "Factors under a filter are shown with everything else.",
        ),
        (
            Self::FreshAfterRestore,
            "P5 restore",
            "After a restore the first atom needs no ten that are new.",
        ),
        (
            Self::NewestSnapshot,
            "L11 newest",
            "The parent takes whatever came last from a child.",
        ),
        (
            Self::SafeGroups,
            "P7 groups",
            "Every node shows every breakdown of a sealed quarter.",
        ),
        (
            Self::CommentsTogether,
            "P13 five",
            "A comment may be read as soon as it is there.",
        ),
    ];
}
