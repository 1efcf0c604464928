//! A published figure in words, only as far as it is shown.

use survey::wire::manager::{FigureView, ShowingView, WhyView};

use crate::parts::format;
use crate::text::{Language, ManagerText as Text};

/// The name that must stand at every number of a formula.
#[must_use]
pub fn formula_name(word: &str) -> Option<Text> {
    Some(match word {
        "f1_pooled" => Text::FormulaPooled,
        "f1_factors" => Text::FormulaFactors,
        "f2_mean5" => Text::FormulaMean5,
        "f3_all" => Text::FormulaAll,
        _ => return None,
    })
}

/// The words of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// What stands large: the index, else the interval, else that there is not enough.
    pub main: String,
    /// The 95 % interval, where it does not stand large already.
    pub interval: Option<String>,
    /// How many people.
    pub n: Option<String>,
    /// Why there is less than an index, in a sentence.
    pub note: Option<&'static str>,
    /// The same in a few words, where many figures stand together.
    pub short_note: Option<&'static str>,
    /// Limits and index for the bar.
    pub bar: Option<(u16, u16, Option<u16>)>,
    /// The share of each level.
    pub levels: Option<[u16; 5]>,
}

impl Spoken {
    /// Puts a figure into words.
    #[must_use]
    pub fn of(figure: &FigureView, language: Language) -> Self {
        match figure.showing {
            ShowingView::Hidden { why } => Self {
                main: Text::NotEnough.say(language).to_owned(),
                interval: None,
                n: None,
                note: Some(reason(why).say(language)),
                short_note: Some(short_reason(why).say(language)),
                bar: None,
                levels: None,
            },
            ShowingView::Interval { n, low, high } => Self {
                main: format::interval(language, low, high),
                interval: None,
                n: Some(format::count(language, n)),
                note: Some(Text::IntervalOnly.say(language)),
                short_note: None,
                bar: Some((low, high, None)),
                levels: None,
            },
            ShowingView::Score {
                n,
                index,
                low,
                high,
                levels,
            } => Self {
                main: format::percent(language, index),
                interval: Some(format::interval(language, low, high)),
                n: Some(format::count(language, n)),
                note: None,
                short_note: None,
                bar: Some((low, high, Some(index))),
                levels,
            },
        }
    }
}

/// Why a figure is hidden, in a sentence.
#[must_use]
pub const fn reason(why: WhyView) -> Text {
    match why {
        WhyView::Nobody => Text::WhyNobody,
        WhyView::TooFew => Text::WhyTooFew,
        WhyView::GuardsNeighbour => Text::WhyGuards,
        WhyView::NeedsOthers => Text::WhyNeedsOthers,
    }
}

const fn short_reason(why: WhyView) -> Text {
    match why {
        WhyView::Nobody => Text::ShortNobody,
        WhyView::TooFew => Text::ShortTooFew,
        WhyView::GuardsNeighbour => Text::ShortGuards,
        WhyView::NeedsOthers => Text::ShortNeedsOthers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use survey::score::Formula;

    fn figure(showing: ShowingView) -> FigureView {
        FigureView {
            formula: Formula::Pooled.word().to_owned(),
            showing,
        }
    }

    #[test]
    fn every_formula_has_its_name() {
        for formula in Formula::ALL {
            assert!(formula_name(formula.word()).is_some(), "{}", formula.word());
        }
    }

    #[test]
    fn um4_what_is_hidden_is_words_never_a_zero() {
        for why in [
            WhyView::Nobody,
            WhyView::TooFew,
            WhyView::GuardsNeighbour,
            WhyView::NeedsOthers,
        ] {
            let spoken = Spoken::of(&figure(ShowingView::Hidden { why }), Language::Vi);
            assert_eq!(spoken.main, "Chưa đủ dữ liệu");
            assert!(!spoken.main.contains('0') && spoken.n.is_none() && spoken.bar.is_none());
            assert!(spoken.note.is_some());
        }
    }

    #[test]
    fn um4_from_ten_people_only_the_interval_is_said() {
        let showing = ShowingView::Interval {
            n: 12,
            low: 6_500,
            high: 9_000,
        };
        let spoken = Spoken::of(&figure(showing), Language::Vi);
        assert_eq!(spoken.main, "65% – 90%");
        assert_eq!(spoken.n.as_deref(), Some("12"));
        assert_eq!(spoken.bar, Some((6_500, 9_000, None)));
        assert_eq!(spoken.levels, None);
    }

    #[test]
    fn um4_from_thirty_people_everything_is_said() {
        let showing = ShowingView::Score {
            n: 1_036,
            index: 8_333,
            low: 7_438,
            high: 9_654,
            levels: Some([100, 200, 1_367, 5_000, 3_333]),
        };
        let spoken = Spoken::of(&figure(showing), Language::Vi);
        assert_eq!(spoken.main, "83,33%");
        assert_eq!(spoken.interval.as_deref(), Some("74,38% – 96,54%"));
        assert_eq!(spoken.n.as_deref(), Some("1.036"));
        assert_eq!(spoken.note, None);
    }
}
