//! A plan with the backends that it runs on: runs a cell and judges it, for whoever records and reports.

use std::collections::BTreeMap;
use std::hash::Hasher;
use std::time::{Duration, Instant};

use fnv::FnvHasher;

use crate::action::Failure;
use crate::date::Date;
use crate::execute::{CellOf, Executor, Observation};
use crate::judge::{Judgement, Outcome, Terms, failure, judge, waver};
use crate::outlier::Poll;
use crate::panics::Panics;
use crate::plan::{Cell, Decision, Plan};
use crate::registry::Bodies;
use crate::seed;
use crate::spec::{Exclusion, Row};

/// A plan that can be run.
pub struct Session {
    /// The plan.
    pub plan: Plan,
    executors: Vec<Executor>,
    conditions: Conditions,
}

/// What a run depends on besides its plan.
#[derive(Clone, Debug)]
pub struct Conditions {
    /// The names of the backends that have to be available.
    pub required: Vec<String>,
    /// The day on which rows expire or not, in UTC.
    pub today: Date,
    /// What the seeds of all cases are made with.
    pub seed: u64,
    /// Whether bodies that are expected to end their process, or never to end, may be run: whoever runs the session sees to
    /// it that they do no harm.
    pub contained: bool,
}

impl Conditions {
    /// Nothing is required, the seed is 0, and nothing is contained.
    pub fn on(today: Date) -> Self {
        Self { required: Vec::new(), today, seed: 0, contained: false }
    }
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
    /// The seed of its random inputs, if the body asked for one.
    pub seed: Option<u64>,
    /// How long it took, in microseconds.
    pub micros: u64,
}

impl Session {
    /// A session over the bodies of the plan's suites, in their order.
    pub fn new(plan: Plan, bodies: Vec<Box<dyn Bodies>>, conditions: Conditions) -> Self {
        let executors = plan.suites.iter().zip(bodies).map(|(suite, bodies)| Executor::new(suite, bodies)).collect();
        Self { plan, executors, conditions }
    }

    /// Why a cell will not run, on this machine. Opens the backend.
    pub(crate) fn ignored_reason(&self, cell: &Cell) -> Option<String> {
        if let Some(reason) = self.planned_reason(cell) {
            return Some(reason);
        }
        if !self.may_open_here(cell) {
            return None;
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
        let required = self.plan.cells.iter().filter(|cell| self.is_required(cell) && self.may_open_here(cell));
        let backends: BTreeMap<_, _> = required.map(|cell| ((cell.suite, cell.backend), cell)).collect();
        let unavailable = backends.into_values().filter_map(|cell| {
            let reason = self.executors[cell.suite as usize].unavailable(cell.backend as usize)?;
            Some((self.plan.backend(cell), reason))
        });
        unavailable.collect()
    }

    /// Runs one cell to its end.
    pub fn run(&self, cell: &Cell) -> Finished {
        self.run_announced(cell, &|| ())
    }

    /// The same; `begins` is called when everything that comes before the body is done.
    pub(crate) fn run_announced(&self, cell: &Cell, begins: &dyn Fn()) -> Finished {
        let started = Instant::now();
        let (observation, seed) = match self.not_run(cell) {
            Some(observation) => (observation, None),
            None => seed::with(self.seed(cell), || self.execute(cell, begins)),
        };
        self.finish(cell, observation, seed, started.elapsed())
    }

    /// What it means that this happened to a cell.
    pub(crate) fn finish(
        &self,
        cell: &Cell,
        observation: Observation,
        seed: Option<u64>,
        elapsed: Duration,
    ) -> Finished {
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let judgement = self.judge(cell, &observation);
        let set_aside = matches!(cell.decision, Decision::RunExcluded(_));
        let with_row = set_aside.then(|| judge(self.plan.row(cell), self.terms(cell), &observation).outcome);
        Finished { observation, judgement, with_row, seed, micros }
    }

    /// Who is alone where values disagree: asks the baseline and all backends of the plan for the values of these cells'
    /// cases once more, as far as they may be asked.
    pub(crate) fn polls<'a>(&'a self, disagreeing: &'a [Cell]) -> impl Iterator<Item = Poll> + 'a {
        let case_of = |cell: &Cell| (cell.suite, cell.test, cell.case);
        let mut cases: Vec<_> = disagreeing.iter().map(case_of).collect();
        cases.sort_unstable();
        cases.dedup();
        cases.into_iter().map(move |case| {
            let cells: Vec<_> = self.plan.cells.iter().filter(|cell| case_of(cell) == case).collect();
            let asked = cells.iter().filter(|cell| self.not_run(cell).is_none() && !self.is_isolated(cell));
            let suite = self.plan.suite(cells[0]);
            let baseline = suite.backends.iter().position(|backend| backend.name == suite.baseline);
            let backends: Vec<_> = baseline.into_iter().chain(asked.map(|cell| cell.backend as usize)).collect();
            let (test, executor) = (self.plan.test(cells[0]), &self.executors[case.0 as usize]);
            let poll = || executor.poll(case.1 as usize, &test.positions(case.2), &backends);
            let ((backends, agree), _) = seed::with(self.seed(cells[0]), poll);
            let case = if test.axes.is_empty() { String::new() } else { format!("::{}", test.case_label(case.2)) };
            let backends = backends.into_iter().map(|backend| suite.backends[backend].name).collect();
            Poll { case: format!("{}{case}", test.path), backends, agree }
        })
    }

    fn judge(&self, cell: &Cell, observation: &Observation) -> Judgement {
        // A row is set aside for what its body does, not for the reason why that is not run.
        let set_aside =
            matches!(cell.decision, Decision::RunExcluded(_)) && !matches!(observation, Observation::NotRun);
        let row = self.plan.row(cell).filter(|_| !set_aside);
        judge(row, self.terms(cell), observation)
    }

    fn terms(&self, cell: &Cell) -> Terms {
        Terms { required: self.is_required(cell), today: self.conditions.today }
    }

    fn is_required(&self, cell: &Cell) -> bool {
        let backend = self.plan.backend(cell);
        self.conditions.required.iter().any(|name| name == backend)
    }

    /// What the seed that the run was started with is.
    pub(crate) fn base_seed(&self) -> u64 {
        self.conditions.seed
    }

    /// The seed of a case, the same on every backend: a hash (FNV-1a) of the names that stand for it.
    fn seed(&self, cell: &Cell) -> u64 {
        let test = self.plan.test(cell);
        let mut hasher = FnvHasher::default();
        hasher.write(&self.conditions.seed.to_le_bytes());
        hasher.write(test.path.as_bytes());
        for (axis, value) in test.axes.iter().zip(test.positions(cell.case)) {
            hasher.write(b"::");
            hasher.write(axis.labels[value].as_bytes());
        }
        hasher.finish()
    }

    /// What is known of a cell whose body is not run at all.
    fn not_run(&self, cell: &Cell) -> Option<Observation> {
        match cell.decision {
            Decision::Skip(_) => Some(Observation::NotRun),
            Decision::XFail(_) | Decision::RunExcluded(_) if !self.conditions.contained && self.takes_it_down(cell) => {
                Some(Observation::NotRun)
            }
            Decision::NotImplemented(_) => self
                .plan
                .missing_function(cell)
                .map(|function| Observation::NotImplemented { function: function.to_owned() }),
            Decision::Run | Decision::Flaky(_) | Decision::XFail(_) | Decision::RunExcluded(_) => None,
        }
    }

    /// Whether the matrix expects the cell to end its process, or never to end.
    fn takes_it_down(&self, cell: &Cell) -> bool {
        let failure = |row: &Row| match row.kind {
            Exclusion::XFail { failure, .. } => failure,
            Exclusion::Skip | Exclusion::Flaky => None,
        };
        matches!(self.plan.row(cell).and_then(failure), Some(Failure::Crash | Failure::Timeout))
    }

    /// Whether the cell is one for a process of its own, whatever else is.
    pub(crate) fn is_isolated(&self, cell: &Cell) -> bool {
        self.runs(cell) && self.plan.test(cell).isolated || !self.may_open_here(cell)
    }

    /// Whether this process opens the cell's backend to find out if it is available. One that may take the process down it
    /// does not; a test that wants a process for itself does not mind.
    fn may_open_here(&self, cell: &Cell) -> bool {
        let backend = &self.plan.suite(cell).backends[cell.backend as usize];
        !(self.runs(cell) && (backend.isolated || self.takes_it_down(cell)))
    }

    /// What it means that a cell passed only after it had failed in these ways.
    pub(crate) fn waver(&self, cell: &Cell, failures: &[String]) -> Judgement {
        waver(self.plan.row(cell), self.terms(cell), failures)
    }

    /// Whether the matrix knows that the cell may fail before it passes.
    pub(crate) fn may_waver(&self, cell: &Cell) -> bool {
        matches!(cell.decision, Decision::Flaky(_))
    }

    /// The device that the cell has for itself while it runs.
    pub(crate) fn device(&self, cell: &Cell) -> Option<&'static str> {
        self.plan.suite(cell).backends[cell.backend as usize].device.filter(|_| self.runs(cell))
    }

    /// Whether the cell's body is run.
    pub(crate) fn runs(&self, cell: &Cell) -> bool {
        self.not_run(cell).is_none()
    }

    fn execute(&self, cell: &Cell, begins: &dyn Fn()) -> Observation {
        let test = self.plan.test(cell);
        let cell_of = CellOf {
            test: cell.test as usize,
            case: &test.positions(cell.case),
            backend: cell.backend as usize,
            differential: test.differential,
        };
        let expected = matches!(cell.decision, Decision::XFail(_));
        let panics = if expected { Panics::Expected } else { Panics::Unexpected };
        self.executors[cell.suite as usize].run(cell_of, panics, begins)
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
