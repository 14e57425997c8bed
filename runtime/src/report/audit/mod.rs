//! What a run without the matrix says of each of its rows, as a list of what to change where.

mod beside;
mod fault;
mod size;

use self::beside::neighbours;
pub use self::fault::spoken;
use self::fault::{Fault, ways};
use self::size::Size;
use crate::judge::Outcome;
use crate::record::CellRecord;
use crate::record::suite::TestRecord;
use crate::report::narrow::{case_of, narrowest};
use crate::report::rows::{describe, kind};
use crate::sorted;
use crate::suite::expectation::{Bounds, Failure};
use crate::suite::row::{Exclusion, Row};
use crate::suite::spec::SuiteSpec;
use crate::text;

/// How many of several things a line names.
const MOST: usize = 3;

/// How much of what a failure says is shown, in characters.
const LONGEST: usize = 100;

/// What to do about a row.
enum Advice {
    /// No cell of it ran.
    Unknown,
    /// Every cell fails without it, as it says.
    Keep { cells: usize },
    /// Every cell passes without it.
    Delete { cells: usize },
    /// The cell passes in which its fault is to be seen; the others fail by something else.
    Unseen { cell: String, others: usize },
    /// Some cells pass without it.
    Narrow { passing: Vec<String>, cells: usize, instead: Vec<String> },
    /// The cells fail in another way than it says.
    Relabel { cells: usize, failures: Vec<Failure>, size: Option<Size> },
    /// The cells fail by a mismatch, and the row would excuse any other one as well.
    Bound { cells: usize, size: Size },
}

/// A row, what to do about it, and what its failing cells show besides, a line each.
struct Audited<'a> {
    row: &'a Row,
    advice: Advice,
    notes: Vec<String>,
}

/// What the cells of a row do without it.
struct Shown<'a> {
    ran: Vec<&'a CellRecord>,
    failing: Vec<&'a CellRecord>,
}

/// What is known of a run.
struct Known<'a> {
    suites: &'a [SuiteSpec],
    cells: &'a [CellRecord],
    tests: Vec<TestRecord>,
    /// Of all cells.
    faults: Vec<Fault<'a>>,
}

/// Which rows are needed, and a change for each that is not as it should be, headed by its place.
pub fn audit(suites: &[SuiteSpec], cells: &[CellRecord]) -> String {
    let tests: Vec<_> = suites.iter().flat_map(|suite| &suite.tests).map(TestRecord::of).collect();
    let faults = cells.iter().filter_map(|cell| Fault::of(cell, &tests)).collect();
    let known = Known { suites, cells, tests, faults };
    // What a flaky row excuses does not show in a run without it, nor does what a row lets run.
    let shows = |row: &&Row| !matches!(row.kind, Exclusion::Flaky | Exclusion::Run);
    let mut rows: Vec<Audited<'_>> = Vec::new();
    for row in suites.iter().flat_map(|suite| &suite.rows).filter(shows) {
        // Suites that share a backend share its rows.
        if !rows.iter().any(|other| other.row == row) {
            rows.push(known.audited(row));
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    let count = |wanted: fn(&Advice) -> bool| rows.iter().filter(|it| wanted(&it.advice)).count();
    let counts = [
        (count(|it| matches!(it, Advice::Keep { .. })), "needed"),
        (count(|it| matches!(it, Advice::Delete { .. } | Advice::Unseen { .. })), "to delete"),
        (count(|it| matches!(it, Advice::Narrow { .. })), "to narrow"),
        (count(|it| matches!(it, Advice::Relabel { .. })), "to relabel"),
        (count(|it| matches!(it, Advice::Bound { .. })), "to bound"),
        (count(|it| matches!(it, Advice::Unknown)), "unknown"),
    ];
    let counts: Vec<_> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let lines: String = rows.iter().enumerate().map(|(at, it)| line_of(&rows, at, it)).collect();
    format!("audit of the exclusions: {}\n{lines}", counts.join(", "))
}

/// What is said of a row: of many rows of a backend that has run nothing, such as one that is not selected, one line is enough.
fn line_of(rows: &[Audited<'_>], at: usize, audited: &Audited<'_>) -> String {
    let backend = &audited.row.backend;
    let of_backend = || rows.iter().filter(|it| it.row.backend == *backend);
    let count = of_backend().count();
    if count <= MOST || of_backend().any(|it| !matches!(it.advice, Advice::Unknown)) {
        return audited.describe();
    }
    match rows[..at].iter().any(|it| it.row.backend == *backend) {
        true => String::new(),
        false => {
            format!("  {count} rows of `{}`: no cell of theirs ran: nothing is known of them\n", text::line(backend))
        }
    }
}

impl<'a> Known<'a> {
    fn audited(&self, row: &'a Row) -> Audited<'a> {
        let shown = match row.kind {
            Exclusion::BaselineWrong { .. } => self.shown_of_baseline(row),
            _ => self.shown(row),
        };
        Audited { row, advice: self.advise(row, &shown), notes: self.notes(row, &shown) }
    }

    fn shown(&self, row: &Row) -> Shown<'a> {
        let ran: Vec<_> = self
            .cells
            .iter()
            .filter(|cell| cell.excluded && is_of(self.suites, cell, row) && cell.row.as_deref() == Some(&*row.marker))
            .filter(|cell| cell.row_at == row.location)
            // A failure outside of the body says nothing of the row.
            .filter(|cell| !cell.setup && cell.outcome.ran())
            .collect();
        // Beside a baseline that is wrong, what agrees is what fails.
        let passes = |cell: &&CellRecord| match cell.disputed_at {
            Some(_) => cell.failure == Some(Failure::Mismatch),
            None => cell.outcome == Outcome::Passed,
        };
        let failing = ran.iter().copied().filter(|cell| !passes(cell)).collect();
        Shown { ran, failing }
    }

    /// The cases of which no backend disagrees with the baseline have no need of a row that says that it is wrong.
    fn shown_of_baseline(&self, row: &Row) -> Shown<'a> {
        let at = row.location.clone().unwrap_or_else(|| row.describe());
        let of_row = self.cells.iter().filter(|cell| cell.disputed_at.as_deref() == Some(&at));
        let ran: Vec<_> =
            of_row.filter(|cell| cell.agreement.is_some() || cell.failure == Some(Failure::Mismatch)).collect();
        let case = |cell: &CellRecord| cell.name.strip_suffix(&cell.backend).map(str::to_owned);
        let disagrees = |cell: &&&CellRecord| cell.failure == Some(Failure::Mismatch);
        let disputed = sorted::set(ran.iter().filter(disagrees).map(|cell| case(cell)));
        let failing = ran.iter().copied().filter(|cell| disputed.contains(&case(cell))).collect();
        Shown { ran, failing }
    }

    fn advise(&self, row: &Row, Shown { ran, failing }: &Shown<'_>) -> Advice {
        let cells = ran.len();
        let changed = || ran.iter().any(|cell| cell.with_row == Some(Outcome::XChanged));
        let size = || Size::of(&wrong_values(failing));
        match (failing.len(), &row.kind) {
            _ if ran.is_empty() => Advice::Unknown,
            (0, _) => Advice::Delete { cells },
            (others, _) if let Some(cell) = self.unseen(row, ran, failing) => Advice::Unseen { cell, others },
            (some, _) if some < cells => {
                let is_passing = |cell: &&&CellRecord| !failing.iter().any(|it| it.name == cell.name);
                let passing = ran.iter().filter(is_passing).map(|cell| cell.name.clone()).collect();
                Advice::Narrow { passing, cells, instead: self.instead(&row.backend, failing, ran) }
            }
            (_, Exclusion::BaselineWrong { bounds: Bounds::ANY, .. }) if let Some(size) = size() => {
                Advice::Bound { cells, size }
            }
            (_, Exclusion::BaselineWrong { .. }) => Advice::Keep { cells },
            // A body that can be run says more than one that cannot.
            (_, kind) if matches!(kind, Exclusion::Skip) || changed() => {
                let failures = sorted::set(failing.iter().filter_map(|cell| cell.failure));
                Advice::Relabel { cells, failures: failures.into_iter().collect(), size: size() }
            }
            _ if let (Some(Bounds::ANY), Some(size)) = (row.bounds(), size()) => Advice::Bound { cells, size },
            _ => Advice::Keep { cells },
        }
    }

    /// The cell in which the row's fault is to be seen, where it passes.
    fn unseen(&self, row: &Row, ran: &[&CellRecord], failing: &[&CellRecord]) -> Option<String> {
        let named = row.seen_in.as_deref()?;
        let is_named = |cell: &CellRecord| {
            let tests = self.suites.iter().flat_map(|suite| &suite.tests);
            let mut of_path = tests.filter(|test| test.path == cell.test);
            of_path.any(|test| test.is_called(case_of(cell), named))
        };
        let passes = ran.iter().find(|cell| is_named(cell))?;
        (!failing.iter().any(|cell| is_named(cell))).then(|| passes.name.clone())
    }

    /// The narrowest rows that mean the failing cells.
    fn instead(&self, backend: &str, failing: &[&CellRecord], ran: &[&CellRecord]) -> Vec<String> {
        let rows = narrowest(&self.tests, failing, ran);
        rows.iter().map(|row| format!("#[crosscheck::exclusions({backend:?}, {row})]")).collect()
    }

    /// What the failing cells show besides.
    fn notes(&self, row: &Row, Shown { ran, failing }: &Shown<'a>) -> Vec<String> {
        let failing: Vec<_> = wrong_values(failing);
        let faults: Vec<_> = failing.iter().filter_map(|cell| Fault::of(cell, &self.tests)).collect();
        let mut notes = Vec::new();
        if let (Some(bounds), Some(size)) = (row.bounds(), Size::of(&failing)) {
            let wide = size.wide(bounds).into_iter();
            notes
                .extend(wide.map(|(written, seen)| format!("wide: {written} is far beyond what this run saw: {seen}")));
        }
        let ways = ways(&faults);
        if ways.len() > 1 {
            notes.push(format!("fails in {} ways, of which some may be other faults:", ways.len()));
            notes.extend(ways.iter().take(MOST).map(|(way, cells)| {
                let text = shortened(&way.text);
                let text = if text.is_empty() { String::new() } else { format!(": {text}") };
                let by = format!("{} by {}", counted(cells.len()), way.failure.with_article());
                format!("  {by}{text} ({})", cells.first().map(|cell| cell.name.as_str()).unwrap_or_default())
            }));
            if ways.len() > MOST {
                notes.push(format!("  and {} more", ways.len() - MOST));
            }
        }
        let wrong: Vec<_> = self.faults.iter().filter(|fault| fault.is_wrong()).cloned().collect();
        let beside = neighbours(row, ran, &faults, &wrong, self.suites);
        if !beside.is_empty() {
            let names = beside.iter().take(MOST).map(|it| {
                let place = |row: &Row| row.location.clone().unwrap_or_else(|| format!("`{}`", row.marker));
                let row = it.row.map_or("no row".to_owned(), |row| format!("row at {}", place(row)));
                format!("{} ({row})", it.cell.name)
            });
            let names = names.collect::<Vec<_>>().join(", ");
            let more = beside.len().saturating_sub(MOST);
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            let fails = if beside.len() == 1 { "fails" } else { "fail" };
            notes.push(format!(
                "its reason does not separate: beside it, {} {fails} alike: {names}{more}",
                counted(beside.len())
            ));
        }
        notes
    }
}

/// Those of failing cells whose values, or bodies, are wrong: beside a baseline that is wrong, some may agree with it.
fn wrong_values<'a>(failing: &[&'a CellRecord]) -> Vec<&'a CellRecord> {
    failing.iter().copied().filter(|cell| cell.failure.is_some()).collect()
}

/// Whether the row is one of the cell's backend, or of its family.
fn is_of(suites: &[SuiteSpec], cell: &CellRecord, row: &Row) -> bool {
    let backends = || suites.iter().flat_map(|suite| &suite.backends);
    cell.backend == row.backend || backends().any(|it| it.name == cell.backend && it.declared() == row.backend)
}

impl Audited<'_> {
    fn describe(&self) -> String {
        let notes: String = self.notes.iter().map(|note| format!("    {}\n", text::line(note))).collect();
        self.advice.describe(self.row) + &notes
    }
}

impl Advice {
    fn describe(&self, row: &Row) -> String {
        let at = text::line(row.location.as_deref().unwrap_or("(a row out of data)"));
        let was = describe(row);
        let becomes = |kind: &str, how: &str| {
            let (marker, backend) = (text::line(&row.marker), text::line(&row.backend));
            format!("+ {kind} {backend} {marker}: {}{how}", text::line(&row.message))
        };
        match self {
            Self::Keep { cells } => {
                format!("  {}: needed: {} without it\n", text::line(&row.describe()), fraction(*cells, *cells, "fail"))
            }
            Self::Unknown => format!("  {}: no cell of it ran: nothing is known of it\n", text::line(&row.describe())),
            Self::Delete { cells } => {
                format!("@@ {at} @@ stale, delete it: {} without it\n- {was}\n", fraction(*cells, *cells, "pass"))
            }
            Self::Unseen { cell, others } => {
                let cell = text::line(cell);
                let fail = if *others == 1 { "fails" } else { "fail" };
                format!(
                    "@@ {at} @@ stale, delete it: {cell}, in which it was seen, passes without it; {} {fail} by something \
                     else\n- {was}\n",
                    counted(*others)
                )
            }
            Self::Narrow { passing, cells, instead } => {
                let (passed, names) = (passing.len(), passing.join(", "));
                let names = text::line(&names);
                let instead: String = instead.iter().map(|row| format!("+ {}\n", text::line(row))).collect();
                let fraction = fraction(passed, *cells, "pass");
                format!("@@ {at} @@ too wide: {fraction} without it: {names}\n- {was}\n{instead}")
            }
            Self::Relabel { cells, failures, size } => {
                let kinds: Vec<_> = failures.iter().map(|failure| failure.with_article()).collect();
                let how = match (failures.as_slice(), size) {
                    ([one], Some(size)) => format!(" .by({one:?}){}", size.calls()),
                    ([one], None) => format!(" .by({one:?})"),
                    _ => String::new(),
                };
                let fraction = fraction(*cells, *cells, "run and fail");
                format!(
                    "@@ {at} @@ relabel it: {fraction}, by {}\n- {was}\n{}\n",
                    kinds.join(" or "),
                    becomes("xfail", &how)
                )
            }
            Self::Bound { cells, size } => {
                let fraction = fraction(*cells, *cells, "fail");
                let to = becomes(kind(row).trim_end(), &format!(" {}", size.calls()));
                format!(
                    "@@ {at} @@ bound it: {fraction} without it, and it would excuse a mismatch of any size; what this run saw, in \
                     three digits:\n- {was}\n{to}\n"
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

fn counted(cells: usize) -> String {
    if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
