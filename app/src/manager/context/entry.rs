//! A row of whole numbers for a month or a quarter, as somebody types it in. Never: what the numbers mean.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;

use crate::parts::Words;
use crate::text::ActionText as Text;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// What opens the form.
    pub opens: Text,
    /// The name of the month or quarter.
    pub of: Text,
    /// Such as `2026-10`.
    pub example: &'static str,
    /// The names of the numbers.
    pub counts: &'static [Text],
}

/// The form, for who may; `take` is told the month or quarter as typed and the numbers, `None` where one is none.
pub(super) fn entry(
    words: Words,
    entry: Entry,
    may: Memo<bool>,
    take: impl Fn(String, Option<Vec<u64>>) + Send + Sync + 'static,
) -> AnyView {
    let of = NodeRef::<Input>::new();
    let fields: Vec<NodeRef<Input>> = entry.counts.iter().map(|_| NodeRef::new()).collect();
    let fields = StoredValue::new(fields);
    let take = StoredValue::new(take);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let value = |field: &NodeRef<Input>| field.get_untracked().map(|field| field.value());
        let counts = fields.with_value(|fields| {
            let counts = fields.iter().map(|field| number(&value(field)?));
            counts.collect()
        });
        let of = value(&of).unwrap_or_default();
        take.with_value(|take| take(of.trim().to_uppercase(), counts));
    };
    let form = move || {
        let field = |(label, field): (&Text, NodeRef<Input>)| {
            view! {
                <label class="field">
                    <span>{words.line(*label)}</span>
                    <input node_ref=field inputmode="numeric" autocomplete="off" />
                </label>
            }
            .into_any()
        };
        let inputs: Vec<AnyView> = entry
            .counts
            .iter()
            .zip(fields.get_value())
            .map(field)
            .collect();
        view! {
            <details>
                <summary>{words.line(entry.opens)}</summary>
                <form class="fields" on:submit=submit>
                    <label class="field">
                        <span>{words.line(entry.of)}</span>
                        <input node_ref=of autocomplete="off" placeholder=entry.example />
                    </label>
                    {inputs.into_iter().collect_view()}
                    <button class="button main" type="submit">
                        {words.line(Text::PortalKeep)}
                    </button>
                </form>
            </details>
        }
    };
    (move || may.get().then(form)).into_any()
}

/// A whole number as people type it: `482.812`, `482,812` and `482 812` are one.
fn number(typed: &str) -> Option<u64> {
    let is_mark = |c: char| matches!(c, '.' | ',') || c.is_whitespace();
    let groups: Vec<&str> = typed.trim().split(is_mark).collect();
    let (first, rest) = groups.split_first()?;
    let is_grouped = rest.is_empty() || first.len() <= 3;
    let are_thousands = rest.iter().all(|group| group.len() == 3);
    let is_digits = |group: &&str| !group.is_empty() && group.bytes().all(|c| c.is_ascii_digit());
    (is_grouped && are_thousands && groups.iter().all(is_digits))
        .then(|| groups.concat().parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn um21_a_number_is_read_as_people_type_it_and_a_fraction_is_none() {
        for (typed, read) in [
            ("568", Some(568)),
            (" 482.812 ", Some(482_812)),
            ("482,812", Some(482_812)),
            ("1 482 812", Some(1_482_812)),
            ("0", Some(0)),
            ("1482.812", None),
            ("3,5", None),
            ("3.14", None),
            ("-5", None),
            ("", None),
            (".", None),
        ] {
            assert_eq!(number(typed), read, "{typed}");
        }
    }
}
