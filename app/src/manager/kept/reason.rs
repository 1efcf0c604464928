//! Why a record is kept, in words that say what can be done about it (L7, L8).

use survey::wire::batch::Reason;

use crate::text::ManagerText as Text;

/// What it is called, and what to look at before a decision.
#[must_use]
pub const fn said(reason: Reason) -> (Text, Text) {
    match reason {
        Reason::UnknownForm => (Text::ReasonForm, Text::ReasonFormHelp),
        Reason::BadShape => (Text::ReasonShape, Text::ReasonShapeHelp),
        Reason::OutOfRange => (Text::ReasonRange, Text::ReasonShapeHelp),
        Reason::IdConflict => (Text::ReasonConflict, Text::ReasonConflictHelp),
        Reason::Damaged => (Text::ReasonDamaged, Text::ReasonDamagedHelp),
        Reason::UnverifiedDevice => (Text::ReasonDevice, Text::ReasonDeviceHelp),
        Reason::UnknownUnit => (Text::ReasonUnit, Text::ReasonUnitHelp),
    }
}
