//! Runs the cells of a session, records and reports them.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::args::Cli;
use super::cell_report::CellReport;
use super::in_flight::InFlight;
use super::names::Name;
use super::run_log::RunLog;
use super::{Executable, under_nextest};
use crate::execute::Observation;
#[cfg(unix)]
use crate::execute::isolate::{Late, Pool};
use crate::execute::panics::elsewhere::Running;
use crate::judge::Outcome;
use crate::plan::{Cell, Decision};
use crate::record::CellRecord;
use crate::report::outlier::Vote;
use crate::report::{self, Ran};
#[cfg(unix)]
use crate::screen;
use crate::session::{Session, Settled};
use crate::suite::expectation::Failure;
use crate::{sorted, text};

/// The exit status of a run with a failure, as libtest has it.
pub(super) const FAILED: u8 = 101;

/// How often a cell is run again that is known to be flaky.
const FLAKY_RETRIES: u32 = 2;

/// A session of an executable.
pub(super) struct Run {
    pub(super) session: Session,
    pub(super) executable: Executable,
    log: Mutex<RunLog>,
    pub(super) in_flight: InFlight,
    /// What its cells are called.
    names: OnceLock<Vec<Name>>,
    /// The processes for cells that are not run in this one.
    #[cfg(unix)]
    pool: Option<Pool>,
    /// The process that this is.
    #[cfg(unix)]
    process: u32,
    /// Whether every cell runs in one.
    isolates_all: bool,
    /// The cells that were running when the resumed run ended.
    suspects: BTreeSet<usize>,
    /// How long a cell in such a process may take.
    limit: Duration,
    /// How often a cell that fails the run is run again.
    retries: u32,
    /// The backends, by suite and position, that were open: one of them that no longer opens has failed.
    opened: Mutex<Vec<(u32, u32)>>,
}

impl Run {
    pub(super) fn new(executable: Executable, session: Session) -> Self {
        Self {
            session,
            executable,
            log: Mutex::default(),
            in_flight: InFlight::default(),
            names: OnceLock::new(),
            #[cfg(unix)]
            pool: None,
            #[cfg(unix)]
            process: std::process::id(),
            isolates_all: false,
            suspects: BTreeSet::new(),
            limit: Duration::MAX,
            retries: 0,
            opened: Mutex::default(),
        }
    }

    /// One that has workers for the cells that need them.
    pub(super) fn with_workers(mut self, cli: &Cli) -> Self {
        self.isolates_all = cli.isolates_all();
        self.limit = cli.limit();
        self.retries = cli.retries;
        #[cfg(unix)]
        {
            let arguments = std::iter::once("--crosscheck-worker".into()).chain(std::env::args_os().skip(1));
            self.pool = Pool::new(arguments.collect())
                .inspect_err(|error| anstream::eprintln!("warning: nothing runs in a process of its own: {error}"))
                .ok();
        }
        #[cfg(not(unix))]
        if !under_nextest() {
            let cells = self.session.plan.cells.iter().filter(|cell| self.session.is_isolated(cell)).count();
            if cells > 0 {
                anstream::eprintln!(
                    "warning: nothing runs in a process of its own, which needs Unix: {cells} of these cells ask for one or have \
                     a time limit, and run without"
                );
            }
        }
        self
    }

    /// One that runs these cells, by name, in processes of their own.
    pub(super) fn with_suspects(mut self, names: &BTreeSet<String>) -> Self {
        let plan = &self.session.plan;
        if !names.is_empty() {
            let is_one = |at: &usize| names.contains(&plan.name(&plan.cells[*at]));
            self.suspects = sorted::set((0..plan.cells.len()).filter(is_one));
        }
        self
    }

    /// Whether a cell runs in this process, which it may take down.
    pub(super) fn may_end_this_process(&self, at: usize) -> bool {
        #[cfg(unix)]
        let is_elsewhere = self.pool.is_some() && self.is_isolated(at);
        #[cfg(not(unix))]
        let is_elsewhere = false;
        self.session.plan.cells[at].decision.runs() && !is_elsewhere
    }

    /// Notes what became of a cell, and writes its line.
    pub(super) fn note(&self, at: usize, record: CellRecord, line: io::Result<&[u8]>) {
        let mut log = self.log();
        if record.failure == Some(Failure::Mismatch) {
            log.disagreeing.push(at);
        }
        log.write(line);
        log.cells.push(record);
    }

    /// What becomes of a cell that cannot have its device for itself.
    pub(super) fn without_device(&self, at: usize, error: &std::io::Error) -> CellReport {
        let cell = &self.session.plan.cells[at];
        let failed = Observation::SetupFailed { message: format!("its device cannot be locked: {error}") };
        let finished = self.session.finish(cell, Settled::of(cell), failed, None, Duration::ZERO);
        CellReport::new(&self.session, &self.executable, cell, &finished)
    }

    /// Runs a cell until it does not fail the run, as often as it may be run.
    pub(super) fn attempts(&self, at: usize) -> CellReport {
        let cell = &self.session.plan.cells[at];
        // A panic on a thread of an attempt is shown where the last one fails.
        let all = matches!(cell.decision, Decision::Flaky(_) | Decision::Ask(_)).then(|| Running::begin(false));
        let ended = self.attempted(cell, at);
        if let Some(all) = all {
            all.end(ended.record.outcome.fails_the_run());
        }
        ended
    }

    fn attempted(&self, cell: &Cell, at: usize) -> CellReport {
        let mut ended = self.end(at);
        let known = matches!(ended.decision, Decision::Flaky(_));
        let retries = if known { self.retries.max(FLAKY_RETRIES) } else { self.retries };
        let (mut failures, mut set_up_failed) = (Vec::new(), false);
        while ended.record.outcome.may_change() && failures.len() < retries as usize {
            set_up_failed |= ended.record.setup;
            failures.push(std::mem::take(&mut ended.record.reason));
            ended = self.end(at);
        }
        let attempts = u32::try_from(failures.len() + 1).unwrap_or(u32::MAX);
        ended.record.attempts = (attempts > 1).then_some(attempts);
        if !failures.is_empty() && !ended.record.outcome.fails_the_run() {
            let judgement = self.session.judge_flaky(cell, ended.decision, &failures, set_up_failed);
            return ended.judged_again(&self.session, &self.executable, judgement);
        }
        ended
    }

    fn end(&self, at: usize) -> CellReport {
        let cell = &self.session.plan.cells[at];
        let started = Instant::now();
        let ended = self.run_once(at);
        let (outcome, of) = (ended.record.outcome, (cell.suite, cell.backend));
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        // A set-up that failed is no failure of a body.
        if outcome.ran() && (outcome != Outcome::Failed || ended.record.failure.is_some()) {
            if !opened.contains(&of) {
                opened.push(of);
            }
        } else if outcome == Outcome::Unavailable && opened.contains(&of) {
            let message = format!("was open earlier in this run, and is not available now: {}", ended.record.reason);
            let gone = Observation::SetupFailed { message };
            let settled = Settled { decision: ended.decision, ..Settled::of(cell) };
            let finished = self.session.finish(cell, settled, gone, None, started.elapsed());
            return CellReport::new(&self.session, &self.executable, cell, &finished);
        }
        ended
    }

    fn run_once(&self, at: usize) -> CellReport {
        let cell = &self.session.plan.cells[at];
        #[cfg(unix)]
        if let Some(pool) = self.pool.as_ref().filter(|_| self.is_isolated(at)) {
            let limit = self.session.plan.test(cell).timeout.unwrap_or(self.limit);
            let (ended, late) = super::isolated::run(&self.session, &self.executable, pool, at, limit);
            late.into_iter().for_each(|late| self.note_late(&late));
            return ended;
        }
        let finished = self.session.attempt(cell);
        #[cfg(unix)]
        if std::process::id() != self.process {
            // The body has forked and returned in both processes: one of them is the run.
            super::guard::vanish();
        }
        let record = CellRecord::named(self.name(at).text.clone(), &self.session.plan, cell, &finished);
        CellReport::of(record, &self.session, &self.executable, &finished)
    }

    /// A cell that had ended has ended its process after all.
    #[cfg(unix)]
    fn note_late(&self, Late { cell: at, how }: &Late) {
        let cell = &self.session.plan.cells[*at];
        let how = format!("{how}, by a thread that it had left behind, after its body had returned");
        let decision = self.log().decisions.get(at).copied().unwrap_or(cell.decision);
        let settled = Settled { decision, ..Settled::of(cell) };
        let finished = self.session.finish(cell, settled, Observation::Crashed { how }, None, Duration::ZERO);
        let CellReport { record, message, .. } = CellReport::new(&self.session, &self.executable, cell, &finished);
        if let Some(message) = message {
            let line = format!("{} {}: {message}", report::paint("error:"), text::line(&record.name));
            screen::print(|| anstream::eprintln!("{line}"));
        }
        let mut log = self.log();
        log.cells.retain(|known| known.name != record.name);
        log.note(&record);
        log.cells.push(*record);
    }

    /// Notes the cells whose threads have ended workers that wait for nothing any more.
    pub(super) fn note_all_late(&self) {
        #[cfg(unix)]
        self.pool.iter().flat_map(Pool::late).for_each(|late| self.note_late(&late));
    }

    /// Judges what only all cases of a test together show.
    pub(super) fn note_constants(&self) {
        let mut said = BTreeSet::new();
        for CellRecord { test, backend, outcome, reason, .. } in self.log().judge_constants() {
            let (of, why) = (text::line(&test), text::line(&reason));
            let message = format!("{} {of} on {backend}: {outcome}: {why}", report::paint("error:"));
            if said.insert((test.clone(), backend)) {
                anstream::eprintln!("{message}");
            }
        }
    }

    /// Whether the cell runs in a process of its own.
    #[cfg(unix)]
    fn is_isolated(&self, at: usize) -> bool {
        let cell = &self.session.plan.cells[at];
        self.session.is_isolated(cell) || (self.isolates_all || self.suspects.contains(&at)) && cell.decision.runs()
    }

    /// Which pairs of backends agree where values disagree. Bodies are run once more for it, in workers only: whatever one of them
    /// does now, the run has its outcomes.
    pub(super) fn votes(&self) -> Vec<Vote> {
        let mut disagreeing = std::mem::take(&mut self.log().disagreeing);
        disagreeing.sort_unstable();
        #[cfg(unix)]
        if let Some(pool) = &self.pool {
            let vote = |at| super::isolated::vote(&self.session, pool, at, self.limit);
            return self.session.cases(&disagreeing).into_iter().filter_map(vote).collect();
        }
        Vec::new()
    }

    /// The last line of the record of a run that had a plan.
    pub(super) fn end_record(&self) {
        // A thread that still holds it does not come back.
        if let Some(mut log) = self.log.try_lock().ok().filter(|_| !under_nextest()) {
            log.conclude();
        }
    }

    /// The name of a cell, by its position in the plan.
    pub(super) fn name(&self, at: usize) -> &Name {
        &self.names.get_or_init(|| Name::all(&self.session.plan, None))[at]
    }

    /// These are the names of the plan's cells.
    pub(super) fn set_names(&self, texts: Vec<String>) {
        self.names.get_or_init(|| Name::all(&self.session.plan, Some(texts)));
    }

    /// How many cells have ended, and how many of those fail the run.
    pub(super) fn count(&self) -> (usize, usize) {
        let log = self.log();
        (log.cells.len(), log.failing())
    }

    /// The names of the cells that are running, where they can be had without waiting.
    #[cfg(unix)]
    pub(super) fn running(&self) -> Option<Vec<String>> {
        Some(self.in_flight.running()?.into_iter().map(|at| self.name(at).text.clone()).collect())
    }

    pub(super) fn log(&self) -> MutexGuard<'_, RunLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The report for the terminal. `votes` says which backends agree where values disagree.
    pub(super) fn report(&self, cli: &Cli, votes: &[Vote]) -> String {
        let mut log = self.log();
        if cli.run_excluded {
            log.cells.sort_by(|a, b| a.name.cmp(&b.name));
        }
        let record = log.sync();
        let selected = cli.narrowed(&self.executable).join(", ");
        report::whole(&Ran {
            plan: &self.session.plan,
            cells: &log.cells,
            votes,
            name: self.executable.package,
            selected: &selected,
            today: self.session.today(),
            is_another_day: cli.is_of_another_day(),
            record: record.as_deref(),
            headroom: cli.headroom,
            run_excluded: cli.run_excluded,
        })
    }
}
