//! One chart, as SVG: lines that are told apart by colour, dashes and the shape of their points, each with its name at its end.

use std::fmt::Write;

use super::axis::{Axis, Unit};
use super::panels::Panel;
use super::runs;
use crate::trend::Trend;
use crate::views::escape::xml;
use crate::views::moment;

/// Its size, in pixels.
pub const WIDTH: f64 = 880.0;
/// See [`WIDTH`].
pub const HEIGHT: f64 = 270.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = WIDTH - 190.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = HEIGHT - 34.0;
/// How far apart names are, at the least.
const APART: f64 = 15.0;
/// How many letters of a name have room.
const LONGEST: usize = 24;

/// The colours of lines, in the light and in the dark; each has a contrast of 4.5 to its ground, since names have them too.
pub const LIGHT: &str =
    "--s0:#0b5cad;--s1:#9a4b00;--s2:#1a6b35;--s3:#7a2e9e;--s4:#b3261e;--s5:#006d77;--s6:#4f5965;--s7:#6b5d00;";
/// See [`LIGHT`].
pub const DARK: &str =
    "--s0:#7ab8ff;--s1:#ffb26b;--s2:#7ee2a0;--s3:#d7a6ff;--s4:#ff9d93;--s5:#6fd9e3;--s6:#b4bfca;--s7:#e3d36b;";
/// What all charts have.
pub const STYLE: &str = ".chart{font:12px system-ui,-apple-system,\"Segoe UI\",Roboto,\"Liberation Sans\",\"DejaVu Sans\",sans-serif}\
.chart text{fill:var(--muted)}.chart .grid{stroke:var(--line);stroke-width:1}\
.chart .line{fill:none;stroke-width:2;stroke-linejoin:round}.chart .lead{fill:none;stroke-width:1;opacity:.5}";
const DASHES: [&str; 6] = ["", "7 3", "2 3", "10 3 2 3", "5 2 1 2 1 2", "14 4"];
const COLOURS: usize = 8;

/// The chart, in a group of its own at this height of the picture.
pub fn chart(trend: &Trend, panel: &Panel<'_>) -> String {
    let axis = Axis::of(panel.unit, panel.series.iter().flat_map(|(_, numbers)| numbers.iter().copied().flatten()));
    let y = |number: f64| BOTTOM - axis.place(number) * (BOTTOM - TOP);
    let times: Vec<_> = trend.points.iter().map(|point| point.at).collect();
    let places = runs::places(&times, LEFT, RIGHT);
    let x = |at: usize| places[at];
    let mut svg = String::new();
    for tick in &axis.ticks {
        let (at, shown) = (y(*tick), panel.unit.show(*tick));
        let _ = write!(svg, "<path class=\"grid\" d=\"M{LEFT} {at:.1}H{RIGHT}\"/>");
        let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{shown}</text>", LEFT - 8.0, at + 4.0);
    }
    for (at, date) in runs::dates(&times, &places) {
        let (x, y) = (x(at), BOTTOM + 20.0);
        let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{date}</text>");
    }
    for (number, (name, numbers)) in panel.series.iter().enumerate() {
        line(&mut svg, trend, panel.unit, number, (name, numbers), (&x, &y));
    }
    names(&mut svg, panel, &x, &y);
    svg
}

/// What somebody hears who does not see it: each line's first and last number.
pub fn description(trend: &Trend, panel: &Panel<'_>) -> String {
    let series = panel.series.iter().map(|(name, numbers)| {
        let mut there = numbers.iter().copied().flatten();
        let first = there.next().unwrap_or_default();
        match there.next_back() {
            Some(last) => format!("{name}: {} at first, {} at last", panel.unit.show(first), panel.unit.show(last)),
            None => format!("{name}: {}", panel.unit.show(first)),
        }
    });
    let runs = trend.points.len();
    format!("{} {runs} runs, the oldest first. {}.", panel.about, series.collect::<Vec<_>>().join("; "))
}

type Scale<'a> = &'a dyn Fn(f64) -> f64;

fn line(
    svg: &mut String,
    trend: &Trend,
    unit: Unit,
    number: usize,
    (name, numbers): (&str, &[Option<f64>]),
    (x, y): (&dyn Fn(usize) -> f64, Scale<'_>),
) {
    let (colour, dash) = (number % COLOURS, DASHES[number % DASHES.len()]);
    let mut path = String::new();
    let mut is_down = false;
    for (at, value) in numbers.iter().enumerate() {
        if let Some(value) = value {
            let _ = write!(path, "{}{:.1} {:.1}", if is_down { "L" } else { "M" }, x(at), y(*value));
        }
        is_down = value.is_some();
    }
    let _ = writeln!(
        svg,
        "<path class=\"line\" style=\"stroke:var(--s{colour})\" stroke-dasharray=\"{dash}\" d=\"{path}\"/>"
    );
    // Points that would touch are no points any more; the last one is always there.
    let step = trend.points.len().div_ceil(60);
    let lonely = |at: usize| {
        at.checked_sub(1).is_none_or(|before| numbers[before].is_none())
            && numbers.get(at + 1).is_none_or(Option::is_none)
    };
    for (at, value) in numbers.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))) {
        if at.is_multiple_of(step) || at + 1 == numbers.len() || lonely(at) {
            let when = moment(trend.points[at].at);
            let title = xml(&format!("{name}, {when}: {}", unit.show(value)));
            let shape = shape(number, x(at), y(value));
            let _ = writeln!(svg, "<path style=\"fill:var(--s{colour})\" d=\"{shape}\"><title>{title}</title></path>");
        }
    }
}

/// The point of a line: a circle, a square, a triangle, a diamond, one upside down, a cross.
fn shape(number: usize, x: f64, y: f64) -> String {
    match number % 6 {
        0 => format!("M{:.1} {y:.1}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z", x - 3.5),
        1 => format!("M{:.1} {:.1}h6.4v6.4h-6.4z", x - 3.2, y - 3.2),
        2 => format!("M{x:.1} {:.1}l4.2 7.2h-8.4z", y - 4.4),
        3 => format!("M{x:.1} {:.1}l4.4 4.4l-4.4 4.4l-4.4 -4.4z", y - 4.4),
        4 => format!("M{x:.1} {:.1}l4.2 -7.2h-8.4z", y + 4.4),
        _ => format!("M{:.1} {:.1}h2.4v-2.4h2.4v2.4h2.4v2.4h-2.4v2.4h-2.4v-2.4h-2.4z", x - 3.6, y - 1.2),
    }
}

/// The names of the lines, beside their ends and below each other.
fn names(svg: &mut String, panel: &Panel<'_>, x: &dyn Fn(usize) -> f64, y: Scale<'_>) {
    let mut ends: Vec<_> = panel
        .series
        .iter()
        .enumerate()
        .filter_map(|(number, (name, numbers))| {
            let at = numbers.iter().rposition(Option::is_some)?;
            let value = numbers[at]?;
            Some((y(value), x(at), number, *name, value))
        })
        .collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
    // Each below the one before; then, where that went too far, each above the one behind.
    let mut places: Vec<f64> = Vec::new();
    for (y, ..) in &ends {
        places.push(places.last().map_or(*y, |before| y.max(before + APART)));
    }
    let mut limit = BOTTOM + 4.0;
    for place in places.iter_mut().rev() {
        *place = place.min(limit);
        limit = *place - APART;
    }
    for ((y, x, number, name, value), place) in ends.into_iter().zip(places) {
        let colour = number % COLOURS;
        let cut = name.chars().count() > LONGEST;
        let short: String =
            name.chars().take(if cut { LONGEST - 1 } else { LONGEST }).chain(cut.then_some('…')).collect();
        let text = xml(&format!("{short} {}", panel.unit.show(value)));
        let (from, to) = (x + 6.0, RIGHT + 14.0);
        let _ = writeln!(
            svg,
            "<path class=\"lead\" style=\"stroke:var(--s{colour})\" d=\"M{from:.1} {y:.1}L{to:.1} {place:.1}\"/>"
        );
        let _ = writeln!(svg, "<path style=\"fill:var(--s{colour})\" d=\"{}\"/>", shape(number, to + 4.0, place));
        let _ = writeln!(
            svg,
            "<text style=\"fill:var(--s{colour})\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>",
            to + 13.0,
            place + 4.0
        );
    }
}
