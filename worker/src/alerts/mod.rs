//! What is told once a day of what needs a look, and in which words (rule UM13). Never: an answer, a comment,
//! an id of a device, HTTP, SQL.

pub mod outbox;
pub mod target;
mod words;

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use survey::day::{Day, Millis};
use survey::id::{DeviceId, UnitId};
use survey::wire::alerts::AlertLanguage;
use survey::wire::device::Names;

/// The most entries of a digest; how many more there are is told.
const MOST_ENTRIES: usize = 200;

/// What a unit's objects say in a night of what may need a look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Records that are kept uncounted until somebody decides.
    pub quarantined: u64,
    /// When each device was heard last.
    pub heard: Vec<(DeviceId, Millis)>,
    /// A signal in the newest month (ST15, ST16).
    pub change: Option<Marked>,
    /// The share of dossiers with a response in the month before, where it is known.
    pub share: Option<Covered>,
    /// It did not answer: nothing above is known, and what was told of it before stands.
    #[serde(default)]
    pub is_unheard: bool,
}

/// A month with a signal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// `YYYY-MM`.
    pub month: String,
    /// ST15.
    pub fell: bool,
    /// ST16.
    pub alarm: bool,
}

/// Coverage of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// `YYYY-MM`.
    pub month: String,
    /// Hundredths of a percentage point.
    pub share: u16,
}

/// One thing that needs a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Which unit.
    pub unit: UnitId,
    /// Its name.
    pub name: Names,
    /// What.
    pub what: What,
}

/// What needs a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The newest month has a signal.
    Change(Marked),
    /// A device says nothing in opening time.
    Silent {
        /// Which one; never told.
        device: DeviceId,
        /// The name of its counter.
        counter: Names,
    },
    /// Few of the dossiers have a response.
    Coverage(Covered),
    /// Records wait for a decision.
    Quarantine(u64),
}

impl What {
    /// The word on the wire.
    const fn word(&self) -> &'static str {
        match self {
            Self::Change(_) => "change",
            Self::Silent { .. } => "silent",
            Self::Coverage(_) => "coverage",
            Self::Quarantine(_) => "quarantine",
        }
    }
}

impl Look {
    /// By what it is known the next day: what was told is news no more.
    fn key(&self) -> String {
        let of = match &self.what {
            What::Change(marked) => marked.month.clone(),
            What::Silent { device, .. } => device.to_string(),
            What::Coverage(covered) => covered.month.clone(),
            What::Quarantine(_) => String::new(),
        };
        [self.what.word(), self.unit.as_str(), &of].join(" ")
    }

    /// Whether what was told by a key still stands, since a unit that it is about did not answer. Which units
    /// have heard a device no key tells: a silence stands where any unit is unheard.
    #[must_use]
    pub fn stands(key: &str, unheard: &BTreeSet<UnitId>) -> bool {
        let mut words = key.split(' ');
        let (what, unit) = (words.next(), words.next().unwrap_or_default());
        let is_unheard = UnitId::parse(unit).is_ok_and(|unit| unheard.contains(&unit));
        is_unheard || (what == Some("silent") && !unheard.is_empty())
    }

    /// Where it is seen on the manager's site.
    fn place(&self) -> String {
        match &self.what {
            What::Change(_) => format!("/?unit={}&view=trend", self.unit),
            What::Coverage(_) => format!("/?unit={}&view=coverage", self.unit),
            What::Silent { .. } => "/devices".to_owned(),
            What::Quarantine(_) => "/kept".to_owned(),
        }
    }
}

/// A day's digest, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Digest {
    v: u8,
    /// The same with each try, as the header says it.
    pub id: String,
    kind: &'static str,
    day: Day,
    node: Option<UnitId>,
    language: AlertLanguage,
    /// A line that says how much there is.
    pub title: String,
    entries: Vec<Entry>,
    /// How many there are beside these.
    more: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Entry {
    what: &'static str,
    unit: UnitId,
    name: String,
    new: bool,
    text: String,
    link: String,
}

/// Whose digest it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The delivery's id.
    pub id: String,
    /// Of which day.
    pub day: Day,
    /// About which node.
    pub node: Option<UnitId>,
    /// In which language.
    pub language: AlertLanguage,
    /// The manager's site.
    pub origin: String,
}

/// The digest of a day, and what is known by it tomorrow. None where nothing is new: what was told before
/// stands in it only beside news.
#[must_use]
pub fn digest(
    address: &Address,
    looks: &[Look],
    told: &BTreeSet<String>,
) -> (Option<Digest>, BTreeSet<String>) {
    let keys: BTreeSet<String> = looks.iter().map(Look::key).collect();
    let news = keys.difference(told).count();
    if news == 0 {
        return (None, keys);
    }
    let language = address.language;
    let mut entries: Vec<Entry> = looks
        .iter()
        .map(|look| Entry {
            what: look.what.word(),
            unit: look.unit.clone(),
            name: words::name(&look.name, language).to_owned(),
            new: !told.contains(&look.key()),
            text: words::sentence(look, language),
            link: [address.origin.as_str(), &look.place()].concat(),
        })
        .collect();
    // What is new first, else as it came.
    entries.sort_by_key(|entry| !entry.new);
    let more = entries.len().saturating_sub(MOST_ENTRIES);
    entries.truncate(MOST_ENTRIES);
    let digest = Digest {
        v: 1,
        id: address.id.clone(),
        kind: "digest",
        day: address.day,
        node: address.node.clone(),
        language,
        title: words::title(news, looks.len(), address.day, language),
        entries,
        more,
    };
    (Some(digest), keys)
}

/// What somebody sends to see whether it arrives.
#[must_use]
pub fn trial(address: &Address) -> Digest {
    Digest {
        v: 1,
        id: address.id.clone(),
        kind: "test",
        day: address.day,
        node: address.node.clone(),
        language: address.language,
        title: words::trial(address.language).to_owned(),
        entries: Vec::new(),
        more: 0,
    }
}

impl Digest {
    /// The same as a letter.
    #[must_use]
    pub fn text(&self) -> String {
        let entries = self.entries.iter().map(|entry| {
            let mark = if entry.new { "* " } else { "- " };
            [mark, &entry.text, "\n  ", &entry.link].concat()
        });
        let more = (self.more > 0).then(|| words::more(self.more, self.language));
        let lines = [self.title.clone()].into_iter().chain(entries).chain(more);
        let closing = words::closing(self.language).to_owned();
        let lines: Vec<String> = lines.chain([closing]).collect();
        lines.join("\n\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(unit: &str, what: What) -> Look {
        Look {
            unit: UnitId::parse(unit).unwrap(),
            name: Names {
                vi: format!("Xã {unit}"),
                en: String::new(),
            },
            what,
        }
    }

    fn address(language: AlertLanguage) -> Address {
        Address {
            id: "0011".into(),
            day: Day::parse("2026-11-24").unwrap(),
            node: UnitId::parse("33").ok(),
            language,
            origin: "https://quanly.example.gov.vn".into(),
        }
    }

    fn all() -> Vec<Look> {
        let month = || "2026-10".to_owned();
        vec![
            look(
                "33.1",
                What::Change(Marked {
                    month: month(),
                    fell: true,
                    alarm: false,
                }),
            ),
            look(
                "33.1",
                What::Silent {
                    device: DeviceId::from_random([7; 16]),
                    counter: Names {
                        vi: "Quầy 1".into(),
                        en: "Counter 1".into(),
                    },
                },
            ),
            look(
                "33.2",
                What::Coverage(Covered {
                    month: month(),
                    share: 425,
                }),
            ),
            look("33.2", What::Quarantine(3)),
        ]
    }

    #[test]
    fn um13_a_digest_names_what_needs_a_look_with_its_page_and_no_device() {
        for language in [AlertLanguage::Vi, AlertLanguage::En] {
            let (digest, _) = digest(&address(language), &all(), &BTreeSet::new());
            let digest = digest.unwrap();
            let json = survey::wire::write(&digest);
            let texts = [json.as_str(), &digest.text()].concat();
            let device = DeviceId::from_random([7; 16]).to_string();
            assert!(!texts.contains(&device), "{texts}");
            for link in [
                "https://quanly.example.gov.vn/?unit=33.1&view=trend",
                "https://quanly.example.gov.vn/?unit=33.2&view=coverage",
                "https://quanly.example.gov.vn/devices",
                "https://quanly.example.gov.vn/kept",
            ] {
                assert_eq!(texts.matches(&format!("{link}\"")).count(), 1, "{link}");
                assert!(digest.text().contains(link), "{link}");
            }
            assert!(texts.contains("4,25") || texts.contains("4.25"), "{texts}");
            assert!(digest.title.contains('4'), "{}", digest.title);
        }
    }

    #[test]
    fn um13_a_day_without_news_sends_nothing_and_what_comes_back_is_news() {
        let address = address(AlertLanguage::Vi);
        let (first, told) = digest(&address, &all(), &BTreeSet::new());
        assert!(first.is_some());
        let (again, told) = digest(&address, &all(), &told);
        assert_eq!(again, None);
        // One more record in quarantine is the same thing that waits.
        let mut more = all();
        more[3].what = What::Quarantine(4);
        let (same, _) = digest(&address, &more, &told);
        assert_eq!(same, None);
        let (_, mended) = digest(&address, &all()[..3], &told);
        let (back, _) = digest(&address, &all(), &mended);
        let back = back.unwrap();
        assert_eq!(back.entries.iter().filter(|entry| entry.new).count(), 1);
        assert_eq!(back.entries[0].what, "quarantine", "news come first");
        assert_eq!(back.entries.len(), 4);
        let (nothing, none) = digest(&address, &[], &told);
        assert_eq!((nothing, none.len()), (None, 0));
    }

    #[test]
    fn um13_a_long_digest_says_how_many_there_are_beside_it() {
        let many: Vec<_> = (0..250)
            .map(|n| look(&format!("33.{n}"), What::Quarantine(1)))
            .collect();
        let (digest, told) = digest(&address(AlertLanguage::En), &many, &BTreeSet::new());
        let digest = digest.unwrap();
        assert_eq!((digest.entries.len(), digest.more), (200, 50));
        assert!(digest.text().contains("50 more"));
        assert_eq!(told.len(), 250);
    }
}
