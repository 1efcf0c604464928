//! What both pages are drawn with. Never: a page, a device, a figure's rule.

mod band;
mod chart;
mod emblem;
mod face;
pub mod format;
mod wording;
mod words;

pub use band::{Band, Tone};
pub use chart::{IntervalBar, LevelBar, Scale};
pub use emblem::Emblem;
pub use face::Face;
pub use wording::{Phrase, Wording};
pub use words::Words;
