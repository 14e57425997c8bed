//! The rows of the exclusion matrix: which there are, where they stand, and what they stand for.

use std::collections::BTreeMap;

use crate::action::Debt;
use crate::matrix::shadowed;
use crate::plan::Plan;
use crate::spec::{Exclusion, Row, SuiteSpec};

/// The rows that apply to cells of the plan, and how many there are of each kind of debt.
pub fn exclusions(plan: &Plan) -> String {
    let mut cells: BTreeMap<_, usize> = BTreeMap::new();
    for applied in plan.cells.iter().filter_map(|cell| Some((cell.suite, cell.decision.row()?))) {
        *cells.entry(applied).or_default() += 1;
    }
    let rows: Vec<_> =
        cells.iter().map(|((suite, row), cells)| (&plan.suites[*suite as usize].rows[*row], *cells)).collect();
    let lines = rows.iter().map(|(row, _)| format!("  {}\n", describe(row)));
    headed(&rows, lines.collect())
}

/// The matrix of some backends (all of them when none is named) as one table of rows, whatever cells were selected: in the
/// order in which they decide among equals, each with its place, and with what always comes before it.
pub fn flattened(suites: &[SuiteSpec], backends: &[String]) -> String {
    let mut rows = Vec::new();
    let mut lines = String::new();
    for suite in suites {
        let shadowed: BTreeMap<_, _> = shadowed(&suite.rows).into_iter().collect();
        let wanted = |row: &Row| backends.is_empty() || backends.iter().any(|name| *name == row.backend);
        for (at, row) in suite.rows.iter().enumerate().filter(|(_, row)| wanted(row)) {
            rows.push((row, 0));
            lines.push_str(&format!("  {}\n", describe(row)));
            if let Some(by) = shadowed.get(&at) {
                lines.push_str(&format!("        shadowed by {}\n", suite.rows[*by].describe()));
            }
        }
    }
    headed(&rows, lines)
}

/// `exclusions: 7 upstream (21 cells), 1 won't fix (3 cells)`; the cells only where they are known.
fn headed(rows: &[(&Row, usize)], lines: String) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let kinds: Vec<_> = Debt::ALL
        .iter()
        .map(|debt| (Some(*debt), debt.as_str()))
        .chain([(None, "no reason given")])
        .filter_map(|(debt, kind)| {
            let of_kind = || rows.iter().filter(|(row, _)| row.debt == debt);
            let cells: usize = of_kind().map(|(_, cells)| cells).sum();
            let plural = if cells == 1 { "" } else { "s" };
            match (of_kind().count(), cells) {
                (0, _) => None,
                (count, 0) => Some(format!("{count} {kind}")),
                (count, cells) => Some(format!("{count} {kind} ({cells} cell{plural})")),
            }
        })
        .collect();
    format!("exclusions: {}\n{lines}", kinds.join(", "))
}

/// `xfail mlx_cpu nan_argmax: argmax overlooks NaN (upstream, exclusions.rs:12)`
pub(super) fn describe(row: &Row) -> String {
    let kind = match row.kind {
        Exclusion::Skip => "skip ",
        Exclusion::XFail { .. } => "xfail",
    };
    let since = row.since.as_ref().map(|since| format!("since {since}"));
    let until = row.until.map(|until| format!("until {until}"));
    let details: Vec<_> = [
        row.debt.map(Debt::as_str),
        row.tracking.as_deref(),
        since.as_deref(),
        until.as_deref(),
        row.location.as_deref(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let details = if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
    format!("{kind} {} {}: {}{details}", row.backend, row.marker, row.message)
}
