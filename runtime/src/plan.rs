//! From suites, matrix and selection to cells: pure, nothing is run.

use std::collections::HashSet;
use std::sync::Arc;

use crate::marker::MarkerExpr;
use crate::matrix::Index;
use crate::shard::Shard;
use crate::spec::{ALL, BackendSpec, Exclusion, Row, SuiteSpec, TestSpec};

/// What of the whole is wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Names of backends; empty for all.
    pub backends: Vec<String>,
    /// By the markers of the cell.
    pub marker: Option<MarkerExpr>,
    /// By the functions that the tests are about; empty for all.
    pub functions: Vec<String>,
    /// By the name of the cell.
    pub names: NameFilter,
    /// A part of what is left then.
    pub shard: Option<Shard>,
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
    /// The backend does not implement a function that the test is about or calls: the position in
    /// [`TestSpec::functions`]. No row is asked.
    NotImplemented(u32),
}

impl Decision {
    /// The row behind the decision.
    pub fn row(self) -> Option<usize> {
        match self {
            Self::Run | Self::NotImplemented(_) => None,
            Self::Skip(row) | Self::XFail(row) | Self::Flaky(row) | Self::RunExcluded(row) => Some(row as usize),
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
                let decision = selection.decide(&suite.rows, column.decide(resolver, spec, case));
                cells.push(Cell { suite: number, test, case, backend: column.number, decision });
            }
        }
    }
}

/// What is looked up once a suite.
pub(crate) struct Resolver<'a> {
    suite: &'a SuiteSpec,
    index: Index<'a>,
    /// The functions of the contract, as far as anybody says: what is called on a backend may as well be a helper that is
    /// written for the trait object.
    contract: HashSet<&'static str>,
}

/// A test on one backend: what is looked up once for all of its cases.
pub(crate) struct Column<'a> {
    number: u32,
    pub(crate) backend: &'a BackendSpec,
    missing: Option<u32>,
    /// The row that decides on every case.
    common: Option<usize>,
}

/// What stands behind a cell, before any selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Row(Option<usize>),
    NotImplemented(u32),
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(suite: &'a SuiteSpec) -> Self {
        let of = suite.tests.iter().filter_map(|test| test.of);
        let implemented = suite.backends.iter().filter_map(|backend| backend.implements).flatten().copied();
        Self { suite, index: Index::new(&suite.rows), contract: of.chain(implemented).collect() }
    }

    /// The backends that the test runs on.
    pub(crate) fn columns(&self, test: &'a TestSpec) -> impl Iterator<Item = Column<'a>> {
        let suite = self.suite;
        let runs = move |backend: &BackendSpec| test.runs_on(backend.name, suite.baseline);
        (0_u32..).zip(&suite.backends).filter(move |(_, backend)| runs(backend)).map(|(number, backend)| {
            let marked = self.index.of_any(backend.name, &test.markers);
            let common = self.index.first(marked, self.index.of(backend.name, ALL));
            let left_out = |function: &str| backend.implements.is_some_and(|all| !all.contains(&function));
            let lacks = |function: &str| left_out(function) && self.contract.contains(function);
            let missing = test.functions().position(lacks);
            Column { number, backend, missing: missing.map(|at| at as u32), common }
        })
    }
}

impl Column<'_> {
    pub(crate) fn decide(&self, resolver: &Resolver<'_>, test: &TestSpec, case: u32) -> Verdict {
        if let Some(missing) = self.missing {
            return Verdict::NotImplemented(missing);
        }
        let Resolver { index, .. } = resolver;
        let carried = test.carried_by(case);
        Verdict::Row(carried.fold(self.common, |row, marker| index.first(row, index.of(self.backend.name, marker))))
    }
}

impl Selection {
    fn wants_test(&self, test: &TestSpec) -> bool {
        let by_function = |of: &str| self.functions.iter().any(|function| function == of);
        (self.functions.is_empty() || test.of.is_some_and(by_function)) && self.names.may_want(&test.path)
    }

    fn wants_case(&self, test: &TestSpec, case: u32) -> bool {
        self.marker.as_ref().is_none_or(|expr| expr.matches(&test.markers_of(case)))
    }

    fn wants_backend(&self, name: &str) -> bool {
        self.backends.is_empty() || self.backends.iter().any(|wanted| wanted == name)
    }

    fn wants_name(&self, name: impl FnOnce() -> String) -> bool {
        if self.names.is_trivial() && self.shard.is_none() {
            return true;
        }
        let name = name();
        self.names.wants(&name) && self.shard.is_none_or(|shard| shard.holds(&name))
    }

    fn decide(&self, rows: &[Row], verdict: Verdict) -> Decision {
        match verdict {
            Verdict::NotImplemented(function) => Decision::NotImplemented(function),
            Verdict::Row(None) => Decision::Run,
            // It excuses nothing that could be seen without it.
            Verdict::Row(Some(row)) if rows[row].kind == Exclusion::Flaky => Decision::Flaky(row as u32),
            Verdict::Row(Some(row)) if self.run_excluded => Decision::RunExcluded(row as u32),
            Verdict::Row(Some(row)) if rows[row].kind == Exclusion::Skip => Decision::Skip(row as u32),
            Verdict::Row(Some(row)) => Decision::XFail(row as u32),
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

    /// The function that the test is about, and those that it calls.
    pub fn functions(&self) -> impl Iterator<Item = &'static str> {
        self.of.into_iter().chain(self.calls.iter().copied().filter(|function| self.of != Some(function)))
    }

    /// The markers that the values of a case carry.
    fn carried_by(&self, case: u32) -> impl Iterator<Item = &'static str> {
        let positions = if self.carried.is_empty() { Vec::new() } else { self.positions(case) };
        self.carried.iter().zip(positions).flat_map(|(axis, at)| axis[at].iter().copied())
    }

    /// The markers of a case: the test's, and those that its values carry.
    pub(crate) fn markers_of(&self, case: u32) -> Vec<&'static str> {
        let mut markers = self.markers.clone();
        for marker in self.carried_by(case) {
            if !markers.contains(&marker) {
                markers.push(marker);
            }
        }
        markers
    }

    /// Whether a value of an axis carries the marker.
    pub(crate) fn carries(&self, marker: &str) -> bool {
        self.carried.iter().flatten().flatten().any(|carried| *carried == marker)
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
