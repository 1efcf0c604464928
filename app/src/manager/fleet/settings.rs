//! What a device asks and when, as a form to change (W11).

use leptos::ev::SubmitEvent;
use leptos::html::{Input, Select, Textarea};
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::day::Day;
use survey::form::Form;
use survey::id::ItemId;
use survey::wire::device::{Names, Resolver};
use survey::wire::fleet::{NewSettings, Settings};
use survey::wire::manager::DeviceRow;
use survey::wire::write;

use super::form_choice::{FormChoice, demographics, offered, ticked};
use super::resolvers::Resolvers;
use super::{Known, hours};
use crate::device::api;
use crate::manager::account::{Desk, said};
use crate::manager::choice::chosen;
use crate::manager::field::{Field, is_ticked, tick, typed};
use crate::manager::languages::pack::{OWN, Pack, installed};
use crate::parts::{Tone, Words, band};
use crate::text::ManagerText as Text;

const WEEKDAYS: [(u8, Text, &str); 7] = [
    (1, Text::Day1, "hours-1"),
    (2, Text::Day2, "hours-2"),
    (3, Text::Day3, "hours-3"),
    (4, Text::Day4, "hours-4"),
    (5, Text::Day5, "hours-5"),
    (6, Text::Day6, "hours-6"),
    (7, Text::Day7, "hours-7"),
];

#[derive(Clone, Copy, Debug)]
struct Fields {
    counter: NodeRef<Input>,
    form: NodeRef<Select>,
    /// Of the languages and questions that are offered, those that are ticked.
    languages: RwSignal<Vec<String>>,
    demographics: RwSignal<Vec<ItemId>>,
    hours: [NodeRef<Input>; 7],
    holidays: NodeRef<Textarea>,
    idle: NodeRef<Input>,
    countdown: NodeRef<Input>,
    training: NodeRef<Input>,
    resolvers: RwSignal<Vec<Resolver>>,
    pin: NodeRef<Input>,
}

impl Fields {
    /// What stands in them; the sentence that says what to mend.
    fn read(self, row: &DeviceRow) -> Result<NewSettings, Text> {
        let name = typed(self.counter);
        if name.is_empty() {
            return Err(Text::CounterNeeded);
        }
        let languages = self.languages.get_untracked();
        if languages.is_empty() {
            return Err(Text::LanguageNeeded);
        }
        let mut spans = Vec::new();
        for ((weekday, ..), field) in WEEKDAYS.into_iter().zip(self.hours) {
            spans.extend(hours::read(&typed(field), weekday).ok_or(Text::HoursBad)?);
        }
        let holidays = self.holidays.get_untracked().map(|field| field.value());
        let days: Option<Vec<_>> = holidays
            .unwrap_or_default()
            .split_whitespace()
            .map(Day::parse)
            .collect();
        let seconds = |field, least: u16, most: u16| {
            let seconds = typed(field).parse().ok();
            seconds
                .filter(|seconds| (least..=most).contains(seconds))
                .ok_or(Text::SecondsBad)
        };
        let pin = Some(typed(self.pin)).filter(|pin| !pin.is_empty());
        let is_pin = |pin: &String| {
            (4..=8).contains(&pin.len()) && pin.bytes().all(|digit| digit.is_ascii_digit())
        };
        if pin.as_ref().is_some_and(|pin| !is_pin(pin)) {
            return Err(Text::PinShape);
        }
        Ok(NewSettings {
            based_on: row.config,
            counter_name: Names {
                vi: name,
                en: row.counter_name.en.clone(),
            },
            settings: Settings {
                form: chosen(self.form),
                languages,
                demographics: self.demographics.get_untracked(),
                hours: spans,
                holidays: days.ok_or(Text::HolidaysBad)?,
                idle_s: seconds(self.idle, 15, 600)?,
                countdown_s: seconds(self.countdown, 10, 120)?,
                training: is_ticked(self.training),
                resolvers: self.resolvers.get_untracked(),
            },
            pin,
        })
    }
}

/// What the form says below its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    Asking,
    Wrong(Text),
    Trouble(api::Trouble),
    Saved,
}

impl Said {
    fn band(self, words: Words) -> Option<AnyView> {
        Some(match self {
            Self::Nothing => return None,
            Self::Asking => band(Tone::Calm, words.say(Text::Saving)),
            Self::Wrong(text) => band(Tone::Red, words.say(text)),
            Self::Trouble(met) => band(Tone::Red, said(words, &met)),
            Self::Saved => band(Tone::Good, words.say(Text::ConfigSaved)),
        })
    }
}

/// The form.
#[component]
pub fn Configure(
    /// The device as it is.
    row: DeviceRow,
    /// All units.
    known: StoredValue<Known>,
    /// Called when it was changed.
    refresh: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let fields = Fields {
        counter: NodeRef::new(),
        form: NodeRef::new(),
        languages: RwSignal::new(row.settings.languages.clone()),
        demographics: RwSignal::new(row.settings.demographics.clone()),
        hours: std::array::from_fn(|_| NodeRef::new()),
        holidays: NodeRef::new(),
        idle: NodeRef::new(),
        countdown: NodeRef::new(),
        training: NodeRef::new(),
        resolvers: RwSignal::new(row.settings.resolvers.clone()),
        pin: NodeRef::new(),
    };
    let answer = RwSignal::new(Said::Nothing);
    let inside = inside(&fields, &row, known, words, desk);
    let row = StoredValue::new(row);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let wanted = match row.with_value(|row| fields.read(row)) {
            Ok(wanted) => wanted,
            Err(text) => return answer.set(Said::Wrong(text)),
        };
        if answer.get_untracked() == Said::Asking {
            return;
        }
        answer.set(Said::Asking);
        let path = row.with_value(|row| format!("/v1/devices/{}/config", row.device));
        spawn_local(async move {
            match api::tell("PUT", &path, &write(&wanted)).await {
                Ok(()) => {
                    answer.try_set(Said::Saved);
                    refresh.run(());
                }
                Err(met) => {
                    desk.heed(&met);
                    answer.try_set(Said::Trouble(met));
                }
            }
        });
    };
    view! {
        <form class="settings" on:submit=submit>
            {inside}
            <div class="wide">
                {move || answer.get().band(words)}
                <button class="button main" type="submit">
                    {words.line(Text::Save)}
                </button>
            </div>
        </form>
    }
}

/// The fields, with what is set now in them.
fn inside(
    fields: &Fields,
    row: &DeviceRow,
    known: StoredValue<Known>,
    words: Words,
    desk: Desk,
) -> AnyView {
    let settings = &row.settings;
    let days: Vec<_> = settings.holidays.iter().map(Day::to_string).collect();
    let forms = offered(desk);
    let code = RwSignal::new(settings.form.clone());
    let asked = fields.demographics;
    let changed = Callback::new(move |chosen: String| {
        // What the other form does not ask cannot be ticked.
        let of = |form: &Form| -> Vec<ItemId> {
            let choices = form.demographics().iter();
            choices.map(|choice| choice.id.clone()).collect()
        };
        let known = forms.with_untracked(|forms| {
            let form = forms.iter().find(|form| form.code() == chosen);
            form.map(of).unwrap_or_default()
        });
        asked.update(|asked| asked.retain(|id| known.contains(id)));
        code.set(chosen);
    });
    view! {
        <Field
            label=Text::CounterName
            node_ref=fields.counter
            name="counter"
            value=row.counter_name.vi.clone()
        />
        <FormChoice forms node_ref=fields.form value=settings.form.clone() changed />
        {languages(fields.languages, words)}
        {demographics(forms, code, fields.demographics, words)}
        {opening_times(fields.hours, settings, words)}
        <label class="field wide">
            <span>{words.line(Text::HolidaysLabel)}</span>
            <textarea node_ref=fields.holidays name="holidays" rows="3" spellcheck="false">
                {days.join("\n")}
            </textarea>
        </label>
        <Field
            label=Text::IdleLabel
            node_ref=fields.idle
            name="idle"
            is_digits=true
            value=settings.idle_s.to_string()
        />
        <Field
            label=Text::CountdownLabel
            node_ref=fields.countdown
            name="countdown"
            is_digits=true
            value=settings.countdown_s.to_string()
        />
        <Field
            label=Text::NewPinLabel
            node_ref=fields.pin
            name="pin"
            is_digits=true
            is_optional=true
        />
        <Resolvers set=fields.resolvers device=row.device own=row.unit.clone() known />
        <div class="wide">
            {tick(fields.training, settings.training, words.line(Text::TrainingLabel).into_any())}
            <p class="soft">{words.line(Text::TrainingHelp)}</p>
        </div>
    }
    .into_any()
}

/// The languages to tick, each in its own name: those that are installed, and what the device has.
fn languages(chosen: RwSignal<Vec<String>>, words: Words) -> AnyView {
    let own = chosen.get_untracked();
    let named = RwSignal::new(Vec::<(String, String)>::new());
    spawn_local(async move {
        let mut known = Vec::new();
        let tags = installed().await;
        let first = tags.iter().find(|tag| *tag == OWN).cloned();
        for tag in first.into_iter().chain(tags).chain(own) {
            if known.iter().all(|(other, _)| *other != tag) {
                let pack = Pack::fetch(tag.clone(), &[]).await;
                let name = pack.map_or_else(|| tag.clone(), |pack| pack.own_name());
                known.push((tag, name));
            }
        }
        named.try_set(known);
    });
    let ticks = move || {
        let named = named.get().into_iter();
        named
            .map(|(tag, name)| ticked(chosen, tag.clone(), &tag, name))
            .collect_view()
    };
    view! {
        <fieldset>
            <legend>{words.line(Text::LanguagesLabel)}</legend>
            {ticks}
        </fieldset>
    }
    .into_any()
}

/// A line for each weekday, and a button that fills five of them.
fn opening_times(lines: [NodeRef<Input>; 7], settings: &Settings, words: Words) -> AnyView {
    let spans = WEEKDAYS.into_iter().zip(lines);
    let spans = spans.map(|((weekday, label, name), field)| {
        let value = hours::write(&settings.hours, weekday);
        view! {
            <Field
                label=label
                node_ref=field
                name=name
                example=Text::HoursExample
                is_optional=true
                value=value
            />
        }
    });
    let fill = move |_| {
        for field in lines.into_iter().take(5) {
            if let Some(field) = field.get_untracked() {
                field.set_value(hours::OFFICE);
            }
        }
    };
    view! {
        <fieldset class="wide">
            <legend>{words.line(Text::HoursLabel)}</legend>
            <button class="button quiet" type="button" on:click=fill>
                {words.line(Text::HoursFill)}
            </button>
            <div class="grid">{spans.collect_view()}</div>
        </fieldset>
    }
    .into_any()
}
