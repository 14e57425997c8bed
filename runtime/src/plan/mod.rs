//! From suites, matrix and selection to cells: pure, nothing is run.

pub mod marker;
pub mod resolve;
pub mod seen_in;
mod selection;
pub mod shard;
pub mod unused;

use std::collections::HashMap;
use std::sync::Arc;

pub use selection::{NameFilter, Selection};
use serde::{Deserialize, Serialize};

use crate::buffer::Buffer;
use crate::suite::row::{Exclusion, Row};
use crate::suite::spec::{BackendSpec, SuiteSpec, TestSpec};
use resolve::{Resolution, Resolver, disputed};

/// The cells to run and not to run, by test, case and backend, the baseline first.
#[derive(Debug)]
pub struct Plan {
    /// The suites that the cells' numbers refer to.
    pub suites: Arc<[SuiteSpec]>,
    /// The cells.
    pub cells: Vec<Cell>,
    /// The rows behind each [`Decision::Ask`], in the order in which they are asked: by position in their suite.
    choices: Vec<Vec<usize>>,
    /// The row that says of a case's baseline that it is wrong, by suite, test and case.
    disputed: HashMap<(u32, u32, u32), usize>,
    run_excluded: bool,
    contained: bool,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// No row applies, or one that says so.
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
    /// It depends on what the opened backend answers: the position of the rows in question. `Plan::settle` ends it.
    Ask(u32),
}

impl Decision {
    /// The row behind the decision.
    pub fn row(self) -> Option<usize> {
        match self {
            Self::Run | Self::NotImplemented(_) | Self::Ask(_) => None,
            Self::Skip(row) | Self::XFail(row) | Self::Flaky(row) | Self::RunExcluded(row) | Self::Uncontained(row) => {
                Some(row as usize)
            }
        }
    }

    /// Whether the body is run; of one that depends on an answer, whether it may be.
    pub fn runs(self) -> bool {
        match self {
            Self::Run | Self::XFail(_) | Self::Flaky(_) | Self::RunExcluded(_) | Self::Ask(_) => true,
            Self::Skip(_) | Self::Uncontained(_) | Self::NotImplemented(_) => false,
        }
    }
}

/// Plans the selected cells of all suites.
pub fn plan(suites: Arc<[SuiteSpec]>, selection: &Selection) -> Plan {
    let mut planned = Plan {
        suites: Arc::clone(&suites),
        cells: Vec::new(),
        choices: Vec::new(),
        disputed: HashMap::new(),
        run_excluded: selection.run_excluded,
        contained: selection.contained,
    };
    let mut known = HashMap::new();
    for (number, suite) in suites.iter().enumerate() {
        let resolver = Resolver::new(suite);
        for (test, spec) in suite.tests.iter().enumerate() {
            if selection.wants_test(spec) {
                plan_test(&resolver, (number as u32, test as u32), selection, &mut planned, &mut known);
            }
        }
        let of_suite = disputed(suite).into_iter();
        planned.disputed.extend(of_suite.map(|((test, case), row)| ((number as u32, test, case), row)));
    }
    planned
}

/// The positions of choices that are in the plan already, by suite and rows.
type Known = HashMap<(u32, Vec<usize>), u32>;

fn plan_test(
    resolver: &Resolver<'_>,
    (number, test): (u32, u32),
    selection: &Selection,
    planned: &mut Plan,
    known: &mut Known,
) {
    let suite = resolver.suite;
    let spec = &suite.tests[test as usize];
    let wanted = |backend: &BackendSpec| selection.wants_backend(backend.name);
    let columns: Vec<_> = resolver.columns(spec).filter(|column| wanted(column.backend)).collect();
    for case in 0..spec.cases() {
        if !selection.wants_case(spec, case) {
            continue;
        }
        let marked = resolver.marked(&columns, spec, case);
        for column in &columns {
            if selection.wants_name(|| spec.cell_name(case, column.backend.name)) {
                let decision = match column.resolve(resolver, &marked, spec, case) {
                    Resolution::NotImplemented(function) => Decision::NotImplemented(function),
                    Resolution::Row(row) => planned.decide(&suite.rows, row),
                    Resolution::Ask(rows) => {
                        Decision::Ask(*known.entry((number, rows)).or_insert_with_key(|(_, rows)| {
                            planned.choices.push(rows.clone());
                            planned.choices.len() as u32 - 1
                        }))
                    }
                };
                planned.cells.push(Cell { suite: number, test, case, backend: column.number, decision });
            }
        }
    }
}

impl Plan {
    /// What is done with a cell on which this row decides: the only place that says whether its body is run.
    fn decide(&self, rows: &[Row], deciding: Option<usize>) -> Decision {
        let Some(at) = deciding else { return Decision::Run };
        let (row, number) = (&rows[at], at as u32);
        match row.kind {
            // It overrides other rows, and is none itself for whoever asks what excuses a cell.
            Exclusion::Run | Exclusion::BaselineWrong { .. } => Decision::Run,
            // It excuses nothing that could be seen without it.
            Exclusion::Flaky => Decision::Flaky(number),
            _ if row.takes_its_process_down() && !self.contained => Decision::Uncontained(number),
            _ if self.run_excluded => Decision::RunExcluded(number),
            Exclusion::Skip => Decision::Skip(number),
            Exclusion::XFail { .. } => Decision::XFail(number),
        }
    }

    /// The cell with what is done with it, where that depends on answers: `applies` says whether a row's condition holds, and is
    /// asked of no more rows than it takes.
    ///
    /// # Errors
    /// What `applies` cannot answer.
    pub fn settle<E>(&self, cell: &Cell, mut applies: impl FnMut(usize) -> Result<bool, E>) -> Result<Cell, E> {
        let Decision::Ask(at) = cell.decision else { return Ok(*cell) };
        let rows = &self.suite(cell).rows;
        for row in &self.choices[at as usize] {
            if rows[*row].condition.is_none() || applies(*row)? {
                return Ok(Cell { decision: self.decide(rows, Some(*row)), ..*cell });
            }
        }
        Ok(Cell { decision: Decision::Run, ..*cell })
    }

    /// The rows that may decide on the cell, by position in its suite.
    pub fn candidates(&self, cell: &Cell) -> Vec<usize> {
        match cell.decision {
            Decision::Ask(at) => self.choices[at as usize].clone(),
            decision => decision.row().into_iter().collect(),
        }
    }

    /// Whether any row says anything of the cell, or of the value that it is compared with. Of most cells, none does.
    pub fn has_rows(&self, cell: &Cell) -> bool {
        !matches!(cell.decision, Decision::Run | Decision::NotImplemented(_)) || !self.disputed.is_empty()
    }

    /// The row that says that the baseline's value is wrong, with which the cell is compared; none where the matrix is set aside.
    pub fn disputed(&self, cell: &Cell) -> Option<&Row> {
        self.disputed_at(cell).filter(|_| !self.run_excluded).map(|at| &self.suite(cell).rows[at])
    }

    /// The same by position, also where the matrix is set aside.
    pub fn disputed_at(&self, cell: &Cell) -> Option<usize> {
        if self.disputed.is_empty() {
            return None;
        }
        self.disputed.get(&(cell.suite, cell.test, cell.case)).copied()
    }

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
            Decision::NotImplemented(at) => self.test(cell).functions(cell.case).get(at as usize).copied(),
            _ => None,
        }
    }

    /// The markers of the cell.
    pub fn markers(&self, cell: &Cell) -> Vec<&'static str> {
        self.test(cell).markers_of(cell.case)
    }

    /// Adds the cell's name.
    pub(crate) fn add_name(&self, to: &mut Buffer, cell: &Cell) {
        self.test(cell).add_cell_name(to, cell.case, self.backend(cell));
    }

    /// The cell's name.
    pub fn name(&self, cell: &Cell) -> String {
        self.test(cell).cell_name(cell.case, self.backend(cell))
    }
}

#[cfg(test)]
mod levels;
#[cfg(test)]
mod tests;
