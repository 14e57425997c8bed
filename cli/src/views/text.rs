//! A run in a terminal.

use std::collections::BTreeMap;

use crosscheck::Outcome;
use crosscheck::internals::report;

use crate::records::Run;

/// The table of features and backends, which cells fail the run, and the totals.
pub fn text(run: &Run) -> String {
    let (cells, results) = (&run.cells, run.results());
    let table = report::Table::new(&results, report::By::Feature).text();
    let mut failures: BTreeMap<Outcome, Vec<String>> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.outcome.fails_the_run()) {
        let reason = cell.reason.lines().next().unwrap_or_default();
        let line = format!("{}{}: {reason}", cell.name, results.places(cell));
        failures.entry(cell.outcome).or_default().push(format!("  {}\n", report::line(&line)));
    }
    let failures: String =
        failures.iter().map(|(outcome, cells)| format!("{} {outcome}\n{}", cells.len(), cells.concat())).collect();
    let part = report::part(&results.narrowed.join(", "));
    format!("{table}\n{failures}{}{}{part}", report::unavailable(cells), report::totals(cells))
}
