//! The published figures of a unit and the units below it as rows, made of the replies that the figures
//! screens get (rule UM11). Never: a number that no such reply has.

pub mod book;
pub(crate) mod words;

use crate::sheet;
use std::collections::BTreeMap;
use survey::day::Day;
use survey::form::Form;
use survey::id::UnitId;
use survey::wire::beside::{ChildrenPage, TrendPage};
use survey::wire::device::Names;
use survey::wire::manager::{FigureView, ShowingView, Unit, UnitKind, UnitPage, WhyView};

/// What a file is made of, each as the server answers it to the same manager.
#[derive(Clone, Debug)]
pub struct Replies {
    /// The units of the subtree, parents before children, the unit itself first.
    pub units: Vec<Unit>,
    /// The unit's figures.
    pub page: UnitPage,
    /// Its months.
    pub trend: TrendPage,
    /// The units below each of its nodes that have some.
    pub below: Vec<ChildrenPage>,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything together, by one formula.
    Overall,
    /// A factor.
    Factor,
    /// An item.
    Item,
    /// A month.
    Month,
    /// A unit of the subtree.
    Below,
}

impl Part {
    /// Its word in a file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overall => "overall",
            Self::Factor => "factor",
            Self::Item => "item",
            Self::Month => "month",
            Self::Below => "below",
        }
    }
}

/// One figure with all that must stand beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is about.
    pub part: Part,
    /// Whose.
    pub unit: UnitId,
    /// The unit above, of the rows of the units below.
    pub parent: Option<UnitId>,
    /// The unit's name.
    pub name: Names,
    /// First and last month of the period.
    pub months: (String, String),
    /// The id of a factor or item.
    pub id: String,
    /// The official wording of it.
    pub wording: String,
    /// The figure.
    pub figure: FigureView,
    /// Responses in the sum and how many of them with a helper, where the reply tells.
    pub responses: Option<(u64, u64)>,
    /// First and last business day in the sum.
    pub span: Option<(Day, Day)>,
}

/// The columns of the file for programs.
pub(crate) const COLUMNS: [&str; 26] = [
    "part",
    "unit",
    "parent",
    "name_vi",
    "name_en",
    "form",
    "form_id",
    "from",
    "to",
    "id",
    "wording",
    "formula",
    "show",
    "n",
    "index",
    "low",
    "high",
    "level_1",
    "level_2",
    "level_3",
    "level_4",
    "level_5",
    "responses",
    "assisted",
    "days",
    "why",
];

/// The kinds of nodes that the figures have no page for: what is answered there is the unit's above.
const fn is_counter(unit: &Unit) -> bool {
    matches!(unit.kind, UnitKind::Counter)
}

/// Of the units of a subtree, those that have units with figures below them.
#[must_use]
pub fn inner(units: &[Unit]) -> Vec<UnitId> {
    let counted = units.iter().filter(|unit| !is_counter(unit));
    let mut nodes: Vec<UnitId> = Vec::new();
    for parent in counted.filter_map(|unit| unit.parent.as_ref()) {
        if !nodes.contains(parent) && units.iter().any(|unit| unit.id == *parent) {
            nodes.push(parent.clone());
        }
    }
    nodes
}

/// Every figure of the replies, in the order of the screens.
#[must_use]
pub fn rows(replies: &Replies) -> Vec<Row> {
    let page = &replies.page;
    let units: BTreeMap<&UnitId, &Unit> =
        replies.units.iter().map(|unit| (&unit.id, unit)).collect();
    let name = |unit: &UnitId| {
        let known = units.get(unit).map(|unit| unit.name.clone());
        known.unwrap_or_else(|| Names {
            vi: unit.as_str().to_owned(),
            en: String::new(),
        })
    };
    let form = Form::parse(&page.form_file).ok();
    let texts = form.as_ref().map(Form::texts).unwrap_or_default();
    let wording = |id: &str| {
        let found = texts.iter().find(|(key, _)| key == id);
        found.map_or_else(String::new, |(_, text)| (*text).to_owned())
    };
    let own = |part, figure: &FigureView| Row {
        part,
        unit: page.unit.clone(),
        parent: None,
        name: name(&page.unit),
        months: (page.from.clone(), page.to.clone()),
        id: String::new(),
        wording: String::new(),
        figure: figure.clone(),
        responses: Some((page.responses, page.assisted)),
        span: page.first.zip(page.last),
    };
    let overall = page.overall.iter().map(|figure| own(Part::Overall, figure));
    let factors = page.factors.iter().map(|part| (Part::Factor, part));
    let items = page.items.iter().map(|part| (Part::Item, part));
    let parts = factors.chain(items).map(|(kind, part)| Row {
        id: part.id.as_str().to_owned(),
        wording: wording(part.id.as_str()),
        // What a single part has is in its figure alone.
        responses: None,
        ..own(kind, &part.figure)
    });
    let is_asked = |month: &&survey::wire::beside::MonthView| {
        page.from <= month.month && month.month <= page.to
    };
    let months = replies.trend.months.iter().filter(is_asked);
    let months = months.flat_map(|month| {
        [&month.figure, &month.all].map(|figure| Row {
            months: (month.month.clone(), month.month.clone()),
            responses: Some((month.responses, month.assisted)),
            span: Some((month.first, month.last)),
            ..own(Part::Month, figure)
        })
    });
    let below = replies.below.iter().flat_map(|node| {
        let is_shown = |unit: &UnitId| units.get(unit).is_some_and(|unit| !is_counter(unit));
        let children = node
            .children
            .iter()
            .filter(move |child| is_shown(&child.unit));
        children.map(|child| Row {
            unit: child.unit.clone(),
            parent: Some(node.unit.clone()),
            name: name(&child.unit),
            responses: Some((child.responses, child.assisted)),
            span: child.first.zip(child.last),
            ..own(Part::Below, &child.figure)
        })
    });
    overall.chain(parts).chain(months).chain(below).collect()
}

/// The rows as a file for programs: RFC 4180 with a byte order mark. Shares are percentages with a point.
#[must_use]
pub fn csv(replies: &Replies, rows: &[Row]) -> String {
    let form = Form::parse(&replies.page.form_file).ok();
    let code = form.as_ref().map_or("", Form::code);
    let form_id = replies.page.form.to_string();
    let line = |row: &Row| {
        let shown = Shown::of(&row.figure);
        let mut cells = vec![
            row.part.word().to_owned(),
            row.unit.as_str().to_owned(),
            row.parent.as_ref().map_or("", UnitId::as_str).to_owned(),
            row.name.vi.clone(),
            row.name.en.clone(),
            code.to_owned(),
            form_id.clone(),
            row.months.0.clone(),
            row.months.1.clone(),
            row.id.clone(),
            row.wording.clone(),
            row.figure.formula.clone(),
            shown.show.to_owned(),
            shown.n.map_or_else(String::new, |n| n.to_string()),
        ];
        let shares = [shown.index, shown.low, shown.high].into_iter();
        let levels = (0..5).map(|at| shown.levels.and_then(|levels| levels.get(at).copied()));
        let shares = shares.chain(levels);
        cells.extend(shares.map(|share| share.map_or_else(String::new, percent)));
        let told = row.responses;
        cells.push(told.map_or_else(String::new, |(all, _)| all.to_string()));
        cells.push(told.map_or_else(String::new, |(_, assisted)| assisted.to_string()));
        let days = |(first, last): (Day, Day)| format!("{first}/{last}");
        cells.push(row.span.map_or_else(String::new, days));
        cells.push(shown.why.unwrap_or_default().to_owned());
        cells
    };
    sheet::file(&COLUMNS, rows.iter().map(line))
}

/// Hundredths of a percentage point as 93.02.
fn percent(hundredths: u16) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// A figure in columns.
#[derive(Clone, Copy, Debug, Default)]
struct Shown {
    show: &'static str,
    n: Option<u64>,
    index: Option<u16>,
    low: Option<u16>,
    high: Option<u16>,
    levels: Option<[u16; 5]>,
    why: Option<&'static str>,
}

impl Shown {
    fn of(figure: &FigureView) -> Self {
        match figure.showing {
            ShowingView::Hidden { why } => Self {
                show: "hidden",
                why: Some(word(why)),
                ..Self::default()
            },
            ShowingView::Interval { n, low, high } => Self {
                show: "interval",
                n: Some(n),
                low: Some(low),
                high: Some(high),
                ..Self::default()
            },
            ShowingView::Score {
                n,
                index,
                low,
                high,
                levels,
            } => Self {
                show: "score",
                n: Some(n),
                index: Some(index),
                low: Some(low),
                high: Some(high),
                levels,
                why: None,
            },
        }
    }
}

/// The word of a reason, as the API has it.
const fn word(why: WhyView) -> &'static str {
    match why {
        WhyView::Nobody => "nobody",
        WhyView::TooFew => "too-few",
        WhyView::GuardsNeighbour => "guards-neighbour",
        WhyView::NeedsOthers => "needs-others",
    }
}

#[cfg(test)]
pub(crate) mod tests;
