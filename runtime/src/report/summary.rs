//! What the table does not say: what the features are, which backends are missing, the totals.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::judge::Outcome;
use crate::plan::Plan;
use crate::record::CellRecord;
use crate::{sorted, text};

/// What the features of the planned tests are.
pub fn features(plan: &Plan) -> String {
    let used = sorted::set(plan.cells.iter().flat_map(|cell| plan.markers(cell)));
    let features = plan.suites.iter().flat_map(|suite| &suite.features);
    let lines = features
        .filter(|feature| used.contains(&feature.marker))
        .map(|feature| format!("  {}: {}\n", text::line(feature.marker), text::line(feature.description)));
    let lines: String = lines.collect();
    if lines.is_empty() { lines } else { format!("features\n{lines}") }
}

/// The backends that could not be opened, and why.
pub fn unavailable(cells: &[CellRecord]) -> String {
    // Of several reasons that of the first cell, by name.
    let mut first: BTreeMap<_, &CellRecord> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.outcome == Outcome::Unavailable) {
        let known = first.entry(&cell.backend).or_insert(cell);
        if cell.name < known.name {
            *known = cell;
        }
    }
    first.iter().fold(String::new(), |mut lines, (backend, cell)| {
        let _ = writeln!(lines, "unavailable: {}: {}", text::line(backend), text::line(&cell.reason));
        lines
    })
}

/// `only a part of the suite: --tag "not slow"`; nothing where all of it was selected.
pub fn part(selected: &str) -> String {
    if selected.is_empty() { String::new() } else { format!("only a part of the suite: {}\n", text::line(selected)) }
}

/// `201 cells: 150 passed, 6 xfailed, 45 unavailable`
pub fn totals(cells: &[CellRecord]) -> String {
    let counts = Outcome::counts(cells.iter().map(|cell| cell.outcome));
    let counts: Vec<_> = Outcome::ALL
        .iter()
        .map(|outcome| (outcome, counts[*outcome as usize]))
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    let plural = if cells.len() == 1 { "" } else { "s" };
    match counts.as_slice() {
        [] => "0 cells\n".to_owned(),
        _ => format!("{} cell{plural}: {}\n", cells.len(), counts.join(", ")),
    }
}
