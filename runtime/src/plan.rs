//! From suites, matrix and selection to cells: pure, nothing is run.

use std::sync::Arc;

use crate::marker::MarkerExpr;
use crate::spec::{Exclusion, Row, SuiteSpec, TestSpec};

/// What of the whole is wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Names of backends; empty for all.
    pub backends: Vec<String>,
    /// By the markers of the test.
    pub marker: Option<MarkerExpr>,
    /// By the name of the cell.
    pub names: NameFilter,
    /// Plan as if the matrix were empty.
    pub run_excluded: bool,
}

/// The part of the selection that libtest knows.
#[derive(Clone, Debug, Default)]
pub struct NameFilter {
    /// A cell is wanted when its name contains one of these; empty for all.
    pub filters: Vec<String>,
    /// A cell is not wanted when its name contains one of these.
    pub skip: Vec<String>,
    /// Names have to be equal, or to start with the filter as a whole path: `module::test` means all cells of that test.
    pub exact: bool,
}

/// The cells to run and not to run, by test, case and backend, the baseline first.
#[derive(Debug)]
pub struct Plan {
    /// The suites that the cells' numbers refer to.
    pub suites: Arc<[SuiteSpec]>,
    /// The cells.
    pub cells: Vec<Cell>,
}

/// One test on one backend with one value of each axis. Small: a plan may hold millions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    pub(crate) suite: u32,
    pub(crate) test: u32,
    /// The position in the cross product of the axes, the last one fastest.
    pub(crate) case: u32,
    pub(crate) backend: u32,
    pub(crate) decision: Decision,
}

/// What the matrix says of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// No row applies.
    Run,
    /// The row, by position, that keeps the body from running.
    Skip(u32),
    /// The row that expects a failure.
    XFail(u32),
    /// The row that would apply, were the matrix not set aside.
    RunExcluded(u32),
}

impl Decision {
    /// The row behind the decision.
    pub fn row(self) -> Option<usize> {
        match self {
            Self::Run => None,
            Self::Skip(row) | Self::XFail(row) | Self::RunExcluded(row) => Some(row as usize),
        }
    }
}

/// The row that decides on a test with these markers on this backend, by position.
///
/// Skip beats XFail, because a body that cannot run is never run; among equals the first row wins.
pub fn resolve(rows: &[Row], backend: &str, markers: &[&str]) -> Option<usize> {
    let matching = || {
        let applies = |row: &Row| row.backend == backend && markers.contains(&row.marker.as_ref());
        rows.iter().enumerate().filter(move |(_, row)| applies(row))
    };
    matching().find(|(_, row)| row.kind == Exclusion::Skip).or_else(|| matching().next()).map(|(at, _)| at)
}

/// Plans the selected cells of all suites.
pub fn plan(suites: Arc<[SuiteSpec]>, selection: &Selection) -> Plan {
    let mut cells = Vec::new();
    for (number, suite) in suites.iter().enumerate() {
        for (test, spec) in suite.tests.iter().enumerate() {
            if selection.wants_test(spec) {
                plan_test(suite, (number as u32, test as u32), selection, &mut cells);
            }
        }
    }
    Plan { suites, cells }
}

fn plan_test(suite: &SuiteSpec, (number, test): (u32, u32), selection: &Selection, cells: &mut Vec<Cell>) {
    let spec = &suite.tests[test as usize];
    let backends: Vec<_> = (0_u32..)
        .zip(&suite.backends)
        .filter(|(_, backend)| spec.runs_on(backend.name, suite.baseline) && selection.wants_backend(backend.name))
        .map(|(at, backend)| (at, backend.name, selection.decide(&suite.rows, backend.name, &spec.markers)))
        .collect();
    for case in 0..spec.cases() {
        for &(backend, name, decision) in &backends {
            if selection.names.is_trivial() || selection.names.wants(&spec.cell_name(case, name)) {
                cells.push(Cell { suite: number, test, case, backend, decision });
            }
        }
    }
}

impl Selection {
    fn wants_test(&self, test: &TestSpec) -> bool {
        let by_marker = self.marker.as_ref().is_none_or(|expr| expr.matches(&test.markers));
        by_marker && self.names.may_want(&test.path)
    }

    fn wants_backend(&self, name: &str) -> bool {
        self.backends.is_empty() || self.backends.iter().any(|wanted| wanted == name)
    }

    fn decide(&self, rows: &[Row], backend: &str, markers: &[&str]) -> Decision {
        match resolve(rows, backend, markers) {
            None => Decision::Run,
            Some(row) if self.run_excluded => Decision::RunExcluded(row as u32),
            Some(row) if rows[row].kind == Exclusion::Skip => Decision::Skip(row as u32),
            Some(row) => Decision::XFail(row as u32),
        }
    }
}

impl NameFilter {
    fn is_trivial(&self) -> bool {
        self.filters.is_empty() && self.skip.is_empty()
    }

    /// Whether a cell of this test can be wanted; spares building the others' names.
    fn may_want(&self, path: &str) -> bool {
        let may = |filter: &String| filter.starts_with(path) || path.starts_with(filter.as_str());
        !self.exact || self.filters.is_empty() || self.filters.iter().any(may)
    }

    fn wants(&self, name: &str) -> bool {
        let hit = |filter: &String| match self.exact {
            true => name.strip_prefix(filter.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")),
            false => name.contains(filter.as_str()),
        };
        (self.filters.is_empty() || self.filters.iter().any(hit)) && !self.skip.iter().any(hit)
    }
}

impl TestSpec {
    /// Whether the test has cells on this backend. A differential test has none on the baseline: it would compare the
    /// baseline with itself.
    pub(crate) fn runs_on(&self, backend: &str, baseline: &str) -> bool {
        let named = self.backends.is_none_or(|names| names.contains(&backend));
        named && !(self.differential && backend == baseline)
    }

    /// How many cases the axes make; one without axes.
    pub(crate) fn cases(&self) -> u32 {
        self.axes.iter().map(|axis| axis.labels.len() as u32).product()
    }

    /// The position on each axis.
    pub(crate) fn positions(&self, case: u32) -> Vec<usize> {
        let mut rest = case as usize;
        let mut positions: Vec<_> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let at = rest % axis.labels.len();
                rest /= axis.labels.len();
                at
            })
            .collect();
        positions.reverse();
        positions
    }

    /// The values of the axes, joined by `_`; empty without axes.
    pub(crate) fn case_label(&self, case: u32) -> String {
        let labels: Vec<_> = self.axes.iter().zip(self.positions(case)).map(|(axis, at)| axis.labels[at]).collect();
        labels.join("_")
    }

    /// `module::test::case::backend`.
    pub(crate) fn cell_name(&self, case: u32, backend: &str) -> String {
        let Self { path, axes, .. } = self;
        match axes {
            [] => format!("{path}::{backend}"),
            _ => format!("{path}::{}::{backend}", self.case_label(case)),
        }
    }
}

impl Plan {
    /// The cell's suite.
    pub(crate) fn suite(&self, cell: &Cell) -> &SuiteSpec {
        &self.suites[cell.suite as usize]
    }

    /// The cell's test.
    pub(crate) fn test(&self, cell: &Cell) -> &TestSpec {
        &self.suite(cell).tests[cell.test as usize]
    }

    /// The name of the cell's backend.
    pub(crate) fn backend(&self, cell: &Cell) -> &'static str {
        self.suite(cell).backends[cell.backend as usize].name
    }

    /// The row of the matrix that applies to the cell.
    pub(crate) fn row(&self, cell: &Cell) -> Option<&Row> {
        cell.decision.row().map(|row| &self.suite(cell).rows[row])
    }

    /// The cell's name.
    pub(crate) fn name(&self, cell: &Cell) -> String {
        self.test(cell).cell_name(cell.case, self.backend(cell))
    }
}

#[cfg(test)]
mod tests;
