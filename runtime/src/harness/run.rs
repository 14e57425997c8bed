//! Runs the cells of a session, records and reports them.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use super::args::Cli;
use super::ended::Ended;
use super::{Executable, USAGE, under_nextest};
use crate::action::Failure;
#[cfg(unix)]
use crate::isolate::Pool;
use crate::judge::Outcome;
use crate::plan::Cell;
use crate::record::{self, CellRecord, Journal, Line};
use crate::report;
use crate::session::Session;

/// The exit status of a run with a failure, as libtest has it.
const FAILED: u8 = 101;

/// How often a cell is run again that is known to be flaky.
const FLAKY_RETRIES: u32 = 2;

/// A session of an executable.
pub(super) struct Run {
    pub(super) session: Session,
    pub(super) executable: Executable,
    written: Mutex<Written>,
    /// The processes for cells that are not run in this one.
    #[cfg(unix)]
    pool: Option<Pool>,
    /// Whether that is every cell.
    isolates_all: bool,
    /// How long a cell in such a process may take.
    limit: Duration,
    /// How often a cell that fails the run is run again.
    retries: u32,
}

/// What is known so far, in memory and on disk.
#[derive(Default)]
struct Written {
    cells: Vec<CellRecord>,
    /// Those of which the values did not agree with the baseline's.
    disagreeing: Vec<Cell>,
    journal: Option<Journal>,
}

impl Run {
    pub(super) fn new(executable: Executable, session: Session) -> Self {
        Self {
            session,
            executable,
            written: Mutex::default(),
            #[cfg(unix)]
            pool: None,
            isolates_all: false,
            limit: Duration::MAX,
            retries: 0,
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
        self
    }

    /// Runs one cell to its end, by its position in the plan; the text of a failure is for the terminal.
    fn finish(&self, at: usize) -> Result<Completion, Failed> {
        let Ended { record, message } = self.attempts(at);
        let (outcome, reason) = (record.outcome, record.reason.clone());
        if record.failure == Some(Failure::Mismatch) {
            self.lock().disagreeing.push(self.session.plan.cells[at]);
        }
        self.note(record);
        if let Some(message) = message {
            if under_nextest() {
                // nextest takes the message for its JUnit report from a line like this one.
                eprintln!("Error: {message}");
            }
            return Err(message.into());
        }
        Ok(match outcome {
            Outcome::Skipped => Completion::ignored_with(reason),
            Outcome::Unavailable | Outcome::NotImplemented => Completion::ignored_with(format!("{outcome}: {reason}")),
            _ => Completion::Completed,
        })
    }

    /// Runs a cell until it does not fail the run, as often as it may be run.
    fn attempts(&self, at: usize) -> Ended {
        let cell = &self.session.plan.cells[at];
        let retries = if self.session.may_waver(cell) { self.retries.max(FLAKY_RETRIES) } else { self.retries };
        let mut ended = self.end(at);
        let mut failures = Vec::new();
        while ended.record.outcome.may_change() && failures.len() < retries as usize {
            failures.push(std::mem::take(&mut ended.record.reason));
            ended = self.end(at);
        }
        let attempts = u32::try_from(failures.len() + 1).unwrap_or(u32::MAX);
        ended.record.attempts = (attempts > 1).then_some(attempts);
        if !failures.is_empty() && !ended.record.outcome.fails_the_run() {
            let judgement = self.session.waver(cell, &failures);
            return ended.judged_again(&self.session, &self.executable, cell, judgement);
        }
        ended
    }

    fn end(&self, at: usize) -> Ended {
        let cell = &self.session.plan.cells[at];
        #[cfg(unix)]
        if let Some(pool) = self.pool.as_ref().filter(|_| self.is_isolated(cell)) {
            return super::isolated::run(self, pool, at, self.limit);
        }
        Ended::new(&self.session, &self.executable, cell, &self.session.run(cell))
    }

    /// Whether the cell runs in a process of its own.
    #[cfg(unix)]
    fn is_isolated(&self, cell: &Cell) -> bool {
        self.session.is_isolated(cell) || self.isolates_all && self.session.runs(cell)
    }

    fn note(&self, record: CellRecord) {
        let mut written = self.lock();
        let line = Line::Cell(Box::new(record));
        if let Some(Err(error)) = written.journal.as_mut().map(|journal| journal.write(&line)) {
            anstream::eprintln!("warning: the record cannot be written any further: {error}");
            written.journal = None;
        }
        if let Line::Cell(record) = line {
            written.cells.push(*record);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_journal(&self) {
        let Some(path) = record::default_path(self.executable.package, self.executable.target) else { return };
        match Journal::open(&path, self.executable.target) {
            Ok(journal) => self.lock().journal = Some(journal),
            Err(error) => anstream::eprintln!("warning: no record is written: {}: {error}", path.display()),
        }
    }

    /// What the run comes to, for the terminal.
    fn report(&self, cli: &Cli) -> String {
        let mut written = self.lock();
        written.cells.sort_by(|a, b| a.name.cmp(&b.name));
        let plan = &self.session.plan;
        let (suites, cells) = (&plan.suites, &written.cells);
        let mut text = format!("{}\n", report::of_run(suites, cells));
        if cli.headroom {
            text.push_str(&format!("{}\n", report::headroom(cells)));
        }
        if cli.run_excluded {
            text.push_str(&report::audit(suites, cells));
        } else {
            text.push_str(&report::exclusions(plan));
        }
        text.push_str(&report::own_terms(plan, cli.headroom));
        text.push_str(&report::tightest(cells));
        text.push_str(&report::outliers(self.session.polls(&written.disagreeing)));
        text.push_str(&report::unavailable(cells));
        text.push_str(&report::totals(cells));
        if let Some(journal) = &written.journal {
            text.push_str(&format!("record: {}\n", journal.path().display()));
        }
        text
    }
}

/// Runs the cells and reports.
pub(super) fn run(run: &Arc<Run>, cli: &Cli) -> ExitCode {
    run.open_journal();
    // The selection is the plan's business; libtest-mimic knows one filter only.
    let args = Arguments { filter: None, skip: Vec::new(), exact: false, ..cli.libtest.clone() };
    let cells = 0..run.session.plan.cells.len();
    let missing = run.session.missing();
    let conclusion = libtest_mimic::run(&args, cells.map(|at| trial(run, at)).collect());
    let json = matches!(args.format, Some(libtest_mimic::FormatSetting::Json));
    if !under_nextest() && !json && !run.lock().cells.is_empty() {
        anstream::print!("{}", report::paint(&run.report(cli)));
    }
    for (backend, reason) in &missing {
        anstream::eprintln!("{} `{backend}` is required, but not available: {reason}", report::paint("error:"));
    }
    if !missing.is_empty() {
        return ExitCode::from(FAILED);
    }
    // nextest runs one cell a process, and has a rule of its own for runs of nothing.
    if !under_nextest() && !cli.may_run_nothing() && !run.lock().cells.iter().any(|cell| cell.outcome.ran()) {
        let totals = report::totals(&run.lock().cells);
        let hint = "a run in which nothing ran proves nothing (--no-tests pass accepts it)";
        anstream::eprintln!("{} no body was run: {}; {hint}", report::paint("error:"), totals.trim_end());
        return ExitCode::from(USAGE);
    }
    conclusion.exit_code()
}

/// A cell as libtest-mimic wants it.
///
/// Under nextest a cell that will not run carries the ignored flag, because a reason given at run time would be shown as
/// a pass; everywhere else it gives its reason at run time, because the flag would hide it.
fn trial(run: &Arc<Run>, at: usize) -> Trial {
    let cell = run.session.plan.cells[at];
    let flagged = under_nextest() && run.session.ignored_reason(&cell).is_some();
    let name = run.session.plan.name(&cell);
    let run = Arc::clone(run);
    Trial::ignorable_test(name, move || run.finish(at)).with_ignored_flag(flagged)
}
