//! What a run without the matrix says of each of its rows, as a list of what to change where.

use std::collections::BTreeSet;

use crate::judge::Outcome;
use crate::record::CellRecord;
use crate::record::suite::TestRecord;
use crate::report::narrow::narrowest;
use crate::report::rows::describe;
use crate::suite::expectation::Failure;
use crate::suite::row::{Exclusion, Row};
use crate::suite::spec::SuiteSpec;
use crate::text;

/// What to do about a row.
enum Advice {
    /// No cell of it ran.
    Unknown,
    /// Every cell fails without it, as it says.
    Keep { cells: usize },
    /// Every cell passes without it.
    Delete { cells: usize },
    /// Some cells pass without it.
    Narrow { passing: Vec<String>, cells: usize, instead: Vec<String> },
    /// The cells fail in another way than it says.
    Relabel { cells: usize, failures: Vec<Failure> },
}

/// Which rows are needed, and a change for each that is not as it should be, headed by its place.
pub fn audit(suites: &[SuiteSpec], cells: &[CellRecord]) -> String {
    // What a flaky row excuses does not show in a run without it, nor does what a row lets run.
    let shows = |row: &&Row| !matches!(row.kind, Exclusion::Flaky | Exclusion::Run);
    let mut rows: Vec<(&Row, Advice)> = Vec::new();
    for row in suites.iter().flat_map(|suite| &suite.rows).filter(shows) {
        // Suites that share a backend share its rows.
        if !rows.iter().any(|(other, _)| *other == row) {
            rows.push((row, advise(row, suites, cells)));
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    let count = |wanted: fn(&Advice) -> bool| rows.iter().filter(|(_, advice)| wanted(advice)).count();
    let counts = [
        (count(|it| matches!(it, Advice::Keep { .. })), "needed"),
        (count(|it| matches!(it, Advice::Delete { .. })), "to delete"),
        (count(|it| matches!(it, Advice::Narrow { .. })), "to narrow"),
        (count(|it| matches!(it, Advice::Relabel { .. })), "to relabel"),
        (count(|it| matches!(it, Advice::Unknown)), "unknown"),
    ];
    let counts: Vec<_> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let lines: String = rows.iter().map(|(row, advice)| advice.describe(row)).collect();
    format!("audit of the exclusions: {}\n{lines}", counts.join(", "))
}

fn advise(row: &Row, suites: &[SuiteSpec], cells: &[CellRecord]) -> Advice {
    if let Exclusion::BaselineWrong { .. } = row.kind {
        return advise_on_baseline(row, suites, cells);
    }
    let ran: Vec<_> = cells
        .iter()
        .filter(|cell| cell.excluded && is_of(suites, cell, row) && cell.row.as_deref() == Some(&*row.marker))
        .filter(|cell| cell.row_at == row.location)
        // A failure outside of the body says nothing of the row.
        .filter(|cell| !cell.setup && cell.outcome.ran())
        .collect();
    // Beside a baseline that is wrong, what agrees is what fails.
    let passes = |cell: &&&CellRecord| match cell.disputed_at {
        Some(_) => cell.failure == Some(Failure::Mismatch),
        None => cell.outcome == Outcome::Passed,
    };
    let passing: Vec<_> = ran.iter().filter(passes).map(|cell| cell.name.clone()).collect();
    let failures: BTreeSet<_> = ran.iter().filter_map(|cell| cell.failure).collect();
    let failures: Vec<_> = failures.into_iter().collect();
    let cells = ran.len();
    match (passing.len(), &row.kind) {
        _ if ran.is_empty() => Advice::Unknown,
        (passed, _) if passed == cells => Advice::Delete { cells },
        (1.., _) => {
            let failing: Vec<_> = ran.iter().filter(|cell| !passes(cell)).copied().collect();
            Advice::Narrow { passing, cells, instead: instead(suites, &row.backend, &failing, &ran) }
        }
        // A body that can be run says more than one that cannot.
        (_, Exclusion::Skip) => Advice::Relabel { cells, failures },
        _ if ran.iter().any(|cell| cell.with_row == Some(Outcome::XChanged)) => Advice::Relabel { cells, failures },
        _ => Advice::Keep { cells },
    }
}

/// Whether the row is one of the cell's backend, or of its family.
fn is_of(suites: &[SuiteSpec], cell: &CellRecord, row: &Row) -> bool {
    let backends = || suites.iter().flat_map(|suite| &suite.backends);
    cell.backend == row.backend || backends().any(|it| it.name == cell.backend && it.declared() == row.backend)
}

/// The cases of which no backend disagrees with the baseline have no need of a row that says that it is wrong.
fn advise_on_baseline(row: &Row, suites: &[SuiteSpec], cells: &[CellRecord]) -> Advice {
    let at = row.location.clone().unwrap_or_else(|| row.describe());
    let of_row = cells.iter().filter(|cell| cell.disputed_at.as_deref() == Some(&at));
    let compared: Vec<_> =
        of_row.filter(|cell| cell.agreement.is_some() || cell.failure == Some(Failure::Mismatch)).collect();
    let case = |cell: &CellRecord| cell.name.strip_suffix(&cell.backend).map(str::to_owned);
    let disputed: BTreeSet<_> =
        compared.iter().filter(|cell| cell.failure == Some(Failure::Mismatch)).map(|cell| case(cell)).collect();
    let (needed, others): (Vec<_>, Vec<_>) = compared.iter().copied().partition(|cell| disputed.contains(&case(cell)));
    let cells = compared.len();
    match (needed.is_empty(), others.is_empty()) {
        (true, true) => Advice::Unknown,
        (true, false) => Advice::Delete { cells },
        (false, true) => Advice::Keep { cells },
        (false, false) => {
            let passing = others.iter().map(|cell| cell.name.clone()).collect();
            Advice::Narrow { passing, cells, instead: instead(suites, &row.backend, &needed, &compared) }
        }
    }
}

/// The narrowest rows that mean the failing cells.
fn instead(suites: &[SuiteSpec], backend: &str, failing: &[&CellRecord], ran: &[&CellRecord]) -> Vec<String> {
    let known: Vec<_> = suites.iter().flat_map(|suite| &suite.tests).map(TestRecord::of).collect();
    let rows = narrowest(&known, failing, ran);
    rows.iter().map(|row| format!("#[crosscheck::exclusions({backend:?}, {row})]")).collect()
}

impl Advice {
    fn describe(&self, row: &Row) -> String {
        let at = text::line(row.location.as_deref().unwrap_or("(a row out of data)"));
        let was = describe(row);
        match self {
            Self::Keep { cells } => {
                format!("  {}: needed: {} without it\n", text::line(&row.describe()), fraction(*cells, *cells, "fail"))
            }
            Self::Unknown => format!("  {}: no cell of it ran: nothing is known of it\n", text::line(&row.describe())),
            Self::Delete { cells } => {
                format!("@@ {at} @@ stale, delete it: {} without it\n- {was}\n", fraction(*cells, *cells, "pass"))
            }
            Self::Narrow { passing, cells, instead } => {
                let (passed, names) = (passing.len(), passing.join(", "));
                let names = text::line(&names);
                let instead: String = instead.iter().map(|row| format!("+ {}\n", text::line(row))).collect();
                let fraction = fraction(passed, *cells, "pass");
                format!("@@ {at} @@ too wide: {fraction} without it: {names}\n- {was}\n{instead}")
            }
            Self::Relabel { cells, failures } => {
                let (marker, backend) = (text::line(&row.marker), text::line(&row.backend));
                let kinds: Vec<_> = failures.iter().map(|failure| failure.with_article()).collect();
                let how = match failures.as_slice() {
                    [one] => format!(" .by({one:?})"),
                    _ => String::new(),
                };
                format!(
                    "@@ {at} @@ relabel it: {}, by {}\n- {was}\n+ xfail {backend} {marker}: {}{how}\n",
                    fraction(*cells, *cells, "run and fail"),
                    kinds.join(" or "),
                    text::line(&row.message),
                )
            }
        }
    }
}

/// `2 of 3 cells pass`
fn fraction(some: usize, all: usize, what: &str) -> String {
    match (all, what) {
        (1, "pass") => "its one cell passes".to_owned(),
        (1, "fail") => "its one cell fails".to_owned(),
        (1, _) => "its one cell runs and fails".to_owned(),
        _ => format!("{some} of {all} cells {what}"),
    }
}
