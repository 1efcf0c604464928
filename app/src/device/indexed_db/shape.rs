//! How records and queue entries look inside IndexedDB: plain objects with text members, so that a
//! later version can add members and an older one still reads them (B5, U5).

use js_sys::{Object, Reflect};
use survey::day::{Day, Millis};
use survey::id::{Commitment, ParcelHash, ResponseId, Salt, UnitId};
use survey::outbox::{Aside, Marks, Trouble, Verdict, Waiting};
use survey::submission::{Parcel, SaltedComment};
use survey::wire::batch::DayCount;
use wasm_bindgen::JsValue;

use crate::device::memory::wire_bytes;
use crate::device::store::{Entry, Queued, StoreError};

/// A plain object of text members.
fn object(members: &[(&str, &str)]) -> Result<JsValue, StoreError> {
    let object = Object::new();
    for (name, text) in members {
        set(&object, name, text)?;
    }
    Ok(object.into())
}

/// A text member; `None` when there is none.
pub fn member(value: &JsValue, name: &str) -> Option<String> {
    Reflect::get(value, &name.into()).ok()?.as_string()
}

/// Writes a text member.
pub fn set(value: &JsValue, name: &str, text: &str) -> Result<(), StoreError> {
    let done = Reflect::set(value, &name.into(), &text.into());
    done.map(|_| ()).map_err(|_| StoreError::Failed)
}

/// A member that is an instant.
pub fn instant(value: &JsValue, name: &str) -> Option<Millis> {
    member(value, name)?.parse().ok().map(Millis)
}

/// The counts of surveys opened and abandoned.
pub fn days(value: &JsValue) -> Vec<DayCount> {
    let days = member(value, "days").unwrap_or_default();
    survey::json::read(&days).unwrap_or_default()
}

/// A record, with its comment while it waits.
pub fn parcel(parcel: &Parcel) -> Result<JsValue, StoreError> {
    let (id, hash) = (parcel.id.to_string(), parcel.hash.to_string());
    let commitment = parcel.commitment.to_string();
    let mut members = vec![
        ("id", id.as_str()),
        ("hash", &hash),
        ("body", &parcel.body),
        ("commitment", &commitment),
    ];
    let salt;
    if let Some(comment) = &parcel.comment {
        salt = comment.salt.to_string();
        members.push(("comment", &comment.text));
        members.push(("salt", &salt));
    }
    object(&members)
}

/// Reads a record; `None` when it is none.
pub fn read_parcel(value: &JsValue) -> Option<Parcel> {
    let comment = match (member(value, "comment"), member(value, "salt")) {
        (Some(text), Some(salt)) => Some(SaltedComment {
            text,
            salt: Salt::parse(&salt).ok()?,
        }),
        _ => None,
    };
    Some(Parcel {
        id: ResponseId::parse(&member(value, "id")?).ok()?,
        hash: ParcelHash::parse(&member(value, "hash")?).ok()?,
        body: member(value, "body")?,
        commitment: Commitment::parse(&member(value, "commitment")?).ok()?,
        comment,
    })
}

/// A queue entry.
pub fn entry(entry: &Entry) -> Result<JsValue, StoreError> {
    let bytes = wire_bytes(&entry.parcel).to_string();
    object(&[
        ("id", &entry.parcel.id.to_string()),
        ("hash", &entry.parcel.hash.to_string()),
        ("unit", entry.unit.as_str()),
        ("day", &entry.day.to_string()),
        ("bytes", &bytes),
    ])
}

/// A queue entry that was set aside.
pub fn entry_aside(queued: &Queued, since: Millis, why: Aside) -> Result<JsValue, StoreError> {
    object(&[
        ("id", &queued.waiting.id.to_string()),
        ("hash", &queued.waiting.hash.to_string()),
        ("unit", queued.unit.as_str()),
        ("day", &queued.day.to_string()),
        ("bytes", &queued.waiting.bytes.to_string()),
        ("aside", &since.0.to_string()),
        ("why", aside_word(why)),
    ])
}

/// Reads a queue entry; `None` when it is none.
pub fn read_entry(value: &JsValue) -> Option<Queued> {
    Some(Queued {
        waiting: Waiting {
            id: ResponseId::parse(&member(value, "id")?).ok()?,
            hash: ParcelHash::parse(&member(value, "hash")?).ok()?,
            bytes: member(value, "bytes")?.parse().ok()?,
            aside_since: instant(value, "aside"),
        },
        unit: UnitId::parse(&member(value, "unit")?).ok()?,
        day: Day::parse(&member(value, "day")?)?,
        // Earlier releases kept no reason: what they set aside was refused, but for a few.
        aside: instant(value, "aside").map(|_| read_aside(member(value, "why").as_deref())),
    })
}

const ASIDES: [(Aside, &str); 3] = [
    (Aside::Refused, "refused"),
    (Aside::Unread, "unread"),
    (Aside::Unreadable, "unreadable"),
];

fn aside_word(why: Aside) -> &'static str {
    let word = ASIDES.iter().find(|(known, _)| *known == why);
    word.map_or("", |(_, word)| word)
}

fn read_aside(word: Option<&str>) -> Aside {
    let why = ASIDES.iter().find(|(_, known)| Some(*known) == word);
    why.map_or(Aside::Refused, |(why, _)| *why)
}

/// What was decided on a record, and when it was heard.
pub fn settled(queued: &Queued, verdict: Verdict, at: Millis) -> Result<JsValue, StoreError> {
    let word = match verdict {
        Verdict::Counted => "counted",
        Verdict::AlreadyCounted => "already",
        Verdict::Quarantined(_) => "quarantined",
    };
    object(&[
        ("id", &queued.waiting.id.to_string()),
        ("unit", queued.unit.as_str()),
        ("day", &queued.day.to_string()),
        ("verdict", word),
        ("at", &at.0.to_string()),
    ])
}

/// A settled record, without its content.
pub struct Settled {
    /// Which.
    pub id: String,
    /// The unit whose ledger has it.
    pub unit: UnitId,
    /// Its business day.
    pub day: Day,
    /// When its verdict was given.
    pub at: Millis,
}

/// Reads what was settled; `None` when it is none.
pub fn read_settled(value: &JsValue) -> Option<Settled> {
    let at = instant(value, "at")?;
    // The first version kept no day: that of the verdict stands in for it (U5).
    let day = member(value, "day").and_then(|day| Day::parse(&day));
    Some(Settled {
        id: member(value, "id")?,
        unit: UnitId::parse(&member(value, "unit")?).ok()?,
        day: day.or_else(|| Day::of(at))?,
        at,
    })
}

/// The member that holds a unit's version.
fn version_of(unit: &UnitId) -> String {
    ["version/", unit.as_str()].concat()
}

/// What a version was counted under; when this changes, the versions of all units are cleared.
fn reign(own: &JsValue, restore: u32) -> String {
    let epoch = member(own, "epoch").unwrap_or_default();
    [epoch.as_str(), "/", &restore.to_string()].concat()
}

/// The marks of a unit (O12).
pub fn marks(own: &JsValue, unit: &UnitId) -> Marks {
    let restore = member(own, "restore").and_then(|restore| restore.parse().ok());
    let restore = restore.unwrap_or_default();
    let version = member(own, &version_of(unit)).unwrap_or_default();
    let version = version.strip_prefix(&reign(own, restore));
    let version = version.and_then(|version| version.strip_prefix(' ')?.parse().ok());
    Marks {
        restore,
        version: version.unwrap_or_default(),
    }
}

/// Keeps the marks of a unit.
pub fn set_marks(own: &JsValue, unit: &UnitId, marks: Marks) -> Result<(), StoreError> {
    set(own, "restore", &marks.restore.to_string())?;
    let version = [&*reign(own, marks.restore), " ", &marks.version.to_string()].concat();
    set(own, &version_of(unit), &version)
}

const TROUBLES: [(Trouble, &str); 6] = [
    (Trouble::NoReply, "no-reply"),
    (Trouble::Busy, "busy"),
    (Trouble::ServerFault, "server-fault"),
    (Trouble::NotEnrolled, "not-enrolled"),
    (Trouble::WrongServer, "wrong-server"),
    (Trouble::SetAside, "set-aside"),
];

/// A trouble as a word.
pub fn trouble(trouble: Option<Trouble>) -> &'static str {
    let word = TROUBLES.iter().find(|(known, _)| Some(*known) == trouble);
    word.map_or("", |(_, word)| word)
}

/// Reads a trouble.
pub fn read_trouble(word: &str) -> Option<Trouble> {
    let trouble = TROUBLES.iter().find(|(_, known)| *known == word);
    trouble.map(|(trouble, _)| *trouble)
}
