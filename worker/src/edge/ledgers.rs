//! Which units have a Ledger. An object that is named exists, with a file on the disk: a stranger
//! who names units must not fill it.

use crate::clock;
use crate::objects::Ask;
use crate::objects::name::ObjectName;
use std::cell::RefCell;
use std::collections::BTreeSet;
use survey::id::UnitId;
use worker::Env;

thread_local! {
    /// Units that have a Ledger. One never loses it, so this needs no end.
    static KNOWN: RefCell<BTreeSet<UnitId>> = const { RefCell::new(BTreeSet::new()) };
}

/// Whether a unit has a Ledger. The Directory is asked once for each unit; when it does not answer,
/// the unit is believed, so that receiving leans on no other object.
pub async fn has(unit: &UnitId, env: &Env) -> bool {
    if KNOWN.with_borrow(|known| known.contains(unit)) {
        return true;
    }
    let ask = Ask::own("counting", clock::real(), Vec::new());
    let counting: Option<Vec<UnitId>> = ask.read(&ObjectName::Directory, env).await.ok();
    counting.is_none_or(|counting| {
        let has = counting.contains(unit);
        KNOWN.with_borrow_mut(|known| known.extend(counting));
        has
    })
}
