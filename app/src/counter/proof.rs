//! Whether the storage gives back after a reload what was written before it: only then is a device
//! enrolled (B2). Never: a citizen's word.

use survey::id::Salt;

use crate::device::random;
use crate::device::store::Store;
use crate::device::witness::{self, Mark};

/// A page that finds nothing of what the page before it wrote tries so often.
const MOST_TRIES: u8 = 2;

/// What is known of the storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// It gave back what was written.
    Holds,
    /// Nothing yet: write, for the so-manieth time, and look from another page.
    Write(u8),
    /// It forgets.
    Fails,
}

/// `left` is what a page of this tab wrote, `found` what the storage holds now.
fn judge(left: Option<&Mark>, found: Option<&str>) -> Proof {
    match left {
        None => Proof::Write(1),
        Some(left) if found == Some(left.word.as_str()) => Proof::Holds,
        Some(left) if left.tries < MOST_TRIES => Proof::Write(left.tries + 1),
        Some(_) => Proof::Fails,
    }
}

/// Leaves a mark where there is none to compare yet. `true`: now the page is to be loaded again.
pub async fn must_reload(store: &impl Store, found: Option<&str>) -> bool {
    let left = witness::mark();
    match judge(left.as_ref(), found) {
        Proof::Holds => {
            // Should the storage be lost later on, the count begins anew.
            if let Some(left) = left {
                let _ = witness::leave_mark(&Mark { tries: 0, ..left });
            }
            false
        }
        Proof::Fails => {
            // The next load begins anew: a person may have mended it meanwhile.
            witness::forget_mark();
            false
        }
        Proof::Write(tries) => {
            let Some(random) = random::bytes() else {
                return false;
            };
            let word = Salt::from_bytes(random).to_string();
            store.leave_mark(&word).await.is_ok() && witness::leave_mark(&Mark { tries, word })
        }
    }
}

/// Whether the storage has given back what a page before this one wrote.
pub fn holds(found: Option<&str>) -> bool {
    judge(witness::mark().as_ref(), found) == Proof::Holds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b2_only_what_another_page_wrote_and_this_one_finds_is_proof() {
        let mark = |tries| Mark {
            tries,
            word: "word".to_owned(),
        };
        assert_eq!(judge(None, None), Proof::Write(1));
        assert_eq!(judge(None, Some("word")), Proof::Write(1), "of another tab");
        assert_eq!(judge(Some(&mark(1)), Some("word")), Proof::Holds);
        assert_eq!(judge(Some(&mark(2)), Some("word")), Proof::Holds);
        for found in [None, Some("other")] {
            assert_eq!(judge(Some(&mark(1)), found), Proof::Write(2));
            assert_eq!(judge(Some(&mark(2)), found), Proof::Fails);
        }
    }
}
