//! The numbers in a terminal.

use comfy_table::{LineStyle, Table, presets};
use crosscheck::internals::report::line;

use super::panels::{Panel, panels};
use crate::trend::Trend;
use crate::views::moment;

/// A table for each thing that is followed, a line for each run.
pub fn text(trend: &Trend) -> String {
    let runs = trend.points.len();
    let plural = if runs == 1 { "" } else { "s" };
    let tables: String = panels(trend).iter().map(|panel| table(trend, panel)).collect();
    format!("{}: {runs} run{plural}\n{tables}", line(&trend.suite))
}

fn table(trend: &Trend, panel: &Panel<'_>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    let names = panel.series.iter().map(|(name, _)| line(name).into_owned());
    table.set_header(std::iter::once(panel.title.to_lowercase()).chain(names));
    for (at, point) in trend.points.iter().enumerate() {
        let shown = |numbers: &[Option<f64>]| numbers[at].map_or_else(|| "–".to_owned(), |it| panel.unit.show(it));
        table.add_row(std::iter::once(moment(point.at)).chain(panel.series.iter().map(|(_, numbers)| shown(numbers))));
    }
    let lines: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    format!("\n{}\n{lines}", panel.about)
}
