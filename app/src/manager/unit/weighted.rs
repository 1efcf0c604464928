//! A quarter's figure with fields weighing as their dossiers (UM20). Never: instead of the unweighted one.

use leptos::prelude::*;
use survey::wire::weighted::WeightedView;

use crate::parts::{IntervalBar, Words, format};
use crate::text::FiguresText as Text;

/// The lines below the fields; without dossiers, what would make them.
pub(super) fn weighed(words: Words, weighted: Option<&WeightedView>) -> AnyView {
    let language = words.language();
    let Some(weighted) = weighted else {
        return view! { <p class="soft said">{words.say(Text::WeightedMissing)}</p> }.into_any();
    };
    let WeightedView {
        n,
        eligible,
        index,
        low,
        high,
        design_effect,
        strata,
    } = *weighted;
    let strata = u64::try_from(strata).unwrap_or_default();
    let count = |n: u64| format::count(language, n);
    let effect = i16::try_from(design_effect).unwrap_or(i16::MAX);
    let basis = words.fill(
        Text::WeightedBasis,
        &[
            ("n", &count(n)),
            ("m", &count(eligible)),
            ("h", &count(strata)),
            ("d", &format::points(language, effect)),
        ],
    );
    view! {
        <div class="weighted" role="group" aria-label=words.say(Text::WeightedTitle)>
            <h3>{words.say(Text::WeightedTitle)}</h3>
            <p class="value">{format::percent(language, index)}</p>
            <IntervalBar low high index=Some(index) />
            <p class="soft">{format::interval(language, low, high)} " · " {basis}</p>
        </div>
    }
    .into_any()
}
