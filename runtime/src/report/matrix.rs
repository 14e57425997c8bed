//! The feature × backend table.

use std::collections::BTreeMap;

use comfy_table::{LineStyle, Table, presets};

use crate::judge::Outcome;
use crate::plan::{Decision, Plan};
use crate::record::CellRecord;
use crate::suite::spec::SuiteSpec;
use crate::{sorted, text};

/// The row of tests that use no feature.
const UNMARKED: &str = "(no feature)";
/// The last row, in which each cell counts once.
const TOTAL: &str = "all cells";

/// What is planned: how many cells run, are skipped, and are expected to fail.
pub fn of_plan(plan: &Plan) -> String {
    const WORDS: [&str; 5] = ["run", "xfail", "skip", "not implemented", "conditional"];
    let mut tallies: Vec<_> = plan.suites.iter().map(|suite| Tally::new(suite, &WORDS)).collect();
    for cell in &plan.cells {
        let word = match cell.decision {
            Decision::Run | Decision::Flaky(_) | Decision::RunExcluded(_) => 0,
            Decision::XFail(_) => 1,
            Decision::Skip(_) | Decision::Uncontained(_) => 2,
            Decision::NotImplemented(_) => 3,
            Decision::Ask(_) => 4,
        };
        let tally = &mut tallies[cell.suite as usize];
        let rows = tally.rows_of(&plan.markers(cell));
        tally.count(&rows, plan.backend(cell), word);
    }
    render(&tallies)
}

/// What became of it: how many cells had which outcome.
pub fn of_run(suites: &[SuiteSpec], cells: &[CellRecord]) -> String {
    let words = Outcome::ALL.map(Outcome::as_str);
    let mut numbers = [0; Outcome::ALL.len()];
    for (at, outcome) in Outcome::ALL.into_iter().enumerate() {
        numbers[outcome as usize] = at;
    }
    let mut tallies: Vec<_> = suites.iter().map(|suite| Tally::new(suite, &words)).collect();
    let suite_of: BTreeMap<_, _> = match suites {
        // Of one, each cell is.
        [_] => BTreeMap::new(),
        suites => {
            let numbered = suites.iter().enumerate();
            sorted::map(numbered.flat_map(|(at, suite)| suite.tests.iter().map(move |test| (test.path.as_str(), at))))
        }
    };
    // Cells with the same markers follow each other: those of one test.
    let (mut known, mut rows): (Option<(usize, &[String])>, _) = (None, Vec::new());
    for cell in cells {
        let at = if suites.len() == 1 { Some(0) } else { suite_of.get(cell.test.as_str()).copied() };
        let Some(at) = at else { continue };
        let of = Some((at, cell.markers.as_slice()));
        if known != of {
            let markers: Vec<_> = cell.markers.iter().map(String::as_str).collect();
            (known, rows) = (of, tallies[at].rows_of(&markers));
        }
        tallies[at].count(&rows, &cell.backend, numbers[cell.outcome as usize]);
    }
    render(&tallies)
}

/// Counts of words a (feature, backend).
struct Tally<'a> {
    subject: &'a str,
    /// What stands before each row of the table.
    rows: Vec<&'a str>,
    backends: Vec<&'a str>,
    words: &'a [&'static str],
    /// How often each word was counted, by row, backend and word.
    counts: Vec<usize>,
}

impl<'a> Tally<'a> {
    fn new(suite: &'a SuiteSpec, words: &'a [&'static str]) -> Self {
        let features = suite.features.iter().map(|feature| feature.marker);
        let rows: Vec<_> = std::iter::once(UNMARKED).chain(features).chain([TOTAL]).collect();
        let backends: Vec<_> = suite.backends.iter().map(|backend| backend.name).collect();
        let counts = vec![0; rows.len() * backends.len() * words.len()];
        Self { subject: suite.subject, rows, backends, words, counts }
    }

    /// The rows in which a cell with these markers counts.
    fn rows_of(&self, markers: &[&str]) -> Vec<usize> {
        let last = self.rows.len() - 1;
        // Most cells have no marker, and there may be many features.
        let row_of = |marker: &&str| Some(1 + self.rows[1..last].iter().position(|row| row == marker)?);
        let mut rows: Vec<_> = markers.iter().filter_map(row_of).collect();
        if rows.is_empty() {
            rows.push(0);
        }
        rows.push(last);
        rows
    }

    fn count(&mut self, rows: &[usize], backend: &str, word: usize) {
        let Some(backend) = self.backends.iter().position(|name| *name == backend) else { return };
        for row in rows {
            let at = (row * self.backends.len() + backend) * self.words.len() + word;
            self.counts[at] += 1;
        }
    }

    /// How often each word was counted, in their order.
    fn counts(&self, row: usize, backend: usize) -> &[usize] {
        let from = (row * self.backends.len() + backend) * self.words.len();
        &self.counts[from..from + self.words.len()]
    }

    fn is_empty(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
    }

    fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
        // A selection leaves rows and columns without a cell; they would only be in the way.
        let is_there = |row: usize, backend: usize| self.counts(row, backend).iter().any(|count| *count > 0);
        let (all_rows, all_backends) = (0..self.rows.len(), 0..self.backends.len());
        let has_column = |backend: &usize| all_rows.clone().any(|row| is_there(row, *backend));
        let backends: Vec<_> = all_backends.filter(has_column).collect();
        table.set_header(
            std::iter::once("feature".into()).chain(backends.iter().map(|at| text::line(self.backends[*at]))),
        );
        for row in all_rows.clone().filter(|row| backends.iter().any(|backend| is_there(*row, *backend))) {
            let name = text::line(self.rows[row]).into_owned();
            table.add_row(std::iter::once(name).chain(backends.iter().map(|backend| self.cell(row, *backend))));
        }
        table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    /// `12 passed, 3 xfailed`; a dash where there is no cell.
    fn cell(&self, row: usize, backend: usize) -> String {
        let counted = self.counts(row, backend).iter().zip(self.words).filter(|(count, _)| **count > 0);
        let words: Vec<_> = counted.map(|(count, word)| format!("{count} {word}")).collect();
        if words.is_empty() { "–".to_owned() } else { words.join("\n") }
    }
}

/// The tables, each under its subject where there are several.
fn render(tallies: &[Tally<'_>]) -> String {
    let tallies: Vec<_> = tallies.iter().filter(|tally| !tally.is_empty()).collect();
    match tallies.as_slice() {
        [tally] => tally.table(),
        tallies => tallies.iter().map(|tally| format!("{}\n{}\n", tally.subject, tally.table())).collect(),
    }
}

#[cfg(test)]
mod tests;
