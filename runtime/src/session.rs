//! A plan with the backends that it runs on: runs a cell and judges it, for its callers to record and report.

use std::collections::BTreeMap;
#[cfg(unix)]
use std::collections::BTreeSet;
use std::hash::Hasher;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::execute::context::{self, Announce};
use crate::execute::panics::Panics;
use crate::execute::panics::elsewhere::Running;
use crate::execute::{Answers, CellOf, Executed, Executor, Listed, Observation};
use crate::hash::Fnv;
use crate::judge::{Finished, JudgeContext, Judgement, flaky, judge};
use crate::plan::{Cell, Decision, Plan};
use crate::registry::Bodies;
#[cfg(unix)]
use crate::registry::Contract;
use crate::sorted;
use crate::suite::date::Date;

/// A plan that can be run.
pub struct Session {
    /// The plan.
    pub plan: Plan,
    executors: Vec<Executor>,
    config: RunConfig,
}

/// What is done with a cell, after whatever that depended on was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settled {
    pub(crate) decision: Decision,
    pub(crate) answers: Answers,
}

impl Settled {
    /// What the plan says.
    pub(crate) fn of(cell: &Cell) -> Self {
        Self { decision: cell.decision, answers: Answers::default() }
    }
}

/// What a run depends on besides its plan.
#[derive(Clone, Debug)]
pub struct RunConfig {
    /// The names of the backends that must be available.
    pub required: Vec<String>,
    /// The day on which rows expire or not, in UTC.
    pub today: Date,
    /// What the seeds of all cases are made with.
    pub seed: u64,
}

impl RunConfig {
    /// Nothing is required, and the seed is 0.
    pub fn on(today: Date) -> Self {
        Self { required: Vec::new(), today, seed: 0 }
    }
}

impl Session {
    /// A session over the bodies of the plan's suites, in their order.
    pub fn new(plan: Plan, bodies: Vec<Box<dyn Bodies>>, config: RunConfig) -> Self {
        let executors = plan.suites.iter().zip(bodies).map(|(suite, bodies)| Executor::new(suite, bodies)).collect();
        Self { plan, executors, config }
    }

    /// Why a cell will not run, on any machine.
    pub(crate) fn planned_reason(&self, cell: &Cell) -> Option<String> {
        // A cell that does not run but fails the run is not to be ignored.
        let observation = self.not_run(cell)?;
        let judgement = self.judge(cell, &observation);
        (!judgement.outcome.fails_the_run()).then_some(judgement.reason)
    }

    /// The required backends that have a cell here and are not available, also when no cell would have opened them.
    pub(crate) fn missing(&self) -> BTreeMap<&'static str, String> {
        let required = self.plan.cells.iter().filter(|cell| self.is_required(cell) && self.may_open_here(cell));
        let backends = sorted::map(required.map(|cell| ((cell.suite, cell.backend), cell)));
        let unavailable = backends.into_values().filter_map(|cell| {
            let reason = self.executors[cell.suite as usize].unavailable(cell.backend as usize)?;
            Some((self.plan.backend(cell), reason))
        });
        sorted::map(unavailable)
    }

    /// Runs one cell, which is not run again.
    pub fn run(&self, cell: &Cell) -> Finished {
        self.run_announced(cell, None, &|_| ())
    }

    /// The same; `announce` is called when everything that comes before the body is done, and `tell` before that, with what is done
    /// with the cell.
    pub(crate) fn run_announced(&self, cell: &Cell, announce: Option<&Announce>, tell: &dyn Fn(&Settled)) -> Finished {
        let all = Running::begin(false);
        let finished = self.attempt_announced(cell, announce, tell);
        all.end(finished.outcome().fails_the_run());
        finished
    }

    /// Runs one cell, which is run again where a row says that it is flaky: whoever does that says what comes of all attempts.
    pub(crate) fn attempt(&self, cell: &Cell) -> Finished {
        self.attempt_announced(cell, None, &|_| ())
    }

    fn attempt_announced(&self, cell: &Cell, announce: Option<&Announce>, tell: &dyn Fn(&Settled)) -> Finished {
        let started = Instant::now();
        let settled = match self.settle(cell) {
            Ok(settled) => settled,
            Err(observation) => return self.finish(cell, Settled::of(cell), *observation, None, started.elapsed()),
        };
        tell(&settled);
        let cell = &Cell { decision: settled.decision, ..*cell };
        if let Some(observation) = self.not_run(cell) {
            return self.finish(cell, settled, observation, None, started.elapsed());
        }
        let running = Running::begin(matches!(cell.decision, Decision::XFail(_) | Decision::Flaky(_)));
        let (Executed { observation, scalar, about }, seed) =
            context::with_seed(self.seed(cell), || self.execute(cell, announce));
        let answers = Answers { about: about.or(settled.answers.about), ..settled.answers };
        let settled = Settled { answers, ..settled };
        let finished = Finished { scalar, ..self.finish(cell, settled, observation, seed, started.elapsed()) };
        // Of what may be run again, that is not known yet.
        let is_last = !matches!(cell.decision, Decision::Flaky(_));
        running.end(is_last && finished.judgement.outcome.fails_the_run());
        finished
    }

    /// What is done with the cell: asks its backend, where that depends on an answer.
    fn settle(&self, cell: &Cell) -> Result<Settled, Box<Observation>> {
        let mut answers = Answers::default();
        let executor = &self.executors[cell.suite as usize];
        let rows = &self.plan.suite(cell).rows;
        let settled = self.plan.settle(cell, |row| -> Result<bool, Box<Observation>> {
            let Some(condition) = rows[row].condition else { return Ok(true) };
            let holds = executor.ask(cell.backend as usize, condition)?;
            answers.conditions.insert(condition.name.to_owned(), holds);
            Ok(holds)
        })?;
        if !answers.conditions.is_empty() {
            answers.about = executor.about(cell.backend as usize);
        }
        Ok(Settled { decision: settled.decision, answers })
    }

    /// What it means that this happened to a cell.
    pub(crate) fn finish(
        &self,
        cell: &Cell,
        Settled { decision, answers }: Settled,
        observation: Observation,
        seed: Option<u64>,
        elapsed: Duration,
    ) -> Finished {
        let cell = &Cell { decision, ..*cell };
        let duration_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let judgement = self.judge(cell, &observation);
        let set_aside = matches!(cell.decision, Decision::RunExcluded(_));
        let with_row = set_aside.then(|| judge(self.plan.row(cell), self.context(cell), &observation).outcome);
        Finished { observation, judgement, decision, answers, with_row, seed, scalar: None, duration_us }
    }

    /// What it means that a cell was given up with the run, for which its own limit is not known to be too short: no row excuses it.
    pub(crate) fn give_up(&self, cell: &Cell, observation: Observation, elapsed: Duration) -> Finished {
        let judgement = judge(None, self.context(cell), &observation);
        Finished { judgement, ..self.finish(cell, Settled::of(cell), observation, None, elapsed) }
    }

    /// One cell of each case that these cells, by position in the plan, are of.
    #[cfg(unix)]
    pub(crate) fn cases(&self, cells: &[usize]) -> Vec<usize> {
        let mut seen = BTreeSet::new();
        let case_of = |at: &usize| {
            let cell = &self.plan.cells[*at];
            (cell.suite, cell.test, cell.case)
        };
        cells.iter().copied().filter(|at| seen.insert(case_of(at))).collect()
    }

    /// The name of the cell's case: `module::test::case`.
    #[cfg(unix)]
    pub(crate) fn case_name(&self, cell: &Cell) -> String {
        let test = self.plan.test(cell);
        let case = if test.axes.is_empty() { String::new() } else { format!("::{}", test.case_label(cell.case)) };
        format!("{}{case}", test.path)
    }

    /// The backends that are asked for the value of a cell's case, by position in their suite, the baseline first: those of the
    /// plan, except where a cell needs a process of its own.
    #[cfg(unix)]
    pub(crate) fn voters(&self, cell: &Cell) -> Vec<usize> {
        let case_of = |cell: &Cell| (cell.suite, cell.test, cell.case);
        let cells = self.plan.cells.iter().filter(|other| case_of(other) == case_of(cell));
        let asked = cells.filter(|cell| cell.decision.runs() && !self.is_isolated(cell));
        let suite = self.plan.suite(cell);
        let baseline = suite.backends.iter().position(|backend| backend.name == suite.baseline);
        baseline.into_iter().chain(asked.map(|cell| cell.backend as usize)).collect()
    }

    /// Which of these backends compute a value for the cell's case, and which pairs of those agree: runs their bodies once more.
    #[cfg(unix)]
    pub(crate) fn vote(&self, cell: &Cell, voters: &[usize]) -> (Vec<usize>, Vec<(usize, usize)>) {
        let (test, executor) = (self.plan.test(cell), &self.executors[cell.suite as usize]);
        // What is not to be run here, as its backend says, is not run for this either.
        let of_case = |other: &&Cell| (other.suite, other.test, other.case) == (cell.suite, cell.test, cell.case);
        let kept_out: Vec<_> = (self.plan.cells.iter().filter(of_case))
            .filter(|other| self.settle(other).is_ok_and(|settled| !settled.decision.runs()))
            .map(|other| other.backend as usize)
            .collect();
        let voters: Vec<_> = voters.iter().copied().filter(|voter| !kept_out.contains(voter)).collect();
        let vote = || executor.vote(cell.test as usize, &test.positions(cell.case), &voters);
        context::with_seed(self.seed(cell), vote).0
    }

    fn judge(&self, cell: &Cell, observation: &Observation) -> Judgement {
        let set_aside = matches!(cell.decision, Decision::RunExcluded(_));
        let row = self.plan.row(cell).filter(|_| !set_aside);
        judge(row, self.context(cell), observation)
    }

    fn context(&self, cell: &Cell) -> JudgeContext<'_> {
        JudgeContext { disputed: self.plan.disputed(cell), required: self.is_required(cell), today: self.config.today }
    }

    fn is_required(&self, cell: &Cell) -> bool {
        let backend = self.plan.backend(cell);
        self.config.required.iter().any(|name| name == backend)
    }

    /// The day on which rows expire or not.
    pub(crate) fn today(&self) -> Date {
        self.config.today
    }

    /// What the seed that the run was started with is.
    pub(crate) fn base_seed(&self) -> u64 {
        self.config.seed
    }

    /// The seed of a case, the same on every backend: a hash (FNV-1a) of the names that stand for it.
    fn seed(&self, cell: &Cell) -> u64 {
        let test = self.plan.test(cell);
        let mut hasher = Fnv::default();
        hasher.write(&self.config.seed.to_le_bytes());
        // The same inputs, whatever the crate is called here.
        hasher.write(test.own_path().as_bytes());
        if !test.axes.is_empty() {
            for (axis, value) in test.axes.iter().zip(test.positions(cell.case)) {
                hasher.write(b"::");
                hasher.write(axis.labels[value].as_bytes());
            }
        }
        hasher.finish()
    }

    /// What is observed of a cell whose body the plan does not run.
    fn not_run(&self, cell: &Cell) -> Option<Observation> {
        if cell.decision.runs() {
            return None;
        }
        Some(match self.plan.missing_function(cell) {
            Some(function) => Observation::NotImplemented { function: function.to_owned(), listed: Listed::No },
            None => Observation::NotRun,
        })
    }

    /// Whether something comes before the cell's body each time: the baseline's value, or a constructor.
    #[cfg(unix)]
    pub(crate) fn has_setup(&self, cell: &Cell) -> bool {
        let asks = matches!(cell.decision, Decision::Ask(_));
        asks || self.plan.test(cell).differential || self.plan.suite(cell).backends[cell.backend as usize].fresh
    }

    /// Whether the cell is one for a process of its own, whatever else is.
    pub(crate) fn is_isolated(&self, cell: &Cell) -> bool {
        let test = self.plan.test(cell);
        // Only a process can be ended.
        cell.decision.runs() && (test.isolated || test.timeout.is_some()) || !self.may_open_here(cell)
    }

    /// Whether this process opens the cell's backend to find out if it is available. One that may take the process down it
    /// does not; a test that wants a process for itself does not mind.
    fn may_open_here(&self, cell: &Cell) -> bool {
        let backend = &self.plan.suite(cell).backends[cell.backend as usize];
        let rows = &self.plan.suite(cell).rows;
        let takes_it_down = || self.plan.candidates(cell).iter().any(|row| rows[*row].takes_its_process_down());
        let may_take_it_down = || cell.decision != Decision::Run && takes_it_down();
        !(cell.decision.runs() && (backend.isolated || may_take_it_down()))
    }

    /// What it means that a cell with which this was done passed only after it had failed in these ways; no row excuses a failure
    /// outside of the body.
    pub(crate) fn judge_flaky(
        &self,
        cell: &Cell,
        decision: Decision,
        failures: &[String],
        set_up_failed: bool,
    ) -> Judgement {
        let cell = &Cell { decision, ..*cell };
        flaky(self.plan.row(cell).filter(|_| !set_up_failed), self.context(cell), failures)
    }

    /// The device that the cell has for itself while it runs.
    pub(crate) fn device(&self, cell: &Cell) -> Option<&'static str> {
        self.plan.suite(cell).backends[cell.backend as usize].device.filter(|_| cell.decision.runs())
    }

    /// The contract of a suite, by its position.
    #[cfg(unix)]
    pub(crate) fn contract(&self, suite: u32) -> Option<&'static Contract> {
        self.executors[suite as usize].contract()
    }

    /// The same case on the baseline, where every test can be run that compares with it.
    #[cfg(unix)]
    pub(crate) fn on_baseline(&self, cell: &Cell) -> Option<Cell> {
        let suite = self.plan.suite(cell);
        let backend = suite.backends.iter().position(|backend| backend.name == suite.baseline)?;
        Some(Cell { backend: u32::try_from(backend).ok()?, decision: Decision::Run, ..*cell })
    }

    /// Runs one cell on a backend that has the fault of this process, which is known by this.
    #[cfg(unix)]
    pub(crate) fn run_faulty(&self, cell: &Cell, of: &str, announce: Option<&Announce>) -> Judgement {
        let executor = &self.executors[cell.suite as usize];
        let test = self.plan.test(cell);
        let positions = test.positions(cell.case);
        let observation =
            context::with_seed(self.seed(cell), || executor.run_faulty(self.cell_of(cell, &positions), of, announce)).0;
        // Beside itself, a baseline that a row calls wrong is right.
        let context = JudgeContext { disputed: None, ..self.context(cell) };
        let judgement = judge(None, context, &observation);
        if judgement.outcome.fails_the_run() {
            executor.forget_faulty();
        }
        judgement
    }

    fn cell_of<'a>(&self, cell: &Cell, case: &'a [usize]) -> CellOf<'a> {
        CellOf {
            test: cell.test as usize,
            case,
            backend: cell.backend as usize,
            differential: self.plan.test(cell).differential,
        }
    }

    fn execute(&self, cell: &Cell, announce: Option<&Announce>) -> Executed {
        let positions = self.plan.test(cell).positions(cell.case);
        let panics = match cell.decision {
            Decision::XFail(_) => Panics::Expected,
            Decision::Flaky(_) => Panics::Kept,
            _ => Panics::Unexpected,
        };
        self.executors[cell.suite as usize].run(self.cell_of(cell, &positions), panics, announce)
    }
}
