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

    /// How a screen reader takes it: a red one interrupts, the others wait their turn.
    #[must_use]
    pub const fn role(self) -> &'static str {
        match self {
            Self::Red => "alert",
            Self::Good | Self::Calm | Self::Amber => "status",
        }
    }
}

/// A band with its sentence.
#[component]
pub fn Band(
    /// How much attention it asks for.
    tone: Tone,
    /// The sentence.
    children: Children,
) -> impl IntoView {
    view! {
        <p class="band" data-tone=tone.name() role=tone.role()>
            {children()}
        </p>
    }
}

/// A band whose sentence stays as it is.
#[must_use]
pub fn band(tone: Tone, sentence: impl Into<String>) -> AnyView {
    let sentence = sentence.into();
    view! { <Band tone>{sentence}</Band> }.into_any()
}
