//! How the server is, for who runs it: each check with its level, what was measured, and what to do (V1).
//! Never: a figure.

use std::sync::Arc;

use leptos::prelude::*;
use survey::id::UnitId;
use survey::wire::watch::{Check, Health, Level, What};

use super::account::Desk;
use super::opening::{asked, opening, told};
use super::overview::tree::Tree;
use crate::device::api;
use crate::parts::{Tone, Words, band, format};
use crate::text::{Language, ManagerText as Text};

/// The checks with the units that they may name.
#[derive(Clone, Debug)]
struct Known {
    tree: Arc<Tree>,
    health: Health,
}

/// The page.
#[component]
pub fn ServerPage() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let (known, refresh) = asked(desk, move || ask(desk));
    view! {
        <article class="kept">
            {opening(words, Text::ServerTitle, Text::ServerHelp, Text::Refresh, refresh)}
            {move || told(words, known.get(), |known| checks(words, &known))}
        </article>
    }
}

async fn ask(desk: Desk) -> Result<Known, api::Trouble> {
    desk.enter(Ok(api::session().await?));
    let tree = Arc::new(Tree::of(api::units().await?.units));
    let health = api::server().await?;
    Ok(Known { tree, health })
}

fn checks(words: Words, known: &Known) -> AnyView {
    let health = &known.health;
    let (tone, sentence) = match health.level {
        Level::Ok => (Tone::Good, Text::ServerOk),
        Level::Warning => (Tone::Amber, Text::ServerWarning),
        Level::Alarm => (Tone::Red, Text::ServerAlarm),
    };
    // What needs a hand comes first; the order of the server within a level.
    let levels = [Level::Alarm, Level::Warning, Level::Ok];
    let of = |level| {
        let checks = health.checks.iter();
        checks.filter(move |check| check.level == level)
    };
    let cards = levels
        .into_iter()
        .flat_map(of)
        .map(|check| card(words, check, &known.tree));
    let version = words.fill(
        Text::ServerVersion,
        &[("v", &health.version), ("n", &health.restore.to_string())],
    );
    view! {
        {band(tone, words.say(sentence))}
        <ul class="devices">{cards.collect_view()}</ul>
        <p class="soft">{version}</p>
    }
    .into_any()
}

fn card(words: Words, check: &Check, tree: &Tree) -> AnyView {
    let (name, help) = said_of(check.what);
    let (tone, level) = match check.level {
        Level::Ok => (Tone::Good, Text::LevelOk),
        Level::Warning => (Tone::Amber, Text::LevelWarning),
        Level::Alarm => (Tone::Red, Text::LevelAlarm),
    };
    let language = words.language();
    let units = (!check.units.is_empty()).then(|| {
        let name = |unit: &UnitId| {
            tree.unit(unit).map_or_else(
                || unit.to_string(),
                |unit| unit.name.in_language(language.tag()).to_owned(),
            )
        };
        let names: Vec<String> = check.units.iter().map(name).collect();
        let names = names.join(", ");
        view! {
            <dl class="facts">
                <div>
                    <dt>{words.say(Text::AtUnits)}</dt>
                    <dd>{names}</dd>
                </div>
            </dl>
        }
    });
    view! {
        <li class="card device" data-check=key(check.what)>
            <div>
                <h2>{words.say(name)}</h2>
                <p>{measured(language, check)}</p>
            </div>
            <p class="sign" data-tone=tone.name()>
                {words.say(level)}
            </p>
            {units}
            <p>{words.say(help)}</p>
        </li>
    }
    .into_any()
}

/// What style sheets and tests know a check by.
const fn key(what: What) -> &'static str {
    match what {
        What::Recount => "recount",
        What::Release => "release",
        What::Queues => "queues",
        What::Backup => "backup",
        What::Disk => "disk",
        What::Machine => "machine",
    }
}

const fn said_of(what: What) -> (Text, Text) {
    match what {
        What::Recount => (Text::CheckRecount, Text::CheckRecountHelp),
        What::Release => (Text::CheckRelease, Text::CheckReleaseHelp),
        What::Queues => (Text::CheckQueues, Text::CheckQueuesHelp),
        What::Backup => (Text::CheckBackup, Text::CheckBackupHelp),
        What::Disk => (Text::CheckDisk, Text::CheckDiskHelp),
        What::Machine => (Text::CheckMachine, Text::CheckMachineHelp),
    }
}

fn measured(language: Language, check: &Check) -> String {
    let Some(value) = check.value else {
        let nothing = match check.what {
            What::Queues => Text::NothingWaits,
            _ => Text::NoneYet,
        };
        return nothing.say(language).to_owned();
    };
    let unit = match check.what {
        What::Recount | What::Backup => Text::HoursAgo,
        What::Release => Text::UnitsLate,
        What::Queues => Text::DaysOld,
        What::Disk => Text::MegabytesFree,
        What::Machine => Text::MinutesAgo,
    };
    let number = format::count(language, u64::try_from(value).unwrap_or_default());
    unit.fill(language, &[("n", &number)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_each_check_is_said_with_its_unit_in_both_languages() {
        let said = |what, value| {
            let check = Check {
                what,
                level: Level::Ok,
                value,
                units: Vec::new(),
            };
            Language::ALL.map(|language| measured(language, &check))
        };
        assert_eq!(
            said(What::Disk, Some(48_123)),
            ["còn 48.123 MB", "48,123 MB free"]
        );
        assert_eq!(said(What::Backup, Some(0)), ["0 giờ trước", "0 h ago"]);
        assert_eq!(said(What::Backup, None), ["chưa có", "none yet"]);
        assert_eq!(
            said(What::Queues, None),
            ["không có phiếu chờ", "nothing waits"]
        );
        assert_eq!(
            said(What::Release, Some(2)),
            ["2 đơn vị trễ", "units overdue: 2"]
        );
    }
}
