//! The charts as one picture.

use std::fmt::Write;

use super::chart::{DARK, HEIGHT, LIGHT, STYLE, WIDTH, chart, description};
use super::panels::panels;
use crate::trend::Trend;
use crate::views::escape::xml;

/// How high the heading of the picture, and of a chart, is.
const HEADING: f64 = 34.0;

/// A picture that follows the light or the dark of whoever looks at it.
pub fn svg(trend: &Trend) -> String {
    let panels = panels(trend);
    let height = HEADING + panels.len() as f64 * (HEADING + HEIGHT);
    let title = xml(&format!("{}: {} runs", trend.suite, trend.points.len()));
    let descriptions: Vec<_> =
        panels.iter().map(|panel| format!("{}: {}", panel.title, description(trend, panel))).collect();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">{title}</title>\n<desc id=\"desc\">{}</desc>\n\
         <style>svg{{--ground:#fff;--text:#1c2128;--muted:#57606a;--line:#d4dae1;{LIGHT}}}\
         @media (prefers-color-scheme:dark){{svg{{--ground:#12161c;--text:#e4e9ef;--muted:#9aa6b3;--line:#343d48;{DARK}}}}}\
         {STYLE}.chart .head{{fill:var(--text);font-size:16px;font-weight:600}}.chart .part{{fill:var(--text);font-size:14px;font-weight:600}}\
         </style>\n<rect width=\"100%\" height=\"100%\" style=\"fill:var(--ground)\"/>\n\
         <text class=\"head\" x=\"16\" y=\"26\">{title}</text>\n",
        xml(&descriptions.join(" "))
    );
    for (at, panel) in panels.iter().enumerate() {
        let top = HEADING + at as f64 * (HEADING + HEIGHT);
        let _ = writeln!(svg, "<text class=\"part\" x=\"16\" y=\"{:.1}\">{}</text>", top + 24.0, panel.title);
        let _ = writeln!(svg, "<g transform=\"translate(0 {:.1})\">\n{}</g>", top + HEADING, chart(trend, panel));
    }
    svg + "</svg>\n"
}
