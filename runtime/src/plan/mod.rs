//! From suites, matrix and selection to cells: pure, nothing is run.

pub mod marker;
pub mod resolve;
mod selection;
pub mod shard;
pub mod unused;

use std::sync::Arc;

pub use selection::{NameFilter, Selection};

use crate::suite::row::{Exclusion, Row};
use crate::suite::spec::{BackendSpec, SuiteSpec, TestSpec};
use resolve::{Resolution, Resolver};

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
    /// What is done with it.
    pub decision: Decision,
}

/// What is done with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// No row applies.
    Run,
    /// The row, by position, that keeps the body from running.
    Skip(u32),
    /// The row that expects a failure.
    XFail(u32),
    /// The row that lets the cell fail before it passes.
    Flaky(u32),
    /// The row that would apply, were the matrix not set aside.
    RunExcluded(u32),
    /// The row that expects the body to end its process, or never to end. It is not run, because nothing contains it.
    Uncontained(u32),
    /// The backend does not implement a function that the test is about or calls: the position in
    /// [`TestSpec::functions`]. No row is asked.
    NotImplemented(u32),
}

impl Decision {
    /// The row behind the decision.
    pub fn row(self) -> Option<usize> {
        match self {
            Self::Run | Self::NotImplemented(_) => None,
            Self::Skip(row) | Self::XFail(row) | Self::Flaky(row) | Self::RunExcluded(row) | Self::Uncontained(row) => {
                Some(row as usize)
            }
        }
    }

    /// Whether the body is run.
    pub fn runs(self) -> bool {
        match self {
            Self::Run | Self::XFail(_) | Self::Flaky(_) | Self::RunExcluded(_) => true,
            Self::Skip(_) | Self::Uncontained(_) | Self::NotImplemented(_) => false,
        }
    }
}

/// Plans the selected cells of all suites.
pub fn plan(suites: Arc<[SuiteSpec]>, selection: &Selection) -> Plan {
    let mut cells = Vec::new();
    for (number, suite) in suites.iter().enumerate() {
        let resolver = Resolver::new(suite);
        for (test, spec) in suite.tests.iter().enumerate() {
            if selection.wants_test(spec) {
                plan_test(&resolver, (number as u32, test as u32), selection, &mut cells);
            }
        }
    }
    Plan { suites, cells }
}

fn plan_test(resolver: &Resolver<'_>, (number, test): (u32, u32), selection: &Selection, cells: &mut Vec<Cell>) {
    let suite = resolver.suite;
    let spec = &suite.tests[test as usize];
    let wanted = |backend: &BackendSpec| selection.wants_backend(backend.name);
    let columns: Vec<_> = resolver.columns(spec).filter(|column| wanted(column.backend)).collect();
    for case in 0..spec.cases() {
        if !selection.wants_case(spec, case) {
            continue;
        }
        for column in &columns {
            if selection.wants_name(|| spec.cell_name(case, column.backend.name)) {
                let decision = decide(selection, &suite.rows, column.resolve(resolver, spec, case));
                cells.push(Cell { suite: number, test, case, backend: column.number, decision });
            }
        }
    }
}

/// What is done with a cell to which this applies: the only place that says whether its body is run.
fn decide(selection: &Selection, rows: &[Row], resolution: Resolution) -> Decision {
    let at = match resolution {
        Resolution::NotImplemented(function) => return Decision::NotImplemented(function),
        Resolution::Row(None) => return Decision::Run,
        Resolution::Row(Some(at)) => at,
    };
    let (row, number) = (&rows[at], at as u32);
    match row.kind {
        // It excuses nothing that could be seen without it.
        Exclusion::Flaky => Decision::Flaky(number),
        _ if row.takes_its_process_down() && !selection.contained => Decision::Uncontained(number),
        _ if selection.run_excluded => Decision::RunExcluded(number),
        Exclusion::Skip => Decision::Skip(number),
        Exclusion::XFail { .. } => Decision::XFail(number),
    }
}

impl Plan {
    /// The cell's suite.
    pub fn suite(&self, cell: &Cell) -> &SuiteSpec {
        &self.suites[cell.suite as usize]
    }

    /// The cell's test.
    pub fn test(&self, cell: &Cell) -> &TestSpec {
        &self.suite(cell).tests[cell.test as usize]
    }

    /// The name of the cell's backend.
    pub fn backend(&self, cell: &Cell) -> &'static str {
        self.suite(cell).backends[cell.backend as usize].name
    }

    /// The row of the matrix that applies to the cell.
    pub fn row(&self, cell: &Cell) -> Option<&Row> {
        cell.decision.row().map(|row| &self.suite(cell).rows[row])
    }

    /// The function that the cell's backend does not implement.
    pub fn missing_function(&self, cell: &Cell) -> Option<&'static str> {
        match cell.decision {
            Decision::NotImplemented(at) => self.test(cell).functions().nth(at as usize),
            _ => None,
        }
    }

    /// The markers of the cell.
    pub fn markers(&self, cell: &Cell) -> Vec<&'static str> {
        self.test(cell).markers_of(cell.case)
    }

    /// The cell's name.
    pub fn name(&self, cell: &Cell) -> String {
        self.test(cell).cell_name(cell.case, self.backend(cell))
    }
}

#[cfg(test)]
mod tests;
