//! A run in a terminal.

use std::collections::BTreeMap;

use crosscheck::Outcome;
use crosscheck::internals::report;
use crosscheck::record::CellRecord;

use crate::records::{Columns, Run};

/// The table of features and backends, which cells fail the run, and the totals.
pub fn text(Run { suites, cells, elsewhere, .. }: &Run) -> String {
    let columns = Columns::of(cells.iter().chain(elsewhere));
    let table = report::Table::new(suites, &columns.apart(cells, elsewhere), report::By::Feature).text();
    let mut failures: BTreeMap<Outcome, Vec<String>> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.outcome.fails_the_run()) {
        let reason = cell.reason.lines().next().unwrap_or_default();
        let line = format!("{}{}: {reason}", cell.name, places(cell, elsewhere));
        failures.entry(cell.outcome).or_default().push(format!("  {}\n", report::line(&line)));
    }
    let failures: String =
        failures.iter().map(|(outcome, cells)| format!("{} {outcome}\n{}", cells.len(), cells.concat())).collect();
    format!("{table}\n{failures}{}{}", report::unavailable(cells), report::totals(cells))
}

/// On which machines that is so, and what became of the cell on others: ` on x86_64-linux (passed on aarch64-linux)`.
fn places(cell: &CellRecord, elsewhere: &[CellRecord]) -> String {
    let Some(machine) = &cell.machine else { return String::new() };
    // Both are sorted by name.
    let from = elsewhere.partition_point(|other| other.name < cell.name);
    let others = elsewhere[from..].iter().take_while(|other| other.name == cell.name);
    let others: Vec<_> =
        others.filter_map(|other| Some(format!("{} on {}", other.outcome, other.machine.as_ref()?))).collect();
    let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
    format!(" on {machine}{others}")
}
