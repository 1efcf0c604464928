//! What stands outside the database, so that its loss is noticed (B6), whether it gives back what it
//! was given (B2), and since when a new shell has waited (U2). Never: anything of a citizen; anything that must not be lost.

use survey::day::Millis;
use web_sys::Storage;

/// The database held an enrolment.
const ENROLLED: &str = "enrolled";
/// How often it was found without one afterwards.
const LOSSES: &str = "losses";
/// Since when a new shell has waited.
const WAITING: &str = "shell-waiting";
/// How many pages of this tab have written a mark, and the last one's word.
const MARK: &str = "mark";

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What a page wrote into the database, for the next page of this tab to find there (B2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// How many pages have written one.
    pub tries: u8,
    /// The word.
    pub word: String,
}

/// It outlives a reload, and nothing else.
fn session() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}

/// What a page of this tab wrote.
#[must_use]
pub fn mark() -> Option<Mark> {
    let text = session()?.get_item(MARK).ok()??;
    let (tries, word) = text.split_once(' ')?;
    Some(Mark {
        tries: tries.parse().ok()?,
        word: word.to_owned(),
    })
}

/// Notes what was written; `false` where a reload would find no note of it.
#[must_use]
pub fn leave_mark(mark: &Mark) -> bool {
    if let Some(session) = session() {
        keep(
            &session,
            MARK,
            &[&mark.tries.to_string(), " ", &mark.word].concat(),
        );
    }
    self::mark().as_ref() == Some(mark)
}

/// Begins anew.
pub fn forget_mark() {
    if let Some(session) = session() {
        // It fails only where nothing can be kept either.
        let _ = session.remove_item(MARK);
    }
}

fn number<T: std::str::FromStr>(storage: &Storage, name: &str) -> Option<T> {
    storage.get_item(name).ok()??.parse().ok()
}

/// Where the browser refuses, a loss goes unnoticed here; the server still sees a new enrolment.
fn keep(storage: &Storage, name: &str, value: &str) {
    let _ = storage.set_item(name, value);
}

/// How often this device has lost what it held.
#[must_use]
pub fn losses() -> u16 {
    storage()
        .and_then(|storage| number(&storage, LOSSES))
        .unwrap_or_default()
}

/// The database holds an enrolment from now on.
pub fn remember_enrolled() {
    if let Some(storage) = storage() {
        keep(&storage, ENROLLED, "1");
    }
}

/// Compares with what the database says at the start of a page. `true`: it held an enrolment and holds
/// none any more; that is counted.
#[must_use]
pub fn is_lost(is_enrolled: bool) -> bool {
    let Some(storage) = storage() else {
        return false;
    };
    let was_enrolled = storage.get_item(ENROLLED).ok().flatten().is_some();
    let is_lost = was_enrolled && !is_enrolled;
    if is_lost {
        keep(&storage, LOSSES, &losses().saturating_add(1).to_string());
        // It fails only where nothing can be kept either.
        let _ = storage.remove_item(ENROLLED);
    } else if is_enrolled && !was_enrolled {
        remember_enrolled();
    }
    is_lost
}

/// For how many milliseconds a new shell has waited, over all pages; 0 while there is none.
#[must_use]
pub fn shell_waited(is_waiting: bool, now: Millis) -> i64 {
    let Some(storage) = storage() else {
        return 0;
    };
    if !is_waiting {
        let _ = storage.remove_item(WAITING);
        return 0;
    }
    // A wait that began in the future began before somebody set the clock back.
    let since = number(&storage, WAITING).map(Millis);
    if let Some(since) = since.filter(|since| *since <= now) {
        return now.since(since);
    }
    keep(&storage, WAITING, &now.0.to_string());
    0
}
