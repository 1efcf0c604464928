//! One sentence that stands out: something to know, to watch, or to mend.

use leptos::prelude::*;

/// How much a band asks for attention. Its words say the same; colour only helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// Good to know.
    Calm,
    /// Watch it.
    Amber,
    /// Do something.
    Red,
}

impl Tone {
    /// The name in style sheets and tests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Calm => "calm",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }
}

/// A band with its sentence. A red one interrupts a screen reader, the others wait their turn.
#[component]
pub fn Band(
    /// How much attention it asks for.
    tone: Tone,
    /// The sentence.
    children: Children,
) -> impl IntoView {
    let role = if tone == Tone::Red { "alert" } else { "status" };
    view! {
        <p class="band" data-tone=tone.name() role=role>
            {children()}
        </p>
    }
}
