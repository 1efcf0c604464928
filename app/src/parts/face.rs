//! The five faces. The mouth carries the level; colour only helps (UK3).

use leptos::prelude::*;

/// A face for a level, 1 (worst) to 5 (best). The label beside it says the same in words, so it is
/// hidden from screen readers.
#[component]
pub fn Face(
    /// 1 to 5; anything else is drawn as 3.
    level: u8,
) -> impl IntoView {
    // One mouth for each level, in a circle of radius 44 around (50, 50).
    let mouth = match level {
        1 => "M27 74 Q50 47 73 74",
        2 => "M30 70 Q50 57 70 70",
        4 => "M29 61 Q50 77 71 61",
        5 => "M24 57 Q50 92 76 57 Z",
        _ => "M31 66 H69",
    };
    view! {
        <svg class="face" data-level=level viewBox="0 0 100 100" aria-hidden="true" focusable="false">
            <circle class="face-skin" cx="50" cy="50" r="45" />
            <circle class="face-eye" cx="34" cy="40" r="5.5" />
            <circle class="face-eye" cx="66" cy="40" r="5.5" />
            <path class="face-mouth" d=mouth />
        </svg>
    }
}
