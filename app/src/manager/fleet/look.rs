//! Which devices of the list are shown: those whose counter or unit has the words that were typed, marks
//! or not, and that are as was asked for (UM10).

use leptos::html::Select;
use leptos::prelude::*;
use survey::day::Millis;
use survey::wire::manager::DeviceRow;

use super::condition::signs;
use crate::manager::choice::Choice;
use crate::manager::field::search;
use crate::manager::overview::fold::fold;
use crate::parts::{Tone, Words};
use crate::text::ManagerText as Text;

/// What is asked for; it stays when the list is asked for again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    typed: RwSignal<String>,
    which: RwSignal<String>,
}

/// The words of what is asked for, with their sentences.
const WHICH: [(&str, Text); 4] = [
    ("", Text::AllDevices),
    ("look", Text::LevelWarning),
    ("config", Text::SignConfig),
    ("revoked", Text::SignRevoked),
];

/// Whether a device is as one of these words says.
fn is(which: &str, row: &DeviceRow, now: Millis) -> bool {
    let asks = |tone| matches!(tone, Tone::Amber | Tone::Red);
    match which {
        "look" => signs(row, now).into_iter().any(|sign| asks(sign.tone())),
        "config" => !row.revoked && row.applied != row.config,
        "revoked" => row.revoked,
        _ => true,
    }
}

impl Look {
    /// At everything.
    pub(super) fn at_all() -> Self {
        Self {
            typed: RwSignal::new(String::new()),
            which: RwSignal::new(String::new()),
        }
    }

    /// Whether a device is shown; `place` is what its unit is called.
    pub(super) fn shows(self, row: &DeviceRow, place: &str, now: Millis) -> bool {
        let named = fold(&[&row.counter_name.vi, " ", &row.counter_name.en, " ", place].concat());
        let typed = self.typed.with(|typed| fold(typed));
        typed.split(' ').all(|word| named.contains(word))
            && self.which.with(|which| is(which, row, now))
    }

    /// The fields, and how many devices are shown.
    pub(super) fn fields(self, words: Words, found: Memo<Vec<usize>>) -> AnyView {
        let options = Signal::derive(move || {
            let option = |(word, text): (&str, Text)| (word.to_owned(), words.say(text).to_owned());
            WHICH.map(option).to_vec()
        });
        let node_ref = NodeRef::<Select>::new();
        let changed = Some(Callback::new(move |word| self.which.set(word)));
        let value = self.which.get_untracked();
        let no_key = Callback::new(|_| ());
        let count = move || {
            let n = found.with(Vec::len);
            words.count(Text::DevicesFound, i64::try_from(n).unwrap_or(i64::MAX))
        };
        view! {
            <div class="fields">
                {search(Text::FindDevice, "device-search".to_owned(), self.typed, no_key)}
                <Choice label=Text::ShowDevices node_ref name="which" options value changed />
            </div>
            <p class="soft" role="status">
                {count}
            </p>
        }
        .into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::super::condition::tests::{now, well};
    use super::*;

    #[test]
    fn um10_a_device_is_found_by_counter_and_unit_without_marks_and_by_what_it_needs() {
        let owner = Owner::new();
        owner.set();
        let look = Look::at_all();
        let mut row = well();
        let shows = |row: &DeviceRow| look.shows(row, "Phường Phố Hiến", now());
        let finds = |typed: &str| {
            look.typed.set(typed.to_owned());
            shows(&well())
        };
        assert!(finds("") && finds("quay 1") && finds(" PHO hien  quay"));
        assert!(!finds("quay 2") && !finds("an thi"));
        look.typed.set(String::new());
        let asks = |word: &str, row: &DeviceRow| {
            look.which.set(word.to_owned());
            shows(row)
        };
        assert!(!asks("look", &row) && !asks("config", &row) && !asks("revoked", &row));
        row.config = 4;
        assert!(
            asks("config", &row) && !asks("look", &row),
            "good to know, no more"
        );
        row.free_mb = 1;
        assert!(asks("look", &row));
        row.revoked = true;
        assert!(asks("revoked", &row) && !asks("look", &row) && !asks("config", &row));
    }
}
