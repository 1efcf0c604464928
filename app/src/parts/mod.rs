//! What all pages are drawn with. Never: a page, a device, a figure's rule.

pub mod asking;
mod band;
mod chart;
mod emblem;
mod face;
pub mod node;
pub mod plot;
mod wording;
mod words;

pub use band::{Band, Tone, band};
pub use chart::{IntervalBar, LevelBar, Scale};
pub use emblem::{Emblem, emblem};
pub use face::face;
pub use survey::format;
pub use wording::{Phrase, Wording};
pub use words::Words;
