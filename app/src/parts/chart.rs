//! Bars from 0 to 100 %, drawn by us as SVG. Never: a number of their own; the words beside them say
//! the same, so readers of the page aloud pass them by.

use leptos::prelude::*;

/// Levels of every scale.
const LEVELS: usize = 5;
/// A segment narrower than so many percent has no room for its number.
const ROOM_FOR_NUMBER: u16 = 900;

/// Hundredths of a percentage point as an SVG length: 8333 is "83.33%".
fn length(hundredths: u16) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// An interval as a band on a bar from 0 to 100, with a mark at the index where it is shown.
#[component]
pub fn IntervalBar(
    /// Lower limit in hundredths of a percentage point.
    low: u16,
    /// Upper limit.
    high: u16,
    /// The index, if it is shown.
    index: Option<u16>,
) -> impl IntoView {
    view! {
        <svg class="interval-bar" aria-hidden="true" focusable="false">
            <rect class="bar-track" x="0" y="35%" width="100%" height="30%" rx="3" />
            {["25%", "50%", "75%"]
                .map(|at| view! { <line class="bar-tick" x1=at x2=at y1="20%" y2="80%" /> })
                .collect_view()}
            <rect
                class="bar-band"
                x=length(low)
                y="20%"
                width=length(high.saturating_sub(low))
                height="60%"
                rx="3"
            />
            {index
                .map(|index| {
                    let at = length(index);
                    view! { <line class="bar-mark" x1=at.clone() x2=at y1="0" y2="100%" /> }
                })}
        </svg>
    }
}

/// The numbers 0 to 100 under a bar, each at its own place.
#[component]
pub fn Scale() -> impl IntoView {
    let marks = [
        ("0%", "0", "start"),
        ("25%", "25", "middle"),
        ("50%", "50", "middle"),
        ("75%", "75", "middle"),
        ("100%", "100%", "end"),
    ];
    view! {
        <svg class="bar-scale" aria-hidden="true" focusable="false">
            {marks
                .map(|(at, number, anchor)| {
                    view! {
                        <text x=at y="50%" dy="0.35em" text-anchor=anchor>
                            {number}
                        </text>
                    }
                })
                .collect_view()}
        </svg>
    }
}

/// The share of each level as one bar, worst to best from left to right.
#[component]
pub fn LevelBar(
    /// Shares of levels 1 to 5 in hundredths of a percentage point.
    levels: [u16; LEVELS],
) -> impl IntoView {
    view! {
        <svg class="level-bar" aria-hidden="true" focusable="false">
            {segments(levels)
                .into_iter()
                .map(|segment| {
                    let number = segment
                        .number
                        .map(|(at, percent)| {
                            view! {
                                <text class="level-number" x=length(at) y="50%" dy="0.35em">
                                    {percent}
                                </text>
                            }
                        });
                    view! {
                        <rect
                            class="level-part"
                            data-level=segment.level
                            x=length(segment.from)
                            y="0"
                            width=length(segment.width)
                            height="100%"
                        />
                        {number}
                    }
                })
                .collect_view()}
        </svg>
    }
}

/// One part of a level bar.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    level: usize,
    from: u16,
    width: u16,
    /// Where the number stands and what it is, in whole percent, when there is room.
    number: Option<(u16, u16)>,
}

/// Cuts the bar; levels nobody chose have no part. Shares are rounded one by one, so the last part
/// ends at the edge.
fn segments(levels: [u16; LEVELS]) -> Vec<Segment> {
    let mut from = 0;
    let mut segments = Vec::with_capacity(LEVELS);
    for (at, share) in levels.into_iter().enumerate() {
        let width = share.min(10_000_u16.saturating_sub(from));
        if width > 0 {
            let number =
                (width >= ROOM_FOR_NUMBER).then_some((from + width / 2, (share + 50) / 100));
            segments.push(Segment {
                level: at + 1,
                from,
                width,
                number,
            });
        }
        from += width;
    }
    if let Some(last) = segments.last_mut() {
        last.width = 10_000_u16.saturating_sub(last.from);
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_the_share_itself() {
        assert_eq!(length(8_333), "83.33%");
        assert_eq!(length(5), "0.05%");
        assert_eq!(length(10_000), "100.00%");
    }

    #[test]
    fn parts_lie_side_by_side_and_fill_the_bar() {
        let parts = segments([0, 333, 1_000, 3_333, 5_333]);
        let ends: Vec<_> = parts
            .iter()
            .map(|part| (part.level, part.from, part.width))
            .collect();
        assert_eq!(
            ends,
            [
                (2, 0, 333),
                (3, 333, 1_000),
                (4, 1_333, 3_333),
                (5, 4_666, 5_334)
            ]
        );
        assert_eq!(parts[0].number, None);
        assert_eq!(parts[3].number, Some((7_332, 53)));
        assert!(segments([0; 5]).is_empty());
        assert_eq!(segments([10_000, 2, 0, 0, 0]).len(), 1);
    }
}
