//! The cells beside those of a row: what fails there in the same way shows that the row's reason does not tell them apart.

use std::collections::BTreeSet;

use super::fault::Fault;
use super::is_of;
use crate::record::CellRecord;
use crate::sorted;
use crate::suite::row::{Exclusion, Row};
use crate::suite::scope::Scope;
use crate::suite::spec::SuiteSpec;

/// A cell beside those of a row that fails as they do.
pub(super) struct Neighbour<'a> {
    /// The cell.
    pub(super) cell: &'a CellRecord,
    /// The row that excuses it, if one does.
    pub(super) row: Option<&'a Row>,
}

/// The neighbours of a row, of which these cells ran and those fail: cells of the same checks on the same backends, and of a feature
/// those of other checks of the same functions, that fail in a way in which cells of the row do, and as the row says. What another row
/// excuses with the same reason is as the reason says.
pub(super) fn neighbours<'a>(
    row: &Row,
    ran: &[&CellRecord],
    failing: &[Fault<'a>],
    all: &[Fault<'a>],
    suites: &'a [SuiteSpec],
) -> Vec<Neighbour<'a>> {
    // What is not in the row of a whole backend is in a row of its own for some reason.
    if row.scope == Scope::All {
        return Vec::new();
    }
    let of = |part: fn(&'a CellRecord) -> Option<&'a str>| -> BTreeSet<&str> {
        sorted::set(failing.iter().filter_map(|fault| part(fault.cell)))
    };
    let backends = of(|cell| Some(cell.backend.as_str()));
    let tests = of(|cell| Some(cell.test.as_str()));
    let functions = of(|cell| cell.function.as_deref());
    let has_feature = matches!(row.scope, Scope::Feature(_));
    let ways = sorted::set(failing.iter().map(|fault| &fault.way));
    let own = sorted::set(ran.iter().map(|cell| cell.name.as_str()));
    let is_beside = |fault: &&Fault<'a>| {
        let cell = fault.cell;
        let function = cell.function.as_deref();
        // Cases of one check may be about functions of their own.
        let is_about = functions.is_empty() || function.is_none_or(|function| functions.contains(function));
        let is_of_feature = has_feature && function.is_some_and(|function| functions.contains(function));
        let is_near = tests.contains(cell.test.as_str()) && is_about || is_of_feature;
        is_near
            && backends.contains(cell.backend.as_str())
            && ways.contains(&fault.way)
            && is_as_said(row, fault)
            && !own.contains(cell.name.as_str())
    };
    let with_row = |fault: &Fault<'a>| Neighbour { cell: fault.cell, row: row_of(fault.cell, suites) };
    let beside = all.iter().filter(is_beside).map(with_row);
    beside.filter(|it| it.row.is_none_or(|other| !has_reason_of(other, row))).collect()
}

/// The row that decides on a cell.
fn row_of<'a>(cell: &CellRecord, suites: &'a [SuiteSpec]) -> Option<&'a Row> {
    let marker = cell.row.as_deref()?;
    let mut rows = suites.iter().flat_map(|suite| &suite.rows);
    rows.find(|row| row.marker == marker && row.location == cell.row_at && is_of(suites, cell, row))
}

/// Whether a cell fails as the row expects its own to: what does not is told apart by what the row says.
fn is_as_said(row: &Row, fault: &Fault<'_>) -> bool {
    let (Exclusion::XFail { text, .. } | Exclusion::BaselineWrong { text, .. }) = &row.kind else { return true };
    text.as_ref().is_none_or(|text| fault.said().contains(text.as_ref()))
}

/// Whether two rows say the same, or are one that stands at several places.
fn has_reason_of(one: &Row, other: &Row) -> bool {
    one.message == other.message || one.location.is_some() && one.location == other.location
}
