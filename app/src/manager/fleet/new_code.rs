//! A one-time code for a new device: shown once, large, good for ten minutes (US1, UA2).

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::html::{Input, Select};
use leptos::prelude::*;
use survey::id::{Channel, CounterId, DeviceClass, UnitId};
use survey::wire::device::Names;
use survey::wire::manager::{FreshCode, NewCode, Unit};

use super::counters;
use super::form_choice::{FormChoice, offered};
use super::fresh::Fresh;
use crate::device::api;
use crate::manager::account::{Desk, said};
use crate::manager::choice::chosen;
use crate::manager::field::{Field, typed};
use crate::manager::finder::{Found, finder};
use crate::manager::grave::carry_out;
use crate::manager::overview::fold::slug;
use crate::manager::overview::tree::Tree;
use crate::parts::{Tone, Words, band};
use crate::text::ManagerText as Text;

/// The form that is offered first.
const FIRST_FORM: &str = "sipas2022";

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
#[derive(Clone, Copy, Debug)]
struct Fields {
    unit: Found,
    counter: NodeRef<Input>,
    class: NodeRef<Select>,
    form: NodeRef<Select>,
    pin: NodeRef<Input>,
}

impl Fields {
    /// Empty ones.
    fn with(tree: &Tree) -> Self {
        Self {
            unit: Found::one(tree, takes_devices),
            counter: NodeRef::new(),
            class: NodeRef::new(),
            form: NodeRef::new(),
            pin: NodeRef::new(),
        }
    }

    /// What stands in them now.
    fn read(self) -> Result<(UnitId, NewCode), Text> {
        let unit = self.unit.read_one()?;
        let wanted = request(
            &typed(self.counter),
            &chosen(self.class),
            &chosen(self.form),
            &typed(self.pin),
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
    let fields = Fields::with(&tree.get_untracked().unwrap_or_default());
    let answer = RwSignal::new(Said::Nothing);
    let is_open = RwSignal::new(false);

    let submit = Callback::new(move |()| {
        let (unit, wanted) = match fields.read() {
            Ok((unit, wanted)) => {
                let tree = tree.get_untracked().unwrap_or_default();
                let (id, names) = (wanted.counter, wanted.counter_name);
                let (counter, counter_name) = counters::placed(&tree, &unit, id, names);
                let placed = NewCode {
                    counter,
                    counter_name,
                    ..wanted
                };
                (unit, placed)
            }
            Err(text) => {
                answer.set(Said::Wrong(text));
                return;
            }
        };
        if answer.get_untracked() == Said::Asking {
            return;
        }
        answer.set(Said::Asking);
        carry_out(
            desk,
            move || {
                let (unit, wanted) = (unit.clone(), wanted.clone());
                async move { api::draw_code(&unit, &wanted).await }
            },
            move |outcome| {
                drop(answer.try_set(match outcome {
                    Ok(fresh) => Said::Fresh(fresh),
                    Err(met) if met.wants_proof() => Said::Nothing,
                    Err(met) => Said::Trouble(met),
                }));
            },
        );
    });
    let note = move || match answer.get() {
        Said::Nothing => None,
        Said::Asking => Some(band(Tone::Calm, words.say(Text::Drawing))),
        Said::Wrong(text) => Some(band(Tone::Red, words.say(text))),
        Said::Trouble(met) => Some(band(Tone::Red, said(words, &met))),
        Said::Fresh(fresh) => Some(view! { <Fresh fresh /> }.into_any()),
    };
    view! {
        <section class="card new-code" aria-labelledby="new-code-name">
            <h2 id="new-code-name">{words.line(Text::NewDevice)}</h2>
            <Show
                when=move || is_open.get()
                fallback=move || {
                    view! {
                        <button class="button" on:click=move |_| is_open.set(true)>
                            {words.line(Text::NewCode)}
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

/// Whether a new device may stand at a unit: one that is closed takes none.
pub(super) const fn takes_devices(unit: &Unit) -> bool {
    unit.collects && unit.valid_to.is_none()
}

#[component]
fn Form(fields: Fields, tree: Memo<Option<Arc<Tree>>>, submit: Callback<()>) -> impl IntoView {
    let words = Words::here();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        submit.run(());
    };
    let forms = offered(Desk::here());
    let counters = move || {
        let at = fields.unit.chosen()?;
        Some(counters::offered(&*tree.get()?, &at, "counters-here"))
    };
    let units = tree.get_untracked().unwrap_or_default();
    view! {
        <form on:submit=submit>
            {finder(fields.unit, Text::Unit, "unit-of-new".to_owned(), units)}
            {counters}
            <Field
                label=Text::CounterName
                node_ref=fields.counter
                name="counter"
                example=Text::CounterExample
                list="counters-here"
            />
            <label class="field">
                <span>{words.line(Text::Class)}</span>
                <select node_ref=fields.class name="class">
                    <option value="kiosk">{words.line(Text::Kiosk)}</option>
                    <option value="tablet">{words.line(Text::Tablet)}</option>
                </select>
            </label>
            <FormChoice forms node_ref=fields.form value=FIRST_FORM />
            <Field label=Text::StaffPin node_ref=fields.pin name="pin" is_digits=true />
            <button class="button main" type="submit">
                {words.line(Text::DrawCode)}
            </button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manager::overview::tree::tests::unit;

    #[test]
    fn ua2_a_counter_gets_its_id_from_its_name() {
        let wanted = request(" Quầy số 3 ", "kiosk", "sipas2022", "2468").unwrap();
        assert_eq!(wanted.counter.as_str(), "quay-so-3");
        assert_eq!(wanted.counter_name.vi, "Quầy số 3");
        assert_eq!(wanted.channel.as_str(), "counter");
    }

    #[test]
    fn ua2_a_unit_with_a_last_day_takes_no_new_device() {
        let unit = |collects, valid_to: Option<&str>| Unit {
            valid_to: valid_to.and_then(survey::day::Day::parse),
            collects,
            ..unit("33.1", "Xã", None)
        };
        assert!(takes_devices(&unit(true, None)));
        assert!(!takes_devices(&unit(true, Some("2026-12-31"))));
        assert!(!takes_devices(&unit(false, None)));
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
}
