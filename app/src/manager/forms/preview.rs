//! A form as the kiosk shows it, to be gone through as a citizen would: the counter's own drawing and
//! style rules, on a screen of the kiosk's size. Never: an answer that is kept.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::html::Iframe;
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::answer::Draft;
use survey::form::{Form, Step};
use survey::id::{ItemId, ResponseId};

use crate::device::frame;
use crate::device::listener::on_element;
use crate::manager::languages::pack::{OWN, Pack, installed};
use crate::parts::asking::{self, Answering, Asker, button, heading, progress, steps, truth};
use crate::parts::node::{Act, Node, Page, element};
use crate::parts::{Phrase, Words};
use crate::text::{ManagerText, Text};

/// The counter's style rules.
const STYLE: &str = "/kiosk/style.css";

/// A screen to look at it on, by its name; the style sheet knows the sizes.
const SCREENS: [(ManagerText, &str); 2] = [
    (ManagerText::Kiosk, "kiosk"),
    (ManagerText::Tablet, "tablet"),
];

/// Somebody who goes through a form.
#[derive(Clone)]
struct Walk {
    form: Rc<Form>,
    draft: Draft,
    packs: Vec<Rc<Pack>>,
    language: String,
    is_large: bool,
    is_strong: bool,
    asks_demographics: bool,
}

impl Walk {
    fn begin(&mut self) {
        let all = self.form.demographics().iter();
        let asked: Vec<ItemId> = if self.asks_demographics {
            all.map(|choice| choice.id.clone()).collect()
        } else {
            Vec::new()
        };
        // Nothing is sealed or sent, so the id need not be drawn.
        self.draft = Draft::open(ResponseId::from_random([0; 16]), &self.form, &asked);
    }

    fn give(&mut self, answering: Answering) {
        match answering {
            Answering::Level(level) => self.draft.answer(level),
            Answering::Option(at) => self.draft.choose(at),
            Answering::Skip => self.draft.skip(),
            Answering::Back => {
                self.draft.back();
            }
            Answering::Leave => self.begin(),
        }
    }

    fn pack(&self) -> Option<&Pack> {
        let found = self.packs.iter().find(|pack| pack.tag == self.language);
        found.map(|pack| &**pack)
    }

    /// A text of a pack, or in its place the Vietnamese one, marked as such (UX7).
    fn text(&self, own: Option<&str>, vietnamese: &str) -> Phrase {
        match own.filter(|text| !text.is_empty()) {
            Some(text) => Phrase {
                text: text.to_owned(),
                lang: None,
            },
            None => Phrase {
                text: vietnamese.to_owned(),
                lang: (self.language != OWN).then_some(OWN),
            },
        }
    }
}

type Shared = RwSignal<Option<Walk>, LocalStorage>;

/// The kiosk in the frame.
struct Shown<'a>(Shared, &'a Walk);

impl Asker for Shown<'_> {
    fn phrase(&self, key: &str, vietnamese: &str) -> Phrase {
        let pack = self.1.pack();
        let wording = pack.and_then(|pack| pack.form(&self.1.form));
        let own = wording.and_then(|wording| wording.text(key));
        self.1.text(own, vietnamese)
    }

    fn say(&self, text: Text) -> Phrase {
        let (key, vietnamese) = text.entry();
        let words = self.1.pack().and_then(|pack| pack.words.as_ref());
        self.1
            .text(words.and_then(|words| words.text(key)), vietnamese)
    }

    fn act(&self, answering: Answering) -> Act {
        let walk = self.0;
        changes(walk, move |walk| walk.give(answering))
    }

    fn move_focus(&self) -> fn(&str) {
        |_| {}
    }
}

fn changes(walk: Shared, change: impl Fn(&mut Walk) + 'static) -> Act {
    Box::new(move |_| self::change(walk, &change))
}

/// The whole screen of the kiosk.
fn draw(shared: Shared, walk: &Walk) -> Page {
    let shown = Shown(shared, walk);
    let screen = match walk.draft.current() {
        Some(Step::Comment) => comment(&shown),
        Some(step) => asking::question(&shown, &walk.form, &walk.draft, step),
        None => element("section", "screen note")
            .with(heading(shown.say(Text::ThankYou)))
            .with(button(
                "quiet",
                shown.say(Text::Back),
                shown.act(Answering::Back),
            )),
    };
    let page = element("div", "page")
        .with(bar(&shown))
        .with(element("div", "main").with(screen));
    Page(vec![page])
}

/// Without its part in the page: the manager's own page has that already.
fn plain(node: Node) -> Node {
    node.attribute("role", "presentation")
}

fn comment(shown: &Shown) -> Node {
    let paper = element("textarea", "")
        .attribute("aria-labelledby", "heading")
        .attribute("rows", "6")
        .flag("disabled", true);
    let asked = element("div", "asked")
        .with(heading(shown.say(Text::CommentQuestion)))
        .with(asking::line("stem", shown.say(Text::CommentWarning)));
    let send = button(
        "primary last",
        shown.say(Text::Send),
        shown.act(Answering::Skip),
    );
    element("section", "screen question")
        .with(progress(shown, &shown.1.draft))
        .with(asked)
        .with(element("div", "comment").with(paper))
        .with(element("nav", "steps").with(send).with_all(steps(shown)))
}

/// The bar above every screen: languages, size, contrast.
fn bar(shown: &Shown) -> Node {
    let toggle = |said: Phrase, is_on, act| {
        asking::said_in("button", "choice", said)
            .attribute("type", "button")
            .attribute("aria-pressed", truth(is_on))
            .on("click", act)
    };
    let languages = shown.1.packs.iter().map(|pack| {
        let name = Phrase {
            text: pack.own_name(),
            lang: None,
        };
        let (tag, is_on) = (pack.tag.clone(), pack.tag == shown.1.language);
        let speak = changes(shown.0, move |walk| walk.language.clone_from(&tag));
        toggle(name, is_on, speak).attribute("lang", pack.tag.clone())
    });
    let large = changes(shown.0, |walk| walk.is_large = !walk.is_large);
    let strong = changes(shown.0, |walk| walk.is_strong = !walk.is_strong);
    plain(element("header", "bar"))
        .with(element("div", "choices").with_all(languages))
        .with(
            element("div", "choices")
                .with(toggle(shown.say(Text::LargeText), shown.1.is_large, large))
                .with(toggle(
                    shown.say(Text::HighContrast),
                    shown.1.is_strong,
                    strong,
                )),
        )
}

/// Somebody at the first question of a form; nobody where the file is no form.
fn begin(file: &str) -> Shared {
    let Ok(form) = Form::parse(file) else {
        return RwSignal::new_local(None);
    };
    let form = Rc::new(form);
    let walk = RwSignal::new_local(Some(Walk {
        draft: Draft::open(ResponseId::from_random([0; 16]), &form, &[]),
        packs: vec![Rc::new(Pack::own())],
        language: OWN.to_owned(),
        is_large: false,
        is_strong: false,
        asks_demographics: false,
        form: Rc::clone(&form),
    }));
    spawn_local(async move {
        for tag in installed().await.into_iter().filter(|tag| tag != OWN) {
            let Some(pack) = Pack::fetch(tag, &[&form]).await else {
                continue;
            };
            walk.try_update(|walk| {
                if let Some(walk) = walk {
                    walk.packs.push(Rc::new(pack));
                }
            });
        }
    });
    walk
}

/// Draws into the frame, and anew where it was loaded anew and has an empty page again.
fn stand(place: NodeRef<Iframe>, loads: RwSignal<u32>, walk: Shared) {
    let standing = Rc::new(RefCell::new(None));
    Effect::new(move |drawn: Option<u32>| {
        let load = loads.get();
        let (Some(frame), true) = (place.get(), drawn != Some(load)) else {
            return load;
        };
        if let Some(body) = frame::body(&frame, STYLE) {
            standing.replace(Some(Page(Vec::new()).stand(body, on_element)));
        }
        let standing = Rc::clone(&standing);
        Effect::new(move |_| {
            walk.with(|now| {
                let mut standing = standing.borrow_mut();
                let (Some(now), Some(standing)) = (now, standing.as_mut()) else {
                    return;
                };
                let size = if now.is_large { "large" } else { "normal" };
                let contrast = if now.is_strong { "strong" } else { "normal" };
                frame::set(&frame, "lang", &now.language);
                frame::set(&frame, "data-size", size);
                frame::set(&frame, "data-contrast", contrast);
                standing.change(draw(walk, now));
            });
        });
        load
    });
}

/// Changes the walk, if there is one.
fn change(walk: Shared, change: impl FnOnce(&mut Walk)) {
    walk.update(|walk| {
        if let Some(walk) = walk {
            change(walk);
        }
    });
}

/// The buttons above the frame.
fn tools(words: Words, walk: Shared, screen: RwSignal<&'static str>) -> AnyView {
    let screens = SCREENS.map(|(name, id)| {
        view! {
            <button
                class="segment"
                aria-pressed=move || (screen.get() == id).to_string()
                on:click=move |_| screen.set(id)
            >
                {words.line(name)}
            </button>
        }
    });
    let has_demographics = walk.with_untracked(|walk| {
        let walk = walk.as_ref();
        walk.is_some_and(|walk| !walk.form.demographics().is_empty())
    });
    let demographics = has_demographics.then(|| {
        let press = move |_| {
            change(walk, |walk| {
                walk.asks_demographics = !walk.asks_demographics;
                walk.begin();
            });
        };
        let is_on = move || walk.with(|walk| walk.as_ref().is_some_and(|it| it.asks_demographics));
        view! {
            <button
                class="button"
                aria-pressed=move || is_on().to_string()
                on:click=press
            >
                {words.line(ManagerText::PreviewDemographics)}
            </button>
        }
    });
    view! {
        <div class="row">
            <div class="segments" role="group" aria-label=words.line(ManagerText::Class)>
                {screens}
            </div>
            <button class="button" on:click=move |_| change(walk, Walk::begin)>
                {words.line(ManagerText::PreviewAgain)}
            </button>
            {demographics}
        </div>
    }
    .into_any()
}

/// The frame, and what it shows.
#[component]
pub(super) fn Preview(
    /// The form's file.
    #[prop(into)]
    file: String,
) -> AnyView {
    let words = Words::here();
    let place = NodeRef::<Iframe>::new();
    let loads = RwSignal::new(0_u32);
    let screen = RwSignal::new(SCREENS[0].1);
    let walk = begin(&file);
    drop(file);
    stand(place, loads, walk);
    view! {
        <p class="soft">{words.line(ManagerText::PreviewHelp)}</p>
        {tools(words, walk, screen)}
        <div class="screen-frame" data-screen=move || screen.get()>
            <iframe
                node_ref=place
                title=words.line(ManagerText::SeeAsKiosk)
                on:load=move |_| loads.update(|loads| *loads += 1)
            ></iframe>
        </div>
    }
    .into_any()
}
