//! What becomes of a suite from run to run: a pure function of the runs.

use std::collections::{BTreeMap, BTreeSet};

use crosscheck::internals::Fingerprint;
use crosscheck::record::CellRecord;
use crosscheck::{Debt, Outcome};

use crate::records::Dated;

/// The runs of a suite, the oldest first.
#[derive(Clone, Debug)]
pub struct Trend {
    /// The suite.
    pub suite: String,
    /// Each run.
    pub points: Vec<Point>,
    /// The backends of all of them.
    pub backends: Vec<String>,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Point {
    /// When it began, in seconds since 1970.
    pub at: u64,
    /// What it is called: its file or its folder.
    pub name: String,
    /// Which state of the suite it is of.
    pub fingerprint: Fingerprint,
    /// What became of each backend.
    pub tallies: BTreeMap<String, Tally>,
}

/// What became of the cells of a backend.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// All of them.
    pub cells: usize,
    /// Those that passed.
    pub passed: usize,
    /// Those that failed as a row expects.
    pub excused: usize,
    /// Those that were skipped, or that the backend does not implement.
    pub not_run: usize,
    /// Those whose backend could not be opened.
    pub unavailable: usize,
    /// Those that fail the run.
    pub failing: usize,
    /// Those that a row excuses, by the kind of debt, in the order of [`Debt::ALL`]; those of rows that give none come last.
    pub debts: [usize; 5],
    /// How long those took that ran, in microseconds.
    pub duration_us: u64,
    /// The largest share of what is allowed that one of them used.
    pub used: Option<f64>,
}

impl Trend {
    /// Of these runs.
    pub fn of(suite: String, mut runs: Vec<Dated>) -> Self {
        runs.sort_by(|a, b| (a.at, &a.name).cmp(&(b.at, &b.name)));
        let points: Vec<_> = runs.into_iter().map(Point::of).collect();
        let backends: BTreeSet<_> = points.iter().flat_map(|point| point.tallies.keys().cloned()).collect();
        Self { suite, points, backends: backends.into_iter().collect() }
    }
}

impl Point {
    fn of(Dated { at, name, run }: Dated) -> Self {
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        for cell in &run.cells {
            tallies.entry(cell.backend.clone()).or_default().add(cell);
        }
        let fingerprint = run.starts.first().map(|start| start.fingerprint).unwrap_or_default();
        Self { at, name, fingerprint, tallies }
    }

    /// How many cells a row excuses for this kind of debt, on all backends together.
    pub fn debt(&self, kind: usize) -> usize {
        self.tallies.values().map(|tally| tally.debts[kind]).sum()
    }
}

impl Tally {
    fn add(&mut self, cell: &CellRecord) {
        self.cells += 1;
        match cell.outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::XFailed | Outcome::KnownFlaky => self.excused += 1,
            Outcome::Skipped | Outcome::NotImplemented => self.not_run += 1,
            Outcome::Unavailable => self.unavailable += 1,
            _ => self.failing += 1,
        }
        if cell.row.is_some() && matches!(cell.outcome, Outcome::XFailed | Outcome::KnownFlaky | Outcome::Skipped) {
            let kind = cell.debt.and_then(|debt| Debt::ALL.iter().position(|other| *other == debt));
            self.debts[kind.unwrap_or(Debt::ALL.len())] += 1;
        }
        if cell.outcome.ran() {
            self.duration_us += cell.duration_us;
        }
        if let Some(agreement) = cell.agreement.as_ref().filter(|it| it.elements > 0) {
            self.used = Some(self.used.unwrap_or_default().max(agreement.used));
        }
    }

    /// The share of its cells that passed; `None` where it was not there at all.
    pub fn support(&self) -> Option<f64> {
        // What is skipped is so on a machine without the backend as well.
        let ran = self.passed + self.excused + self.failing;
        let is_there = self.unavailable == 0 || ran > 0;
        (is_there && self.cells > self.unavailable).then(|| self.passed as f64 / (self.cells - self.unavailable) as f64)
    }

    /// How long they took, in seconds; `None` where none ran.
    pub fn seconds(&self) -> Option<f64> {
        (self.duration_us > 0).then(|| self.duration_us as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crosscheck::internals::missing;

    /// Each outcome counts once, and somewhere.
    #[test]
    fn each_outcome_counts_once() {
        for outcome in Outcome::ALL {
            let mut tally = Tally::default();
            let mut cell = missing("a::cpu");
            (cell.outcome, cell.duration_us, cell.row) = (outcome, 5, Some("f64".to_owned()));
            tally.add(&cell);
            cell.debt = Some(Debt::Upstream);
            tally.add(&cell);
            let Tally { cells, passed, excused, not_run, unavailable, failing, debts, duration_us, .. } = tally;
            assert_eq!((cells, passed + excused + not_run + unavailable + failing), (2, 2), "{outcome}");
            assert_eq!(failing > 0, outcome.fails_the_run(), "{outcome}");
            assert_eq!(duration_us, if outcome.ran() { 10 } else { 0 }, "{outcome}");
            let is_debt = matches!(outcome, Outcome::XFailed | Outcome::KnownFlaky | Outcome::Skipped);
            assert_eq!(debts, if is_debt { [0, 0, 1, 0, 1] } else { [0; 5] }, "{outcome}");
            let support = if outcome == Outcome::Unavailable {
                None
            } else {
                Some(f64::from(u8::from(outcome == Outcome::Passed)))
            };
            assert_eq!(tally.support(), support, "{outcome}");
        }
        let absent = Tally { cells: 5, not_run: 2, unavailable: 3, ..Tally::default() };
        assert_eq!(absent.support(), None);
        assert_eq!(Tally { cells: 6, passed: 1, ..absent }.support(), Some(1.0 / 3.0));
    }
}
