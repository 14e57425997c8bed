//! Runs the cells of a session, records and reports them.

use std::io::Write;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};

use super::args::Cli;
use super::book::{Book, Known};
use super::ended::Ended;
use super::flight::{Flights, wait_for_the_end};
use super::{Executable, USAGE, device, under_nextest};
use crate::action::Failure;
use crate::execute::Observation;
#[cfg(unix)]
use crate::isolate::Pool;
use crate::judge::Outcome;
use crate::plan::Cell;
use crate::record::{CellRecord, Contents};
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
    book: Mutex<Book>,
    flights: Flights,
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

/// What a run is recorded with.
pub(super) struct Recording {
    pub(super) contents: Contents,
    /// The cells that are to run on all machines together, where one process knows them.
    pub(super) planned: Option<Vec<String>>,
    /// What is known from a run that did not come to its end.
    pub(super) known: Option<Known>,
}

impl Run {
    pub(super) fn new(executable: Executable, session: Session) -> Self {
        Self {
            session,
            executable,
            book: Mutex::default(),
            flights: Flights::default(),
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
        // Who only waits for a device is not running.
        let device = self.session.device(&self.session.plan.cells[at]).map(device::lock).transpose();
        self.flights.start(at);
        let Ended { record, message } = match &device {
            Ok(_) => self.attempts(at),
            Err(error) => self.without_device(at, error),
        };
        let (outcome, reason, failure) = (record.outcome, record.reason.clone(), record.failure);
        if !self.flights.land(at, || self.note(at, record, failure)) {
            // The run has ended without it.
            wait_for_the_end();
        }
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

    fn note(&self, at: usize, record: CellRecord, failure: Option<Failure>) {
        let mut book = self.book();
        if failure == Some(Failure::Mismatch) {
            book.disagreeing.push(self.session.plan.cells[at]);
        }
        book.note(record);
    }

    /// What becomes of a cell that cannot have its device for itself.
    fn without_device(&self, at: usize, error: &std::io::Error) -> Ended {
        let cell = &self.session.plan.cells[at];
        let failed = Observation::SetupFailed { message: format!("its device cannot be locked: {error}") };
        let finished = self.session.finish(cell, failed, None, Duration::ZERO);
        Ended::new(&self.session, &self.executable, cell, &finished)
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

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the run comes to, for the terminal. Who is alone is asked only where bodies may still be run.
    fn report(&self, cli: &Cli, may_ask: bool) -> String {
        let mut book = self.book();
        book.cells.sort_by(|a, b| a.name.cmp(&b.name));
        let record = book.close();
        let plan = &self.session.plan;
        let (suites, cells) = (&plan.suites, &book.cells);
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
        let disagreeing = if may_ask { book.disagreeing.as_slice() } else { &[] };
        text.push_str(&report::outliers(self.session.polls(disagreeing)));
        text.push_str(&report::unavailable(cells));
        text.push_str(&report::totals(cells));
        if let Some(path) = record {
            text.push_str(&format!("record: {}\n", path.display()));
        }
        text
    }

    /// Ends the process at an interrupt: the running cells come to their end, and what is known is reported.
    #[cfg(unix)]
    fn heed_interrupts(run: &Arc<Self>, cli: &Cli) {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let (run, cli) = (Arc::clone(run), cli.clone());
        let mut signals = match signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) {
            Ok(signals) => signals,
            Err(error) => return anstream::eprintln!("warning: an interrupt will end the run at once: {error}"),
        };
        std::thread::spawn(move || {
            let mut signals = signals.forever();
            let Some(signal) = signals.next() else { return };
            let status = 128 + signal;
            std::thread::spawn(move || {
                let text = "\ninterrupted: the running cells come to their end (again: at once)\n";
                let _ = anstream::stderr().write_all(text.as_bytes());
                run.flights.close_and_wait();
                run.end_early(&cli, status);
            });
            // Whoever asks again does not want to wait.
            if signals.next().is_some() {
                std::process::exit(status);
            }
        });
    }

    /// Ends the process when the run's time is over.
    fn heed_time(run: &Arc<Self>, cli: &Cli) {
        let Some(limit) = cli.run_timeout else { return };
        let (run, cli) = (Arc::clone(run), cli.clone());
        std::thread::spawn(move || {
            std::thread::sleep(limit);
            for at in run.flights.close_and_abandon() {
                let cell = &run.session.plan.cells[at];
                let doing = Some("running when the time of the whole run was over".to_owned());
                let finished = run.session.finish(cell, Observation::TimedOut { limit, doing }, None, limit);
                let Ended { record, message } = Ended::new(&run.session, &run.executable, cell, &finished);
                run.note(at, record, None);
                let _ = writeln!(anstream::stderr(), "{}", message.unwrap_or_default());
            }
            run.end_early(&cli, i32::from(FAILED));
        });
    }

    /// Reports what is known, and ends the process, also where nobody can be told: the cells that are left wait for this.
    fn end_early(&self, cli: &Cli, status: i32) -> ! {
        self.flights.end();
        let mut text = self.report(cli, false);
        let left = self.session.plan.cells.len().saturating_sub(self.book().cells.len());
        if left > 0 {
            let cells = if left == 1 { "cell was" } else { "cells were" };
            text.push_str(&format!("{left} {cells} not run (--resume goes on)\n"));
        }
        let _ = write!(anstream::stdout(), "\n{}", report::paint(&text));
        std::process::exit(status);
    }
}

/// Runs the cells and reports.
pub(super) fn run(run: &Arc<Run>, cli: &Cli, recording: Recording) -> ExitCode {
    let Recording { contents, planned, known } = recording;
    run.book().open(&run.executable, contents, known.as_ref(), planned);
    let mut known = known.map(|known| known.cells).unwrap_or_default();
    let plan = &run.session.plan;
    let cells: Vec<_> = (0..plan.cells.len())
        .filter(|at| match known.remove(&plan.name(&plan.cells[*at])) {
            Some(record) => {
                run.book().cells.push(record);
                false
            }
            None => true,
        })
        .collect();
    // The selection is the plan's business; libtest-mimic knows one filter only.
    let args = Arguments { filter: None, skip: Vec::new(), exact: false, ..cli.libtest.clone() };
    let missing = run.session.missing();
    // nextest means the process that runs one cell, and does not want to wait for it.
    #[cfg(unix)]
    if !under_nextest() {
        Run::heed_interrupts(run, cli);
    }
    Run::heed_time(run, cli);
    let conclusion = libtest_mimic::run(&args, cells.into_iter().map(|at| trial(run, at)).collect());
    conclude(run, cli, &args, &conclusion, &missing.into_iter().collect::<Vec<_>>())
}

/// Reports, and says what the process ends with.
fn conclude(
    run: &Run,
    cli: &Cli,
    args: &Arguments,
    conclusion: &Conclusion,
    missing: &[(&'static str, String)],
) -> ExitCode {
    run.flights.end();
    let json = matches!(args.format, Some(libtest_mimic::FormatSetting::Json));
    if !under_nextest() && !json && !run.book().cells.is_empty() {
        anstream::print!("{}", report::paint(&run.report(cli, true)));
    }
    for (backend, reason) in missing {
        anstream::eprintln!("{} `{backend}` is required, but not available: {reason}", report::paint("error:"));
    }
    if !missing.is_empty() {
        return ExitCode::from(FAILED);
    }
    let book = run.book();
    // nextest runs one cell a process, and has a rule of its own for runs of nothing.
    if !under_nextest() && !cli.may_run_nothing() && !book.cells.iter().any(|cell| cell.outcome.ran()) {
        let totals = report::totals(&book.cells);
        let hint = "a run in which nothing ran proves nothing (--no-tests pass accepts it)";
        anstream::eprintln!("{} no body was run: {}; {hint}", report::paint("error:"), totals.trim_end());
        return ExitCode::from(USAGE);
    }
    // What is known from before counts as well.
    match book.cells.iter().any(|cell| cell.outcome.fails_the_run()) {
        true => ExitCode::from(FAILED),
        false => conclusion.exit_code(),
    }
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
