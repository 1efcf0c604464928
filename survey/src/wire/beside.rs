//! What managers read beside the figures of one unit: its months, the units below it side by side, what
//! it covers of the dossiers, what people wrote. Figures cross as [`crate::publish`] made them.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::manager::FigureView;
use super::quality::QualityView;
use super::weighted::WeightedView;
use crate::day::{Day, Millis};
use crate::id::{FormId, UnitId};
use crate::publish::{Coverage, Group, Month, Standing};
use crate::release::Finality;
use crate::stats::funnel::Band;
use crate::stats::peers::Place;
use crate::stats::{Difference, Interval};

/// `GET /v1/units/{unit}/trend?form=CODE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrendPage {
    /// Which unit.
    pub unit: UnitId,
    /// The form's id.
    pub form: FormId,
    /// The form's code.
    pub form_code: String,
    /// Every month with released responses, in order.
    pub months: Vec<MonthView>,
    /// The server's clock.
    pub now: Millis,
}

/// How final the figures of a month are (P6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FinalityView {
    /// Days of it are still to come.
    Open,
    /// Late answers still join it.
    Provisional,
    /// It changes no more.
    Sealed,
}

/// One month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthView {
    /// `YYYY-MM`.
    pub month: String,
    /// How final it is.
    pub finality: FinalityView,
    /// First business day in it.
    pub first: Day,
    /// Last business day in it.
    pub last: Day,
    /// Responses in it.
    pub responses: u64,
    /// Of these, with a helper.
    pub assisted: u64,
    /// `f1_pooled`.
    pub figure: FigureView,
    /// ST9: against the month shown before it, from 100 people on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeView>,
    /// `f3_all`, which is what ST15 watches.
    pub all: FigureView,
    /// ST15: what that is held against, from 100 people on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<UsualView>,
    /// ST16: where its running sum stands, in months that end with 100 people more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<WatchView>,
}

/// ST16: people with an answer at level 1 or 2, added up over months; shares in hundredths of a percentage
/// point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchView {
    /// The first of the months that were added together, `YYYY-MM`.
    pub from: String,
    /// People in them.
    pub people: u64,
    /// The share of them who had such an answer.
    pub low: u16,
    /// That of the twelve months before.
    pub usual: u16,
    /// The level that the sum reached, of the one that raises an alarm.
    pub level: u16,
    /// It raised the alarm, and begins anew.
    pub alarm: bool,
}

/// What a month's `f3_all` is held against (ST15); shares in hundredths of a percentage point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsualView {
    /// That of the twelve months before.
    pub share: u16,
    /// At this share or below it a fall is signalled; `None` where even 0 would be ordinary.
    #[serde(default)]
    pub limit: Option<u16>,
    /// It is: fewer than ever by chance were satisfied with everything.
    pub fell: bool,
}

/// A difference in hundredths of a percentage point, -10000..=10000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// This minus the other.
    pub by: i16,
    /// Lower limit.
    pub low: i16,
    /// Upper limit.
    pub high: i16,
    /// Zero is outside: "khác biệt" may be said.
    pub differs: bool,
}

/// `GET /v1/units/{unit}/children?form=CODE&from=YYYY-MM&to=YYYY-MM&against=UNIT`: the units directly
/// below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildrenPage {
    /// Which unit they are below.
    pub unit: UnitId,
    /// The form's id.
    pub form: FormId,
    /// The form's code.
    pub form_code: String,
    /// Every form that has released responses there, by code, this one included.
    pub forms: Vec<String>,
    /// First month of the period.
    pub from: String,
    /// Last month.
    pub to: String,
    /// The units, those without a response too.
    pub children: Vec<ChildView>,
    /// Their kinds.
    pub groups: Vec<GroupView>,
    /// The server's clock.
    pub now: Millis,
}

/// One unit below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildView {
    /// Which.
    pub unit: UnitId,
    /// Its kind, as in [`GroupView::name`].
    pub group: String,
    /// First business day in the sum.
    #[serde(default)]
    pub first: Option<Day>,
    /// Last.
    #[serde(default)]
    pub last: Option<Day>,
    /// Responses in the sum.
    pub responses: u64,
    /// Of these, with a helper.
    pub assisted: u64,
    /// `f1_pooled`.
    pub figure: FigureView,
    /// Where it is among its like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceView>,
    /// What its newest month in the period shows of a change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<NewestView>,
    /// ST9: it minus the unit that was named by `against`, both from 100 people on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<ChangeView>,
    /// UM14: what of its answers deserves a look; from 100 people on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<QualityView>,
}

/// The newest month of one unit, as [`MonthView`] tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewestView {
    /// `YYYY-MM`.
    pub month: String,
    /// ST9: against the month shown before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeView>,
    /// ST15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fell: Option<bool>,
    /// ST16.
    #[serde(default)]
    pub alarm: bool,
}

/// Where a unit is among its like (ST11 to ST14); shares in hundredths of a percentage point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceView {
    /// Its share, drawn to the mean as far as chance explains.
    pub share: u16,
    /// Lower limit of it.
    pub low: u16,
    /// Upper limit.
    pub high: u16,
    /// The funnel at its number of people.
    pub ordinary_low: u16,
    /// The same, above.
    pub ordinary_high: u16,
    /// Outside of the funnel, or within.
    pub band: BandView,
    /// The best place that is still likely, from 1.
    pub best: u64,
    /// The worst.
    pub worst: u64,
}

/// ST13.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BandView {
    /// "cao hơn mức chung".
    Above,
    /// "trong mức chung".
    Within,
    /// "thấp hơn mức chung".
    Below,
}

/// Units of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupView {
    /// The kind: `commune`, `ward`, `special-zone`, or a word of `UnitKind`.
    pub name: String,
    /// How many of them have enough people.
    pub compared: usize,
    /// The share of all of those together; `None` for fewer than five.
    #[serde(default)]
    pub mean: Option<u16>,
    /// Chance does not explain all the difference; if not, "không phân biệt được".
    pub are_told_apart: bool,
}

/// `GET /v1/units/{unit}/coverage?form=CODE&from=YYYY-MM&to=YYYY-MM`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveragePage {
    /// Which unit.
    pub unit: UnitId,
    /// The form's code.
    pub form_code: String,
    /// First month of the period.
    pub from: String,
    /// Last month.
    pub to: String,
    /// Months of it without the dossiers of every unit at and below this one that collects answers;
    /// then nothing is said of coverage.
    pub missing: Vec<String>,
    /// What is known.
    #[serde(default)]
    pub coverage: Option<CoverageView>,
    /// The server's clock.
    pub now: Millis,
}

/// [`Coverage`] on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageView {
    /// N: dossiers that ended in the period.
    pub eligible: u64,
    /// Responses in the sum.
    pub responses: u64,
    /// Hundredths of a percentage point; `None` where N is too small to be the population.
    #[serde(default)]
    pub share: Option<u16>,
    /// ST8: limits of `f1_pooled` ("chỉ gồm sai số chọn mẫu").
    #[serde(default)]
    pub interval: Option<(u16, u16)>,
    /// ST19: bounds of `f3_all`.
    #[serde(default)]
    pub bounds: Option<(u16, u16)>,
    /// ST18: people to ask.
    #[serde(default)]
    pub target: Option<u64>,
    /// ST18, as QĐ 1383 trains it.
    #[serde(default)]
    pub slovin: Option<u64>,
}

/// `GET /v1/units/{unit}/comments?form=CODE&from=YYYY-MM&to=YYYY-MM` (P13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentsPage {
    /// Which unit.
    pub unit: UnitId,
    /// The form's code.
    pub form_code: String,
    /// By month, the newest first; in no order within.
    pub months: Vec<CommentsOfMonth>,
    /// The server's clock.
    pub now: Millis,
}

/// `GET /v1/units/{unit}/breakdown?form=CODE&to=YYYY-MM`: the newest sealed quarter, not after that of a month
/// where one is named, by fixed groups (P7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakdownPage {
    /// Which unit.
    pub unit: UnitId,
    /// The form's id.
    pub form: FormId,
    /// The form's code.
    pub form_code: String,
    /// `2026-Q1`; `None` where no quarter is sealed.
    #[serde(default)]
    pub quarter: Option<String>,
    /// Every sealed quarter, in order.
    pub quarters: Vec<String>,
    /// The server was restored in this quarter: nobody knows any more what was shown of it.
    #[serde(default)]
    pub restored: bool,
    /// By field, mode and channel.
    pub by: Vec<ByView>,
    /// ST10: fields weighing as their dossiers, where these are known and the fields may be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weighted: Option<WeightedView>,
    /// The server's clock.
    pub now: Millis,
}

/// One breakdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByView {
    /// `field`, `mode` or `channel`.
    pub by: String,
    /// All groups, in their order; `None` where a few people would follow from them.
    #[serde(default)]
    pub groups: Option<Vec<GroupFigureView>>,
    /// ST9, of modes alone: with a helper less without, both from 100 people on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<ChangeView>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupFigureView {
    /// Its word.
    pub group: String,
    /// Responses in it: none, or at least thirty.
    pub responses: u64,
    /// `f1_pooled`, factors under a filter left out.
    pub figure: FigureView,
}

/// What people wrote in one month, redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentsOfMonth {
    /// `YYYY-MM`.
    pub month: String,
    /// At least five.
    pub comments: Vec<String>,
}

impl From<&Month> for MonthView {
    fn from(month: &Month) -> Self {
        Self {
            month: month.month.clone(),
            finality: match month.finality {
                Finality::Open => FinalityView::Open,
                Finality::Provisional => FinalityView::Provisional,
                Finality::Sealed => FinalityView::Sealed,
            },
            first: month.span.0,
            last: month.span.1,
            responses: month.responses,
            assisted: month.assisted,
            figure: FigureView::from(&month.figure),
            change: month.change.map(ChangeView::from),
            all: FigureView::from(&month.all),
            usual: month.usual.map(|usual| UsualView {
                share: usual.share,
                limit: usual.limit,
                fell: usual.fell,
            }),
            watch: month.watch.as_ref().map(|watch| WatchView {
                from: watch.from.clone(),
                people: watch.people,
                low: watch.low,
                usual: watch.usual,
                level: watch.level,
                alarm: watch.alarm,
            }),
        }
    }
}

impl From<Difference> for ChangeView {
    fn from(difference: Difference) -> Self {
        Self {
            by: difference.estimate(),
            low: difference.low(),
            high: difference.high(),
            differs: difference.excludes_zero(),
        }
    }
}

impl From<&Month> for NewestView {
    fn from(month: &Month) -> Self {
        Self {
            month: month.month.clone(),
            change: month.change.map(ChangeView::from),
            fell: month.usual.map(|usual| usual.fell),
            alarm: month.watch.as_ref().is_some_and(|watch| watch.alarm),
        }
    }
}

impl ChildView {
    /// A unit of a kind with its standing.
    #[must_use]
    pub fn of(unit: UnitId, group: String, standing: &Standing) -> Self {
        Self {
            unit,
            group,
            first: standing.span.map(|(first, _)| first),
            last: standing.span.map(|(_, last)| last),
            responses: standing.responses,
            assisted: standing.assisted,
            figure: FigureView::from(&standing.figure),
            place: standing.place.as_ref().map(PlaceView::from),
            newest: None,
            against: None,
            quality: None,
        }
    }
}

impl From<&Place> for PlaceView {
    fn from(place: &Place) -> Self {
        Self {
            share: place.share,
            low: place.interval.low(),
            high: place.interval.high(),
            ordinary_low: place.ordinary.low(),
            ordinary_high: place.ordinary.high(),
            band: match place.band {
                Band::Above => BandView::Above,
                Band::Within => BandView::Within,
                Band::Below => BandView::Below,
            },
            best: place.best,
            worst: place.worst,
        }
    }
}

impl From<Group> for GroupView {
    fn from(group: Group) -> Self {
        Self {
            name: group.name,
            compared: group.compared,
            mean: group.mean,
            are_told_apart: group.are_told_apart,
        }
    }
}

impl From<&Coverage> for CoverageView {
    fn from(coverage: &Coverage) -> Self {
        let limits = |interval: Interval| (interval.low(), interval.high());
        Self {
            eligible: coverage.eligible,
            responses: coverage.responses,
            share: coverage.share,
            interval: coverage.interval.map(limits),
            bounds: coverage.bounds.map(limits),
            target: coverage.target,
            slovin: coverage.slovin,
        }
    }
}
