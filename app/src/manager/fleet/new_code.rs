//! A one-time code for a new device: shown once, large, good for ten minutes (US1, UA2).

use std::sync::Arc;
use std::time::Duration;

use leptos::ev::SubmitEvent;
use leptos::html::{Input, Select};
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::day::{MINUTE_MS, Millis};
use survey::id::{Channel, CounterId, DeviceClass, UnitId};
use survey::wire::device::Names;
use survey::wire::manager::{FreshCode, NewCode};

use crate::device::{api, clipboard};
use crate::manager::account::{Desk, said};
use crate::manager::field::Field;
use crate::manager::overview::fold::slug;
use crate::manager::overview::tree::Tree;
use crate::manager::unit::form_name;
use crate::parts::{Band, Tone, Words};
use crate::text::ManagerText as Text;

/// The forms a device can show; the first is offered first.
const FORMS: [&str; 3] = ["sipas2022", "local9", "express6"];
/// How often the remaining minutes are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What the form says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    Asking,
    /// A field is not as it should be.
    Wrong(Text),
    Trouble(api::Trouble),
    Fresh(FreshCode),
}

/// What was typed, made into a request.
///
/// # Errors
/// The sentence that says which field to mend.
fn request(counter: &str, class: &str, form: &str, pin: &str) -> Result<NewCode, Text> {
    let name = counter.trim();
    let id = CounterId::parse(&slug(name, CounterId::LONGEST)).map_err(|_| Text::CounterNeeded)?;
    let is_pin = (4..=8).contains(&pin.len()) && pin.bytes().all(|digit| digit.is_ascii_digit());
    if !is_pin {
        return Err(Text::PinShape);
    }
    Ok(NewCode {
        counter: id,
        counter_name: Names {
            vi: name.to_owned(),
            en: String::new(),
        },
        class: DeviceClass::parse(class).map_err(|_| Text::BadValue)?,
        channel: Channel::parse("counter").map_err(|_| Text::BadValue)?,
        form: form.to_owned(),
        pin: pin.to_owned(),
    })
}

/// The fields of the form.
#[derive(Clone, Copy, Debug, Default)]
struct Fields {
    unit: NodeRef<Select>,
    counter: NodeRef<Input>,
    class: NodeRef<Select>,
    form: NodeRef<Select>,
    pin: NodeRef<Input>,
}

impl Fields {
    /// What stands in them now.
    fn read(self) -> Result<(UnitId, NewCode), Text> {
        let chosen = |select: NodeRef<Select>| select.get().map(|select| select.value());
        let typed = |input: NodeRef<Input>| input.get().map(|input| input.value());
        let unit = chosen(self.unit).unwrap_or_default();
        let unit = UnitId::parse(&unit).map_err(|_| Text::UnitNeeded)?;
        let wanted = request(
            &typed(self.counter).unwrap_or_default(),
            &chosen(self.class).unwrap_or_default(),
            &chosen(self.form).unwrap_or_default(),
            &typed(self.pin).unwrap_or_default(),
        )?;
        Ok((unit, wanted))
    }
}

/// The form, folded until it is wanted.
#[component]
pub fn NewCodeForm(
    /// The units; those that collect answers can get a device.
    tree: Memo<Option<Arc<Tree>>>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let fields = Fields::default();
    let answer = RwSignal::new(Said::Nothing);
    let is_open = RwSignal::new(false);

    let submit = Callback::new(move |()| {
        let (unit, wanted) = match fields.read() {
            Ok(read) => read,
            Err(text) => {
                answer.set(Said::Wrong(text));
                return;
            }
        };
        if answer.get_untracked() == Said::Asking {
            return;
        }
        answer.set(Said::Asking);
        spawn_local(async move {
            let drawn = api::draw_code(&unit, &wanted).await;
            if let Err(met) = &drawn {
                desk.heed(met);
            }
            answer.try_set(match drawn {
                Ok(fresh) => Said::Fresh(fresh),
                Err(met) => Said::Trouble(met),
            });
        });
    });
    let note = move || match answer.get() {
        Said::Nothing => None,
        Said::Asking => {
            Some(view! { <Band tone=Tone::Calm>{words.say(Text::Drawing)}</Band> }.into_any())
        }
        Said::Wrong(text) => {
            Some(view! { <Band tone=Tone::Red>{words.say(text)}</Band> }.into_any())
        }
        Said::Trouble(met) => {
            Some(view! { <Band tone=Tone::Red>{said(words, &met)}</Band> }.into_any())
        }
        Said::Fresh(fresh) => Some(view! { <Fresh fresh /> }.into_any()),
    };
    view! {
        <section class="card new-code" aria-labelledby="new-code-name">
            <h2 id="new-code-name">{move || words.say(Text::NewDevice)}</h2>
            <Show
                when=move || is_open.get()
                fallback=move || {
                    view! {
                        <button class="button" on:click=move |_| is_open.set(true)>
                            {move || words.say(Text::NewCode)}
                        </button>
                    }
                }
            >
                <Form fields tree submit />
            </Show>
            {note}
        </section>
    }
}

#[component]
fn Form(fields: Fields, tree: Memo<Option<Arc<Tree>>>, submit: Callback<()>) -> impl IntoView {
    let words = Words::here();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        submit.run(());
    };
    let units = move || {
        let tag = words.language().tag();
        let tree = tree.get()?;
        let collecting = tree.in_order().filter(|unit| unit.collects);
        let options = collecting.map(|unit| {
            let id = unit.id.to_string();
            view! { <option value=id>{unit.name.in_language(tag).to_owned()}</option> }
        });
        Some(options.collect_view())
    };
    let forms = move || {
        FORMS
            .map(|code| view! { <option value=code>{form_name(code, words)}</option> })
            .collect_view()
    };
    view! {
        <form on:submit=submit>
            <label class="field">
                <span>{move || words.say(Text::Unit)}</span>
                <select node_ref=fields.unit name="unit">
                    {units}
                </select>
            </label>
            <Field
                label=Text::CounterName
                node_ref=fields.counter
                name="counter"
                example=Text::CounterExample
            />
            <label class="field">
                <span>{move || words.say(Text::Class)}</span>
                <select node_ref=fields.class name="class">
                    <option value="kiosk">{move || words.say(Text::Kiosk)}</option>
                    <option value="tablet">{move || words.say(Text::Tablet)}</option>
                </select>
            </label>
            <label class="field">
                <span>{move || words.say(Text::FormLabel)}</span>
                <select node_ref=fields.form name="form">
                    {forms}
                </select>
            </label>
            <Field label=Text::StaffPin node_ref=fields.pin name="pin" is_digits=true />
            <button class="button main" type="submit">
                {move || words.say(Text::DrawCode)}
            </button>
        </form>
    }
}

/// A code that was just drawn. It is on this screen only; the server keeps what checks it.
#[component]
fn Fresh(fresh: FreshCode) -> impl IntoView {
    let words = Words::here();
    let code = StoredValue::new(fresh.code);
    let desk = Desk::here();
    let is_copied = RwSignal::new(None::<bool>);
    let left = RwSignal::new(minutes_left(fresh.ends, desk.now()));
    let every = set_interval_with_handle(
        move || left.set(minutes_left(fresh.ends, desk.now())),
        LOOK_EVERY,
    );
    on_cleanup(move || {
        if let Ok(every) = every {
            every.clear();
        }
    });
    let copy = move |_| {
        spawn_local(async move {
            is_copied.try_set(Some(clipboard::copy(&code.get_value()).await));
        });
    };
    view! {
        <div class="fresh" role="group" aria-label=move || words.say(Text::CodeIs)>
            <p>{move || words.say(Text::CodeIs)}</p>
            <output class="code">{code.get_value()}</output>
            <button class="button" on:click=copy>
                {move || {
                    words
                        .say(
                            match is_copied.get() {
                                None => Text::Copy,
                                Some(true) => Text::Copied,
                                Some(false) => Text::NotCopied,
                            },
                        )
                }}
            </button>
            <p class="soft">
                {move || {
                    if left.get() > 0 {
                        words.count(Text::CodeLeft, left.get())
                    } else {
                        words.say(Text::CodeOver).to_owned()
                    }
                }}
            </p>
            <p class="soft">{move || words.say(Text::CodeHowTo)}</p>
        </div>
    }
}

/// Whole minutes until a moment, rounded up; 0 once it is past.
const fn minutes_left(ends: Millis, now: Millis) -> i64 {
    let left_ms = ends.since(now);
    if left_ms <= 0 {
        0
    } else {
        (left_ms + MINUTE_MS - 1) / MINUTE_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ua2_a_counter_gets_its_id_from_its_name() {
        let wanted = request(" Quầy số 3 ", "kiosk", "sipas2022", "2468").unwrap();
        assert_eq!(wanted.counter.as_str(), "quay-so-3");
        assert_eq!(wanted.counter_name.vi, "Quầy số 3");
        assert_eq!(wanted.channel.as_str(), "counter");
    }

    #[test]
    fn ua2_each_wrong_field_is_named() {
        let of = |counter, pin| request(counter, "kiosk", "sipas2022", pin).unwrap_err();
        assert_eq!(of("", "2468"), Text::CounterNeeded);
        assert_eq!(of("…", "2468"), Text::CounterNeeded);
        for pin in ["123", "123456789", "12a4", "١٢٣٤"] {
            assert_eq!(of("Quầy 1", pin), Text::PinShape, "{pin}");
        }
    }

    #[test]
    fn us1_the_minutes_left_are_rounded_up() {
        let ends = Millis(10 * MINUTE_MS);
        assert_eq!(minutes_left(ends, Millis(0)), 10);
        assert_eq!(minutes_left(ends, Millis(1)), 10);
        assert_eq!(minutes_left(ends, Millis(MINUTE_MS)), 9);
        assert_eq!(minutes_left(ends, ends), 0);
        assert_eq!(minutes_left(ends, Millis(11 * MINUTE_MS)), 0);
    }
}
