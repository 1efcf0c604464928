//! Units from a file: chosen, pasted or taken from the national list, judged as a whole, then made or not.

use leptos::html::Select;
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::wire::units::Sheet;
use survey::wire::write;

use super::outcome::Shown;
use super::{Answer, TreeHere, send};
use crate::device::api::{self, Trouble};
use crate::manager::account::{Desk, said};
use crate::manager::choice::Choice;
use crate::manager::source::Source;
use crate::parts::{Tone, Words, band};
use crate::text::ManagerText as Text;

/// The country as a file: `xtask/src/country.rs` writes it beside the pages.
const COUNTRY: &str = "/viet-nam.csv";

/// The fields, folded until they are wanted.
#[component]
pub(super) fn Import(
    /// The units, for their names.
    names: TreeHere,
    /// Called when the tree was changed.
    refresh: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let source = Source::default();
    let answer = RwSignal::new(None as Answer);
    // What was shown is what is made, whatever stands in the fields by then.
    let shown = StoredValue::new(String::new());
    let go = move |csv: String, is_trial: bool| {
        shown.set_value(csv.clone());
        let message = Sheet {
            csv,
            dry_run: is_trial,
        };
        send(
            desk,
            ("POST", "/v1/units/import"),
            write(&message),
            answer,
            refresh,
        );
    };
    let show = move |_| spawn_local(async move { go(source.text().await, true) });
    let labels = [Text::ImportFile, Text::ImportPaste].map(|label| words.line(label).into_any());
    view! {
        <details class="card">
            <summary>{words.line(Text::ImportTitle)}</summary>
            <p class="soft">{words.line(Text::ImportHelp)}</p>
            {national(words, source)}
            {source.fields(labels, ".csv,text/csv")}
            <button class="button main" on:click=show>
                {words.line(Text::ShowChanges)}
            </button>
            <Shown answer names make=Callback::new(move |()| go(shown.get_value(), false)) />
        </details>
    }
}

/// A button that fetches the national list, then a choice of which part of it goes where one is pasted.
fn national(words: Words, source: Source) -> AnyView {
    let list = RwSignal::new(None::<Result<String, Trouble>>);
    let fetch = move |_| {
        spawn_local(async move {
            let came = api::get(COUNTRY).await;
            source.put(came.as_deref().unwrap_or_default());
            list.try_set(Some(came));
        });
    };
    let take = Callback::new(move |province: String| {
        list.with_untracked(|list| {
            if let Some(Ok(list)) = list {
                source.put(&part(list, &province));
            }
        });
    });
    let which = NodeRef::<Select>::new();
    let options = Signal::derive(move || {
        let all = (String::new(), words.say(Text::WholeCountry).to_owned());
        let provinces = list.with(|list| match list {
            Some(Ok(list)) => provinces(list),
            _ => Vec::new(),
        });
        std::iter::once(all).chain(provinces).collect::<Vec<_>>()
    });
    let body = move || {
        let trouble = list.with(|list| Some(list.as_ref()?.as_ref().err().cloned()))?;
        let choice = || view! { <Choice label=Text::CountryPart node_ref=which name="part" options changed=Some(take) /> };
        Some(trouble.map_or_else(
            || choice().into_any(),
            |met| band(Tone::Red, said(words, &met)),
        ))
    };
    view! {
        <button class="button" type="button" on:click=fetch>
            {words.line(Text::CountryList)}
        </button>
        {body}
    }
    .into_any()
}

/// The provinces of the list, by id and name.
fn provinces(list: &str) -> Vec<(String, String)> {
    let province = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        match cells.as_slice() {
            [id, _, "province", name, ..] => Some(((*id).to_owned(), (*name).to_owned())),
            _ => None,
        }
    };
    list.lines().filter_map(province).collect()
}

/// The list with one province only, below the country; all of it where none is named.
fn part(list: &str, province: &str) -> String {
    let is_in = |(at, line): &(usize, &str)| {
        let id = line.split(',').next().unwrap_or_default();
        let own = id.split('.').next().unwrap_or_default();
        province.is_empty() || *at == 0 || own == province || line.contains(",country,")
    };
    let lines = list.lines().enumerate().filter(is_in);
    lines.flat_map(|(_, line)| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ua1_one_province_of_the_national_list_stands_below_the_country() {
        let list = "id,parent,kind,name_vi\r\nvn,,country,Việt Nam\r\n\
            3,vn,province,A\r\n3.1,3,commune,B\r\n33,vn,province,C\r\n33.1,33,commune,D\r\n";
        let named = |id: &str, name: &str| (id.to_owned(), name.to_owned());
        assert_eq!(provinces(list), [named("3", "A"), named("33", "C")]);
        let own =
            "id,parent,kind,name_vi\nvn,,country,Việt Nam\n3,vn,province,A\n3.1,3,commune,B\n";
        assert_eq!(part(list, "3"), own);
        assert_eq!(part(list, "").lines().count(), 6);
    }
}
