//! The feature × backend table.

use std::collections::BTreeMap;

use comfy_table::{LineStyle, Table, presets};

use crate::judge::Outcome;
use crate::plan::{Decision, Plan};
use crate::record::CellRecord;
use crate::suite::spec::SuiteSpec;
use crate::text;

/// The row of tests that use no feature.
const UNMARKED: &str = "(no feature)";
/// The last row, in which each cell counts once.
const TOTAL: &str = "all cells";

/// What is planned: how many cells run, are skipped, and are expected to fail.
pub fn of_plan(plan: &Plan) -> String {
    let mut tallies: Vec<_> = plan.suites.iter().map(Tally::new).collect();
    for cell in &plan.cells {
        let (order, word) = match cell.decision {
            Decision::Run | Decision::Flaky(_) | Decision::RunExcluded(_) => (0, "run"),
            Decision::XFail(_) => (1, "xfail"),
            Decision::Skip(_) | Decision::Uncontained(_) => (2, "skip"),
            Decision::NotImplemented(_) => (3, "not implemented"),
            Decision::Ask(_) => (4, "conditional"),
        };
        tallies[cell.suite as usize].add(plan.backend(cell), &plan.markers(cell), (order, word));
    }
    render(&tallies)
}

/// What became of it: how many cells had which outcome.
pub fn of_run(suites: &[SuiteSpec], cells: &[CellRecord]) -> String {
    let mut tallies: Vec<_> = suites.iter().map(Tally::new).collect();
    let numbered = suites.iter().enumerate();
    let suite_of: BTreeMap<_, _> =
        numbered.flat_map(|(at, suite)| suite.tests.iter().map(move |test| (test.path.as_str(), at))).collect();
    for cell in cells {
        let Some(&at) = suite_of.get(cell.test.as_str()) else { continue };
        tallies[at].record(cell);
    }
    render(&tallies)
}

/// How often each word was counted; the number gives the words their order.
type Counts = BTreeMap<(usize, &'static str), usize>;

/// Counts of words a (feature, backend).
struct Tally<'a> {
    subject: &'a str,
    features: Vec<&'a str>,
    backends: Vec<&'a str>,
    counts: BTreeMap<(&'a str, &'a str), Counts>,
}

impl<'a> Tally<'a> {
    fn new(suite: &'a SuiteSpec) -> Self {
        Self {
            subject: suite.subject,
            features: suite.features.iter().map(|feature| feature.marker).collect(),
            backends: suite.backends.iter().map(|backend| backend.name).collect(),
            counts: BTreeMap::new(),
        }
    }

    fn record(&mut self, cell: &CellRecord) {
        let order = Outcome::ALL.iter().position(|outcome| *outcome == cell.outcome).unwrap_or_default();
        let markers: Vec<_> = cell.markers.iter().map(String::as_str).collect();
        self.add(&cell.backend, &markers, (order, cell.outcome.as_str()));
    }

    fn add(&mut self, backend: &str, markers: &[&str], word: (usize, &'static str)) {
        let Some(backend) = self.backends.iter().copied().find(|name| *name == backend) else { return };
        let known = self.features.iter().copied();
        let mut rows: Vec<_> = known.filter(|marker| markers.contains(marker)).collect();
        if rows.is_empty() {
            rows.push(UNMARKED);
        }
        rows.push(TOTAL);
        for row in rows {
            *self.counts.entry((row, backend)).or_default().entry(word).or_default() += 1;
        }
    }

    fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
        // A selection leaves rows and columns without a cell; they would only be in the way.
        let has_row = |row: &str| self.counts.keys().any(|(other, _)| *other == row);
        let has_column = |backend: &str| self.counts.keys().any(|(_, other)| *other == backend);
        let backends = || self.backends.iter().copied().filter(|name| has_column(name));
        table.set_header(std::iter::once("feature".into()).chain(backends().map(text::line)));
        let features = self.features.iter().copied();
        for row in std::iter::once(UNMARKED).chain(features).chain([TOTAL]).filter(|row| has_row(row)) {
            table.add_row(
                std::iter::once(text::line(row).into_owned()).chain(backends().map(|backend| self.cell(row, backend))),
            );
        }
        table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    /// `12 passed, 3 xfailed`; a dash where there is no cell.
    fn cell(&self, row: &str, backend: &str) -> String {
        let words = self.counts.get(&(row, backend)).into_iter().flatten();
        let words: Vec<_> = words.map(|((_, word), count)| format!("{count} {word}")).collect();
        if words.is_empty() { "–".to_owned() } else { words.join("\n") }
    }
}

/// The tables, each under its subject where there are several.
fn render(tallies: &[Tally<'_>]) -> String {
    let tallies: Vec<_> = tallies.iter().filter(|tally| !tally.counts.is_empty()).collect();
    match tallies.as_slice() {
        [tally] => tally.table(),
        tallies => tallies.iter().map(|tally| format!("{}\n{}\n", tally.subject, tally.table())).collect(),
    }
}

#[cfg(test)]
mod tests;
