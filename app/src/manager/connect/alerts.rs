//! Alerts: which there are, and the form for another one.

use leptos::ev::SubmitEvent;
use leptos::html::{Input, Select, Textarea};
use leptos::prelude::*;
use survey::wire::alerts::{AlertLanguage, FreshAlert, NewAlert, Target};
use survey::wire::write;

use super::Connecting;
use super::alert::Alert;
use super::fields::{Line, Node, choice};
use super::once::once;
use crate::device::api;
use crate::manager::account::said;
use crate::manager::choice::chosen;
use crate::manager::field::typed;
use crate::manager::grave::carry_out;
use crate::manager::only::only_if;
use crate::manager::opening::told;
use crate::parts::{Tone, band};
use crate::text::{ConnectText, ManagerText};

/// The list, and the form for another one.
#[component]
pub(super) fn AlertList(
    /// What the page's parts share.
    connecting: Connecting,
) -> impl IntoView {
    let words = connecting.words;
    let list = move || {
        told(words, connecting.alerts.get(), |known| {
            if known.alerts.is_empty() {
                return view! { <p>{words.say(ConnectText::NoAlerts)}</p> }.into_any();
            }
            let now = known.now;
            let lines = known.alerts.into_iter();
            let lines = lines.map(|row| view! { <Alert row now connecting /> });
            view! { <ul class="passkeys">{lines.collect_view()}</ul> }.into_any()
        })
    };
    view! {
        <section class="card" aria-labelledby="alerts-title">
            <h2 id="alerts-title">{words.line(ConnectText::AlertsTitle)}</h2>
            <p>{words.line(ConnectText::AlertsHelp)}</p>
            {list}
            <Another connecting />
        </section>
    }
}

/// Where what is typed for another alert is read.
#[derive(Clone, Copy)]
struct Fields {
    node: Node,
    kind: NodeRef<Select>,
    language: NodeRef<Select>,
    url: NodeRef<Input>,
    token: NodeRef<Input>,
    from: NodeRef<Input>,
    to: NodeRef<Input>,
    template: NodeRef<Textarea>,
    coverage: NodeRef<Input>,
}

impl Fields {
    /// The alert that is described.
    fn read(self) -> Result<NewAlert, ManagerText> {
        let node = self.node.read()?;
        let url = typed(self.url);
        let target = if chosen(self.kind) == "mail" {
            let template = self.template.get_untracked().map(|field| field.value());
            Target::Mail {
                url,
                token: typed(self.token),
                from: typed(self.from),
                to: typed(self.to),
                template: template.filter(|template| !template.trim().is_empty()),
            }
        } else {
            Target::Webhook { url }
        };
        let coverage = typed(self.coverage);
        Ok(NewAlert {
            node,
            language: match chosen(self.language).as_str() {
                "en" => AlertLanguage::En,
                _ => AlertLanguage::Vi,
            },
            // What is no number is sent as one that is none, so that the server's words stand there.
            coverage_below: (!coverage.is_empty()).then(|| coverage.parse().unwrap_or(0)),
            target,
        })
    }
}

/// Sets up another alert and shows a webhook's secret once.
#[component]
fn Another(connecting: Connecting) -> impl IntoView {
    let Connecting { words, writes, .. } = connecting;
    let tree = connecting.tree.get_untracked();
    let fields = Fields {
        node: Node::one(&tree),
        kind: NodeRef::new(),
        language: NodeRef::new(),
        url: NodeRef::new(),
        token: NodeRef::new(),
        from: NodeRef::new(),
        to: NodeRef::new(),
        template: NodeRef::new(),
        coverage: NodeRef::new(),
    };
    let is_mail = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ManagerText>);
    let fresh = RwSignal::new(None::<FreshAlert>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        writes.forget();
        fresh.set(None);
        let wanted = fields.read();
        wrong.set(wanted.as_ref().err().copied());
        let Ok(wanted) = wanted else { return };
        let message = write(&wanted);
        let step = move || {
            let message = message.clone();
            async move {
                api::understood::<FreshAlert>(api::consult("POST", "/v1/alerts", &message).await)
            }
        };
        carry_out(writes.desk, step, move |outcome| match outcome {
            Ok(made) => {
                fresh.try_set(Some(made));
                connecting.refresh.run(());
            }
            Err(met) if met.wants_proof() => {}
            Err(met) => writes.tell(said(words, &met)),
        });
    };
    let kinds = [
        ("webhook", ConnectText::Webhook),
        ("mail", ConnectText::Mail),
    ];
    let kind = choice(
        ConnectText::AlertKind,
        (fields.kind, "alert-kind"),
        kinds,
        Callback::new(move |kind| is_mail.set(kind == "mail")),
    );
    let languages = [
        ("vi", ConnectText::Vietnamese),
        ("en", ConnectText::English),
    ];
    let language = choice(
        ConnectText::AlertLanguage,
        (fields.language, "alert-language"),
        languages,
        Callback::new(|_| ()),
    );
    let url = Line {
        kind: "url",
        example: Some(ConnectText::AlertUrlExample),
        ..Line::of(ConnectText::AlertUrl, fields.url, "alert-url")
    };
    let coverage = Line {
        kind: "number",
        is_optional: true,
        ..Line::of(
            ConnectText::CoverageBelow,
            fields.coverage,
            "alert-coverage",
        )
    };
    let made = move || {
        fresh.get().map(|made| match made.secret {
            Some(secret) => once(words, ConnectText::SecretOnce, secret),
            None => band(Tone::Good, words.say(ConnectText::AlertAdded)),
        })
    };
    view! {
        <form class="fields" on:submit=submit>
            {fields.node.draw("unit-of-alert", tree)} {kind} {url.draw()}
            {only_if(move || is_mail.get(), move || mail(fields))} {language}
            <div class="hinted">
                {coverage.draw()} <p class="soft">{words.line(ConnectText::CoverageHelp)}</p>
            </div>
            <button class="button main" type="submit">
                {words.line(ConnectText::AddAlert)}
            </button>
        </form>
        {move || wrong.get().map(|text| band(Tone::Red, words.say(text)))}
        {made}
    }
}

/// What mail takes beside an address.
fn mail(fields: Fields) -> AnyView {
    let words = crate::parts::Words::here();
    let token = Line {
        kind: "password",
        ..Line::of(ConnectText::MailToken, fields.token, "mail-token")
    };
    let from = Line::of(ConnectText::MailFrom, fields.from, "mail-from");
    let to = Line::of(ConnectText::MailTo, fields.to, "mail-to");
    view! {
        {token.draw()}
        {from.draw()}
        {to.draw()}
        <div class="hinted">
            <label class="field">
                <span>{words.line(ConnectText::MailTemplate)}</span>
                <textarea node_ref=fields.template name="mail-template" rows="4" spellcheck="false"></textarea>
            </label>
            <p class="soft">{words.line(ConnectText::MailTemplateHelp)}</p>
        </div>
    }
    .into_any()
}
