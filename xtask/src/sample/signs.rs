//! Which units of the sample year bear a sign of quality (UM14), held against what happens to them in their
//! stories. Never: a judgement of its own; the server's is asked for.

use std::collections::BTreeMap;

use survey::id::UnitId;
use survey::wire::beside::ChildrenPage;
use survey::wire::quality::SignView;

use super::office::Office;
use super::province;
use super::story::Turn;
use crate::trouble::Trouble;

/// The forms of the sample year.
const FORMS: [&str; 2] = ["sipas2022", "express6"];

/// What bears a sign.
pub struct Signs {
    /// What to say of them.
    pub said: String,
    is_found: bool,
}

impl Signs {
    /// What to say, of a time that is long enough for whoever stuffs to be seen.
    ///
    /// # Errors
    /// When nobody who stuffs is marked.
    pub fn of_a_year(self) -> Result<String, Trouble> {
        if self.is_found {
            return Ok(self.said);
        }
        Err(Trouble::new(
            "Nobody is marked in the unit of the sample whose staff press the best face",
            "That is a bug: look at survey/src/publish/quality.rs, and at docs/adr/0036-who-stands-out.md",
        ))
    }
}

/// Asks which units bear one.
///
/// # Errors
/// When the server refuses.
pub fn of(office: &mut Office, turns: &BTreeMap<UnitId, Turn>) -> Result<Signs, Trouble> {
    let (mut marked, mut judged) = (Vec::new(), 0);
    for form in FORMS {
        let path = format!("/v1/units/{}/children?form={form}", province::ROOT);
        let page: ChildrenPage = office.read(&path)?;
        for child in page.children {
            let (Some(quality), Some(turn)) = (child.quality, turns.get(&child.unit)) else {
                continue;
            };
            judged += 1;
            if !quality.signs.is_empty() {
                marked.push((child.unit, *turn, quality.signs));
            }
        }
    }
    let is_found = marked
        .iter()
        .any(|(_, turn, signs)| *turn == Turn::Stuffs && signs.contains(&SignView::StraightLined));
    let plain = marked.iter().filter(|(_, turn, _)| *turn == Turn::Plain);
    let plain = plain.count();
    let each = marked
        .iter()
        .map(|(unit, turn, signs)| format!("{unit} ({turn:?}) {signs:?}"));
    let each: Vec<String> = each.collect();
    let said = format!(
        "of {judged} units of the sample year with 100 people {} bear a sign, {plain} of them ordinary: {}",
        marked.len(),
        each.join(", ")
    );
    Ok(Signs { said, is_found })
}
