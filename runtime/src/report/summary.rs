//! What the table does not say: which rows apply and why, which backends are missing, the totals, stale rows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::action::Debt;
use crate::judge::Outcome;
use crate::plan::Plan;
use crate::record::CellRecord;
use crate::spec::{Exclusion, Row, SuiteSpec};

/// What the features of the planned tests are.
pub fn features(plan: &Plan) -> String {
    let used: BTreeSet<_> = plan.cells.iter().flat_map(|cell| &plan.test(cell).markers).collect();
    let features = plan.suites.iter().flat_map(|suite| &suite.features);
    let lines = features
        .filter(|feature| used.contains(&feature.marker))
        .map(|feature| format!("  {}: {}\n", feature.marker, feature.description));
    let lines: String = lines.collect();
    if lines.is_empty() { lines } else { format!("features\n{lines}") }
}

/// The rows of the exclusion matrix that apply to cells of the plan, with their reasons and how many there are of each kind
/// of debt.
pub fn exclusions(plan: &Plan) -> String {
    let applied: BTreeSet<_> = plan.cells.iter().filter_map(|cell| Some((cell.suite, cell.decision.row()?))).collect();
    let rows: Vec<_> = applied.iter().map(|(suite, row)| &plan.suites[*suite as usize].rows[*row]).collect();
    if rows.is_empty() {
        return String::new();
    }
    let kinds: Vec<_> = Debt::ALL
        .iter()
        .map(|debt| (debt.as_str(), rows.iter().filter(|row| row.debt == Some(*debt)).count()))
        .chain([("no reason given", rows.iter().filter(|row| row.debt.is_none()).count())])
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    let mut text = format!("exclusions: {}\n", kinds.join(", "));
    for row in rows {
        text.push_str(&describe(row));
    }
    text
}

/// `  xfail mlx_cpu nan_argmax: argmax overlooks NaN (upstream, exclusions.rs:12)`
fn describe(row: &Row) -> String {
    let kind = match row.kind {
        Exclusion::Skip => "skip ",
        Exclusion::XFail { .. } => "xfail",
    };
    let details: Vec<_> =
        [row.debt.map(Debt::as_str), row.tracking.as_deref(), row.location.as_deref()].into_iter().flatten().collect();
    format!("  {kind} {} {}: {} ({})\n", row.backend, row.marker, row.message, details.join(", "))
}

/// The backends that could not be opened, and why.
pub fn unavailable(cells: &[CellRecord]) -> String {
    let mut reasons = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.outcome == Outcome::Unavailable) {
        reasons.entry(&cell.backend).or_insert(&cell.reason);
    }
    reasons.iter().fold(String::new(), |mut text, (backend, reason)| {
        let _ = writeln!(text, "unavailable: {backend}: {reason}");
        text
    })
}

/// `201 cells: 150 passed, 6 xfailed, 45 unavailable`
pub fn totals(cells: &[CellRecord]) -> String {
    let counts: Vec<_> = Outcome::ALL
        .iter()
        .map(|outcome| (outcome, cells.iter().filter(|cell| cell.outcome == *outcome).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    let plural = if cells.len() == 1 { "" } else { "s" };
    match counts.as_slice() {
        [] => "0 cells\n".to_owned(),
        _ => format!("{} cell{plural}: {}\n", cells.len(), counts.join(", ")),
    }
}

/// What a run without the matrix says of each of its rows: needed, or stale.
pub fn audit(suites: &[SuiteSpec], cells: &[CellRecord]) -> String {
    let mut text = String::new();
    for row in suites.iter().flat_map(|suite| &suite.rows) {
        let under = |cell: &&CellRecord| {
            cell.excluded && cell.backend == row.backend && cell.row.as_deref() == Some(row.marker.as_ref())
        };
        let ran = |cell: &&CellRecord| matches!(cell.outcome, Outcome::Passed | Outcome::Failed) && !cell.setup;
        let total = cells.iter().filter(under).filter(ran).count();
        let passed = cells.iter().filter(under).filter(|cell| cell.outcome == Outcome::Passed).count();
        let verdict = match (passed, total) {
            (_, 0) => "no cell of it ran: nothing is known of it".to_owned(),
            (0, _) => format!("needed: {total} of {total} cells fail without it"),
            (_, _) if passed == total => format!("stale, delete it: {total} of {total} cells pass without it"),
            _ => format!("too wide: {passed} of {total} cells pass without it"),
        };
        let _ = writeln!(text, "  {}: {verdict}", row.describe());
    }
    if text.is_empty() { text } else { format!("audit of the exclusions\n{text}") }
}
