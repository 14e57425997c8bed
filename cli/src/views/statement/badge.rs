//! A badge: what a backend came to, in one line of a README.

use crosscheck::Outcome;

use crate::statement::{Statement, Verdict};
use crate::views::escape::xml;

/// How wide the letters from ` ` to `~` are in Verdana, which badges are set in, in 1/2048 of the font's size.
const WIDTHS: [u16; 95] = [
    720, 806, 940, 1676, 1302, 2204, 1488, 550, 930, 930, 1302, 1676, 745, 930, 745, 930, // to `/`
    1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 930, 930, 1676, 1676, 1676, 1117, // to `?`
    2048, 1400, 1404, 1430, 1578, 1295, 1177, 1588, 1539, 862, 931, 1419, 1140, 1726, 1532, 1612, // to `O`
    1235, 1612, 1424, 1400, 1262, 1499, 1400, 2025, 1403, 1260, 1403, 930, 930, 930, 1676, 1302, // to `_`
    1302, 1230, 1276, 1067, 1276, 1220, 720, 1276, 1296, 562, 705, 1212, 562, 1992, 1296, 1243, // to `o`
    1276, 1276, 874, 1067, 807, 1296, 1212, 1676, 1212, 1212, 1076, 1300, 930, 1300, 1676, // to `~`
];
/// The size of the font, and what is left free beside a text, in pixels.
const SIZE: f64 = 11.0;
const MARGIN: f64 = 6.0;
/// A name is not longer than that.
const LONGEST: usize = 48;

/// What the backend is called, and how many of its cells passed, or fail.
pub fn badge(statement: &Statement) -> String {
    let count = |is: fn(Outcome) -> bool| -> usize {
        statement.counts.iter().filter(|(outcome, _)| is(**outcome)).map(|(_, count)| count).sum()
    };
    let cells = statement.cells;
    // White on each of them has a contrast of 4.5 at least.
    let (right, colour) = match statement.result {
        Verdict::Full => (format!("{cells} of {cells} passed"), "#287a2c"),
        Verdict::Partial => (format!("{} of {cells} passed", count(|it| it == Outcome::Passed)), "#8a6100"),
        Verdict::Failed => (format!("{} of {cells} failing", count(Outcome::fails_the_run)), "#b3261e"),
    };
    let name: String = statement.backend.name.chars().take(LONGEST).collect();
    let left = format!("crosscheck: {name}");
    let (a, b) = (width(&left) + 2.0 * MARGIN, width(&right) + 2.0 * MARGIN);
    let (all, middle_a, middle_b) = (a + b, a / 2.0, a + b / 2.0);
    let label = xml(&format!("{left}: {right}"));
    let text = |text: &str, middle: f64| {
        let (length, text) = (width(text), xml(text));
        format!(
            "<text x=\"{middle:.1}\" y=\"14\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\">{text}</text>"
        )
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all:.1}\" height=\"20\" role=\"img\" aria-label=\"{label}\">\n\
         <title>{label}</title>\n\
         <clipPath id=\"r\"><rect width=\"{all:.1}\" height=\"20\" rx=\"3\"/></clipPath>\n\
         <g clip-path=\"url(#r)\">\n\
         <rect width=\"{a:.1}\" height=\"20\" fill=\"#444c56\"/>\n\
         <rect x=\"{a:.1}\" width=\"{b:.1}\" height=\"20\" fill=\"{colour}\"/>\n\
         </g>\n\
         <g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana,Geneva,DejaVu Sans,sans-serif\" font-size=\"11\">\n\
         {}\n{}\n</g>\n</svg>\n",
        text(&left, middle_a),
        text(&right, middle_b)
    )
}

/// How wide a text is, in pixels; a letter that is not in the table is taken for a wide one.
fn width(text: &str) -> f64 {
    let shown = crosscheck::internals::report::line(text);
    let units = shown.chars().map(|c| match c {
        ' '..='~' => WIDTHS[c as usize - ' ' as usize],
        _ => 2048,
    });
    f64::from(units.map(u32::from).sum::<u32>()) / 2048.0 * SIZE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_wide_as_its_letters() {
        assert_eq!(width(""), 0.0);
        assert_eq!(width("@@"), 22.0);
        assert!(width("iii") < width("mmm") && width("ü") == SIZE);
        // What is written out is as wide as it is written.
        assert_eq!(width("\u{1b}"), width("\\u{1b}"));
    }
}
