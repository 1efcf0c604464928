//! Shares over an axis, drawn by us as SVG: each with its interval, what is ordinary beside it, and a sign
//! where something is to be seen. Never: a number of their own; a table with the same stands below.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// Hundredths of a percentage point, the whole axis.
const WHOLE: u16 = 10_000;
/// Ten percentage points: the steps of the axis.
const STEP: u16 = 1_000;

/// What stands at one place of the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Where, from 0 to 10,000 along the axis.
    pub at: u16,
    /// The share.
    pub index: Option<u16>,
    /// Its interval.
    pub interval: Option<(u16, u16)>,
    /// What would be ordinary.
    pub ordinary: Option<(u16, u16)>,
    /// What it is: the sign and the colour.
    pub sign: Sign,
    /// All of it in words, for who walks through the points.
    pub said: String,
}

/// What is to be seen at a point. Its shape says it; colour only helps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sign {
    /// Nothing special.
    #[default]
    Plain,
    /// Higher than it should be by chance.
    Above,
    /// Lower.
    Below,
}

impl Sign {
    const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Above => "above",
            Self::Below => "below",
        }
    }

    const fn glyph(self) -> &'static str {
        match self {
            Self::Plain => "●",
            Self::Above => "▲",
            Self::Below => "▼",
        }
    }
}

/// The share where an axis begins: the lowest of what it has to show, down to whole tens with some room.
#[must_use]
pub fn floor_of(points: &[Point]) -> u16 {
    let lows = points.iter().flat_map(|point| {
        let interval = point.interval.map(|(low, _)| low);
        let ordinary = point.ordinary.map(|(low, _)| low);
        [point.index, interval, ordinary]
    });
    let lowest = lows.flatten().min().unwrap_or_default();
    (lowest.saturating_sub(STEP / 4) / STEP * STEP).min(WHOLE - 2 * STEP)
}

/// Hundredths of a percent as an SVG length.
fn length(hundredths: u16) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// How far from the top a share stands on an axis that begins at `floor`.
fn depth(share: u16, floor: u16) -> u16 {
    let of = u32::from(WHOLE.saturating_sub(floor).max(1));
    let over = u32::from(share.saturating_sub(floor)) * u32::from(WHOLE) / of;
    WHOLE.saturating_sub(u16::try_from(over).unwrap_or(WHOLE))
}

/// A plot. The arrow keys walk from point to point, a touch or the pointer leads to one; what is there
/// is said below it.
#[component]
pub fn Plot(
    /// The points, from left to right.
    points: Vec<Point>,
    /// What stands below the axis, at which place.
    labels: Vec<(u16, String)>,
    /// A share that goes through all of the plot.
    line: Option<u16>,
    /// Whether points follow one another.
    is_joined: bool,
    /// What is drawn here, in a sentence, and how to read it with the keys.
    name: String,
    /// What is counted along the axis.
    #[prop(optional)]
    axis: Option<&'static str>,
) -> AnyView {
    let floor = floor_of(&points);
    let active = RwSignal::new(None::<usize>);
    let last = points.len().saturating_sub(1);
    let walk = move |event: KeyboardEvent| {
        let now = active.get_untracked();
        let to = match event.key().as_str() {
            "ArrowRight" => now.map_or(0, |at| (at + 1).min(last)),
            "ArrowLeft" => now.map_or(last, |at| at.saturating_sub(1)),
            "Home" => 0,
            "End" => last,
            "Escape" => return active.set(None),
            _ => return,
        };
        event.prevent_default();
        active.set(Some(to));
    };
    let said: Vec<String> = points.iter().map(|point| point.said.clone()).collect();
    let places: Vec<u16> = points.iter().map(|point| point.at).collect();
    let marker = {
        let places = places.clone();
        move || {
            let at = places.get(active.get()?).map(|at| length(*at))?;
            Some(view! { <line class="plot-active" x1=at.clone() x2=at y1="0" y2="100%" /> })
        }
    };
    let way = is_joined.then(|| joined(&points, floor));
    // No neighbour's band lies over a sign: all bands first.
    let bands: Vec<AnyView> = points.iter().map(|point| bands(point, floor)).collect();
    let signs: Vec<AnyView> = points
        .into_iter()
        .filter_map(|it| sign(&it, floor))
        .collect();
    view! {
        <div class="plot" role="group" tabindex="0" aria-label=name on:keydown=walk>
            <svg aria-hidden="true" focusable="false">
                {grid(floor)} {line.map(|share| through(share, floor))}
                {bands} {way} {marker} {signs}
                {labels.into_iter().map(label).collect_view()} {touch(&places, active)}
            </svg>
        </div>
        {axis.map(|axis| view! { <p class="soft axis">{axis}</p> })}
        <p class="plot-said" role="status">
            {move || said.get(active.get()?).cloned()}
        </p>
    }
    .into_any()
}

fn grid(floor: u16) -> AnyView {
    let ticks = (0..=10).map(|tens| tens * STEP);
    // With many tens every other is enough, where they end on the axis.
    let is_every_other = floor < 5 * STEP && ((WHOLE - floor) / STEP).is_multiple_of(2);
    let every = if is_every_other { 2 } else { 1 };
    let ticks =
        ticks.filter(|tick| *tick >= floor && ((WHOLE - tick) / STEP).is_multiple_of(every));
    let lines = ticks.map(|tick| {
        let at = length(depth(tick, floor));
        let number = format!("{}%", tick / 100);
        view! {
            <line
                class="plot-grid"
                data-axis=(tick == floor).then_some("true")
                x1="0"
                x2="100%"
                y1=at.clone()
                y2=at.clone()
            />
            <text class="plot-number" x="0" dx="-0.5em" y=at dy="0.35em" text-anchor="end">
                {number}
            </text>
        }
        .into_any()
    });
    lines.collect_view().into_any()
}

fn through(share: u16, floor: u16) -> AnyView {
    let at = length(depth(share, floor));
    view! { <line class="plot-line" x1="0" x2="100%" y1=at.clone() y2=at /> }.into_any()
}

/// Lines from each point to the next one that has a share.
fn joined(points: &[Point], floor: u16) -> AnyView {
    let lines = ways(points).into_iter().map(|((x1, one), (x2, other))| {
        let (y1, y2) = (length(depth(one, floor)), length(depth(other, floor)));
        view! { <line class="plot-way" x1=length(x1) x2=length(x2) y1=y1 y2=y2 /> }.into_any()
    });
    lines.collect_view().into_any()
}

/// From each point to the next, place and share: none over one of which nothing is known.
fn ways(points: &[Point]) -> Vec<((u16, u16), (u16, u16))> {
    let pairs = points.iter().zip(points.iter().skip(1));
    let known = |point: &Point| Some((point.at, point.index?));
    pairs
        .filter_map(|(one, other)| Some((known(one)?, known(other)?)))
        .collect()
}

/// What is ordinary at a point, and its interval.
fn bands(point: &Point, floor: u16) -> AnyView {
    let x = || length(point.at);
    let ordinary = point.ordinary.map(|(low, high)| {
        let (top, foot) = (depth(high, floor), depth(low, floor));
        let height = length(foot.saturating_sub(top));
        // An edge, so that an interval over it is told from it; its middle is the point's place.
        view! { <rect class="plot-ordinary" x=x() width="10" transform="translate(-5 0)" y=length(top) height=height /> }
            .into_any()
    });
    let interval = point.interval.map(|(low, high)| {
        let (y1, y2) = (length(depth(high, floor)), length(depth(low, floor)));
        view! { <line class="plot-interval" x1=x() x2=x() y1=y1 y2=y2 /> }.into_any()
    });
    view! {
        {ordinary}
        {interval}
    }
    .into_any()
}

/// The sign at a point's share, where it has one.
fn sign(point: &Point, floor: u16) -> Option<AnyView> {
    let index = point.index?;
    let sign = view! {
        <text
            class="plot-sign"
            data-sign=point.sign.word()
            x=length(point.at)
            y=length(depth(index, floor))
            dy="0.35em"
            text-anchor="middle"
        >
            {point.sign.glyph()}
        </text>
    };
    Some(sign.into_any())
}

fn label((at, text): (u16, String)) -> AnyView {
    view! {
        <text class="plot-number" x=length(at) y="100%" dy="1.35em" text-anchor="middle">
            {text}
        </text>
    }
    .into_any()
}

/// A column around each point, so that a finger finds it.
fn touch(places: &[u16], active: RwSignal<Option<usize>>) -> AnyView {
    let columns = places.iter().enumerate().map(|(at, place)| {
        let before = at.checked_sub(1).and_then(|before| places.get(before));
        let from = before.map_or(0, |before| u16::midpoint(*before, *place));
        let to = places
            .get(at + 1)
            .map_or(WHOLE, |next| u16::midpoint(*place, *next));
        view! {
            <rect
                class="plot-touch"
                x=length(from)
                width=length(to.saturating_sub(from))
                y="0"
                height="100%"
                on:click=move |_| active.set(Some(at))
                on:pointerenter=move |_| active.set(Some(at))
            />
        }
        .into_any()
    });
    columns.collect_view().into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(index: Option<u16>, interval: Option<(u16, u16)>) -> Point {
        Point {
            at: 0,
            index,
            interval,
            ordinary: None,
            sign: Sign::Plain,
            said: String::new(),
        }
    }

    #[test]
    fn an_axis_begins_below_everything_it_shows_and_leaves_room_above() {
        let floor = |low| floor_of(&[point(Some(9_000), Some((low, 9_500)))]);
        assert_eq!(floor(8_500), 8_000);
        assert_eq!(floor(8_100), 7_000, "no interval touches the edge");
        assert_eq!(floor(9_900), 8_000);
        assert_eq!(floor(100), 0);
        assert_eq!(floor_of(&[point(None, None)]), 0);
        assert_eq!(floor_of(&[]), 0);
    }

    #[test]
    fn um6_no_line_goes_over_a_month_of_which_nothing_is_known() {
        let month = |at, index| Point {
            at,
            ..point(index, None)
        };
        let shown = [Some(7_500), Some(7_600), None, Some(7_000), None];
        let months = (1..).zip(shown).map(|(at, index)| month(at, index));
        let months: Vec<Point> = months.collect();
        assert_eq!(ways(&months), [((1, 7_500), (2, 7_600))]);
    }

    #[test]
    fn a_share_stands_where_it_is_on_the_axis() {
        assert_eq!(depth(10_000, 8_000), 0);
        assert_eq!(depth(8_000, 8_000), 10_000);
        assert_eq!(depth(9_000, 8_000), 5_000);
        assert_eq!(depth(7_000, 8_000), 10_000);
        assert_eq!(length(depth(9_950, 0)), "0.50%");
    }
}
