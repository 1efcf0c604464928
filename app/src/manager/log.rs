//! The audit log: who did what to what, newest first, filtered, as a file (UA6). Never: an answer.

use leptos::ev::SubmitEvent;
use leptos::html::{Input, Select};
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::wire::people::{Audit, AuditLine};

use super::account::{Desk, said};
use super::choice::{Choice, chosen};
use super::field::{Field, typed};
use super::grave::take_away;
use super::opening::{opening, waiting};
use super::unit::form_name;
use crate::device::api;
use crate::parts::{Tone, Words, band, format};
use crate::text::ManagerText as Text;

/// Every act with its sentence.
const ACTS: [(&str, Text); 48] = [
    ("sign-in", Text::ActSignIn),
    ("sign-in-passkey", Text::SignInPasskey),
    ("wrong-password", Text::ActWrongPassword),
    ("sign-out-everywhere", Text::ActSignOutAll),
    ("prove", Text::ActProve),
    ("change-password", Text::ActPassword),
    ("add-passkey", Text::AddPasskey),
    ("drop-passkey", Text::DropPasskey),
    ("add-account", Text::ActAddAccount),
    ("set-grants", Text::ActGrants),
    ("recover", Text::ActRecover),
    ("make-key", Text::ActMakeKey),
    ("revoke-key", Text::ActRevokeKey),
    ("add-alert", Text::ActAddAlert),
    ("drop-alert", Text::ActDropAlert),
    ("test-alert", Text::ActTestAlert),
    ("add-unit", Text::ActAddUnit),
    ("change-unit", Text::ActChangeUnit),
    ("draw-code", Text::ActDrawCode),
    ("enrol", Text::ActEnrol),
    ("revoke", Text::ActRevoke),
    ("configure", Text::ActConfigure),
    ("move", Text::ActMove),
    ("import-rescue", Text::RescueTitle),
    ("release-quarantine", Text::ActRelease),
    ("keep-quarantine", Text::ActKeep),
    ("change-key", Text::ActKey),
    ("restore", Text::ActRestore),
    ("retire-quarantine", Text::ActRetire),
    ("export-audit", Text::ActExport),
    ("export-units", Text::ActExportUnits),
    ("export-figures", Text::ActExportFigures),
    ("recount-differs", Text::ActRecountDiffers),
    ("add-form", Text::ActAddForm),
    ("comment-view", Text::ActCommentView),
    ("comment-review", Text::ActCommentReview),
    ("comment-show", Text::ActCommentShow),
    ("comment-keep", Text::ActCommentKeep),
    ("count-dossiers", Text::ActCountDossiers),
    ("set-target", Text::ActSetTarget),
    ("count-portal", Text::ActCountPortal),
    ("count-fields", Text::ActCountFields),
    ("publish", Text::ActPublish),
    ("unpublish", Text::ActUnpublish),
    ("add-action", Text::ActAddAction),
    ("change-action", Text::ActChangeAction),
    ("publish-action", Text::ActPublishAction),
    ("withdraw-action", Text::ActWithdrawAction),
];

/// What was read so far.
#[derive(Clone, Debug, Default)]
struct Reading {
    lines: Vec<AuditLine>,
    has_more: bool,
    trouble: Option<api::Trouble>,
}

impl Reading {
    /// With what came now; what was read before stays when nothing came.
    fn take(&mut self, answer: Result<Audit, api::Trouble>) {
        match answer {
            Ok(page) => {
                self.lines.extend(page.lines);
                self.has_more = page.has_more;
                self.trouble = None;
            }
            Err(met) => self.trouble = Some(met),
        }
    }
}

/// What is asked for and what came of it.
#[derive(Clone, Copy)]
struct Search {
    desk: Desk,
    query: RwSignal<String>,
    reading: RwSignal<Option<Reading>>,
}

impl Search {
    /// Reads the newest lines, or those older than a line.
    fn read(self, before: Option<u64>) {
        let mut path = ["/v1/audit?", &self.query.get_untracked()].concat();
        if let Some(before) = before {
            path.extend(["&before=", &before.to_string()]);
        }
        spawn_local(async move {
            let answer = api::understood(api::get(&path).await);
            if let Err(met) = &answer {
                self.desk.heed(met);
            }
            let mut now = match before {
                Some(_) => self
                    .reading
                    .try_get_untracked()
                    .flatten()
                    .unwrap_or_default(),
                None => Reading::default(),
            };
            now.take(answer);
            self.reading.try_set(Some(now));
        });
    }

    /// Leads to the lines as a file.
    fn export(self) {
        let file = ["/v1/audit.csv?", &self.query.get_untracked()].concat();
        take_away(self.desk, file);
    }

    /// What came, with a button for what is older.
    fn found(self, words: Words) -> AnyView {
        let Some(reading) = self.reading.get() else {
            return waiting(words);
        };
        if let Some(met) = reading.trouble {
            return band(Tone::Red, said(words, &met));
        }
        let last = reading.lines.last().map(|line| line.no);
        let older = reading.has_more.then(|| {
            view! {
                <button class="button" on:click=move |_| self.read(last)>
                    {words.say(Text::AuditOlder)}
                </button>
            }
        });
        view! {
            <Lines lines=reading.lines />
            {older}
        }
        .into_any()
    }
}

/// The page.
#[component]
pub fn Log() -> impl IntoView {
    let words = Words::here();
    let search = Search {
        desk: Desk::here(),
        query: RwSignal::new(String::new()),
        reading: RwSignal::new(None),
    };
    search.read(None);
    let export = Callback::new(move |()| search.export());
    view! {
        <article class="house">
            {opening(words, Text::AuditTab, Text::AuditHelp, Text::ExportCsv, export)}
            <Filter search />
            {move || search.found(words)}
        </article>
    }
}

/// Whose acts, which, and of which days.
#[component]
fn Filter(search: Search) -> impl IntoView {
    let words = Words::here();
    let (actor, act) = (NodeRef::<Input>::new(), NodeRef::<Select>::new());
    let (from, to) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let pairs = [
            ("actor", typed(actor)),
            ("act", chosen(act)),
            ("from", typed(from)),
            ("to", typed(to)),
        ];
        let given = pairs.iter().filter(|(_, value)| !value.is_empty());
        let given: Vec<_> = given
            .map(|(key, value)| [key, "=", value].concat())
            .collect();
        search.query.set(given.join("&"));
        search.read(None);
    };
    let acts = Signal::derive(move || {
        let any = (String::new(), words.say(Text::AuditAny).to_owned());
        let acts = ACTS
            .iter()
            .map(|(act, text)| ((*act).to_owned(), words.say(*text).to_owned()));
        std::iter::once(any).chain(acts).collect::<Vec<_>>()
    });
    view! {
        <form class="card fields" on:submit=submit>
            <Field label=Text::AuditActor node_ref=actor name="actor" is_optional=true />
            <Choice label=Text::AuditAct node_ref=act name="act" options=acts />
            <Field label=Text::FromDay node_ref=from name="from" kind="date" is_optional=true />
            <Field label=Text::ToDay node_ref=to name="to" kind="date" is_optional=true />
            <button class="button main" type="submit">
                {words.line(Text::AuditShow)}
            </button>
        </form>
    }
}

/// What an act was done to, as it is kept or, where that has words, in the reader's.
fn subject(line: &AuditLine, words: Words) -> String {
    let mut parts = line.subject.split(' ');
    let (first, second) = (parts.next(), parts.next());
    let (Some(first), Some(second), Some(third)) = (first, second, parts.next()) else {
        return line.subject.clone();
    };
    let level = match (&*line.act, second) {
        ("publish", "own") => Text::AuditLevelOwn,
        ("publish", "below") => Text::AuditLevelBelow,
        ("publish", "all") => Text::AuditLevelAll,
        ("count-dossiers", "added") => {
            return words.fill(Text::AuditCounts, &[("added", first), ("changed", third)]);
        }
        _ => return line.subject.clone(),
    };
    let form = form_name(third, words);
    words.fill(level, &[("unit", first), ("form", &form)])
}

#[component]
fn Lines(lines: Vec<AuditLine>) -> impl IntoView {
    let words = Words::here();
    if lines.is_empty() {
        return view! { <p class="card">{words.line(Text::AuditNone)}</p> }.into_any();
    }
    let rows = lines.into_iter().map(|line| {
        let (at, actor, acted) = (line.at, line.actor.clone(), line.act.clone());
        let act = move || {
            let known = ACTS.iter().find(|(word, _)| *word == acted);
            known.map_or_else(|| acted.clone(), |(_, text)| words.say(*text).to_owned())
        };
        view! {
            <tr>
                <td>{move || format::moment(words.language(), at, None)}</td>
                <td>{actor}</td>
                <td>{act}</td>
                <td>{move || subject(&line, words)}</td>
            </tr>
        }
    });
    view! {
        <div class="card scroll" tabindex="0" role="region" aria-label=words.line(Text::AuditTab)>
            <table class="log">
                <thead>
                    <tr>
                        <th scope="col">{words.line(Text::AuditWhen)}</th>
                        <th scope="col">{words.line(Text::AuditActor)}</th>
                        <th scope="col">{words.line(Text::AuditAct)}</th>
                        <th scope="col">{words.line(Text::AuditSubject)}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
