//! A plan with the backends that it runs on: runs a cell and judges it, for whoever records and reports.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::action::Failure;
use crate::date::Date;
use crate::execute::{CellOf, Executor, Observation};
use crate::judge::{Judgement, Outcome, Terms, failure, judge};
use crate::panics::Panics;
use crate::plan::{Cell, Decision, Plan};
use crate::registry::Bodies;
use crate::spec::Exclusion;

/// A plan that can be run.
pub struct Session {
    /// The plan.
    pub plan: Plan,
    executors: Vec<Executor>,
    /// The names of the backends that have to be available.
    required: Vec<String>,
    today: Date,
}

/// A cell that has come to its end.
#[derive(Debug)]
pub struct Finished {
    /// What happened.
    pub observation: Observation,
    /// What that means.
    pub judgement: Judgement,
    /// What it would have come to, had its row not been set aside.
    pub with_row: Option<Outcome>,
    /// How long it took, in microseconds.
    pub micros: u64,
}

impl Session {
    /// A session over the bodies of the plan's suites, in their order.
    ///
    /// `required` are the names of the backends that have to be available, `today` the day on which rows expire or not.
    pub fn new(plan: Plan, bodies: Vec<Box<dyn Bodies>>, required: Vec<String>, today: Date) -> Self {
        let executors = plan.suites.iter().zip(bodies).map(|(suite, bodies)| Executor::new(suite, bodies)).collect();
        Self { plan, executors, required, today }
    }

    /// Why a cell will not run, on this machine. Opens the backend.
    pub(crate) fn ignored_reason(&self, cell: &Cell) -> Option<String> {
        if let Some(reason) = self.planned_reason(cell) {
            return Some(reason);
        }
        let unavailable = || self.executors[cell.suite as usize].unavailable(cell.backend as usize);
        unavailable().filter(|_| !self.is_required(cell))
    }

    /// Why a cell will not run, on any machine.
    pub(crate) fn planned_reason(&self, cell: &Cell) -> Option<String> {
        // A cell that does not run, but fails all the same, is not one to ignore.
        let observation = self.not_run(cell)?;
        let judgement = self.judge(cell, &observation);
        (!judgement.outcome.fails_the_run()).then_some(judgement.reason)
    }

    /// The required backends that have a cell here and are not available, also when no cell would have opened them.
    pub(crate) fn missing(&self) -> BTreeMap<&'static str, String> {
        let required = self.plan.cells.iter().filter(|cell| self.is_required(cell));
        let backends: BTreeMap<_, _> = required.map(|cell| ((cell.suite, cell.backend), cell)).collect();
        let unavailable = backends.into_values().filter_map(|cell| {
            let reason = self.executors[cell.suite as usize].unavailable(cell.backend as usize)?;
            Some((self.plan.backend(cell), reason))
        });
        unavailable.collect()
    }

    /// Runs one cell to its end.
    pub fn run(&self, cell: &Cell) -> Finished {
        let started = Instant::now();
        let observation = self.not_run(cell).unwrap_or_else(|| self.execute(cell));
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let judgement = self.judge(cell, &observation);
        let set_aside = matches!(cell.decision, Decision::RunExcluded(_));
        let with_row = set_aside.then(|| judge(self.plan.row(cell), self.terms(cell), &observation).outcome);
        Finished { observation, judgement, with_row, micros }
    }

    fn judge(&self, cell: &Cell, observation: &Observation) -> Judgement {
        // A row is set aside for what its body does, not for the reason why that is not run.
        let set_aside =
            matches!(cell.decision, Decision::RunExcluded(_)) && !matches!(observation, Observation::NotRun);
        let row = self.plan.row(cell).filter(|_| !set_aside);
        judge(row, self.terms(cell), observation)
    }

    fn terms(&self, cell: &Cell) -> Terms {
        Terms { required: self.is_required(cell), today: self.today }
    }

    fn is_required(&self, cell: &Cell) -> bool {
        let backend = self.plan.backend(cell);
        self.required.iter().any(|name| name == backend)
    }

    /// What is known of a cell whose body is not run at all.
    fn not_run(&self, cell: &Cell) -> Option<Observation> {
        // What is expected to take the process down has no place in this one.
        let takes_it_down = |kind: &Exclusion| {
            matches!(kind, Exclusion::XFail { failure: Some(Failure::Crash | Failure::Timeout), .. })
        };
        match cell.decision {
            Decision::Skip(_) => Some(Observation::NotRun),
            Decision::XFail(_) | Decision::RunExcluded(_)
                if self.plan.row(cell).is_some_and(|row| takes_it_down(&row.kind)) =>
            {
                Some(Observation::NotRun)
            }
            Decision::NotImplemented(_) => self
                .plan
                .missing_function(cell)
                .map(|function| Observation::NotImplemented { function: function.to_owned() }),
            Decision::Run | Decision::XFail(_) | Decision::RunExcluded(_) => None,
        }
    }

    fn execute(&self, cell: &Cell) -> Observation {
        let test = self.plan.test(cell);
        let cell_of = CellOf {
            test: cell.test as usize,
            case: &test.positions(cell.case),
            backend: cell.backend as usize,
            differential: test.differential,
        };
        let expected = matches!(cell.decision, Decision::XFail(_));
        let panics = if expected { Panics::Expected } else { Panics::Unexpected };
        self.executors[cell.suite as usize].run(cell_of, panics)
    }
}

impl Finished {
    pub(crate) fn outcome(&self) -> Outcome {
        self.judgement.outcome
    }

    /// How the body failed, if it did.
    pub(crate) fn failure(&self) -> Option<Failure> {
        failure(&self.observation)
    }
}
