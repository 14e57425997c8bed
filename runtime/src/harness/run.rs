//! Runs the cells of a plan: execute, judge, record, report.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use super::args::Cli;
use super::{Executable, under_nextest};
use crate::execute::{CellOf, Executor, Observation};
use crate::judge::{Outcome, judge};
use crate::panics::Panics;
use crate::plan::{Cell, Decision, Plan};
use crate::record::{self, CellRecord, Journal, Line};
use crate::report;

/// The exit status of a run with a failure, as libtest has it.
const FAILED: u8 = 101;

/// A plan and what it takes to run it.
pub(super) struct Run {
    pub(super) plan: Plan,
    executors: Vec<Executor>,
    required: Vec<String>,
    executable: Executable,
    written: Mutex<Written>,
}

/// What is known so far, in memory and on disk.
#[derive(Default)]
struct Written {
    cells: Vec<CellRecord>,
    journal: Option<Journal>,
}

impl Run {
    pub(super) fn new(executable: Executable, plan: Plan, executors: Vec<Executor>, required: Vec<String>) -> Self {
        Self { plan, executors, required, executable, written: Mutex::default() }
    }

    /// Why the matrix keeps a cell from running.
    pub(super) fn skip_reason(&self, cell: &Cell) -> Option<&str> {
        match cell.decision {
            Decision::Skip(_) => self.plan.row(cell).map(|row| row.message.as_str()),
            _ => None,
        }
    }

    /// Why a cell will not run, on this machine. Opens the backend.
    pub(super) fn ignored_reason(&self, cell: &Cell) -> Option<String> {
        let unavailable = || self.executors[cell.suite as usize].unavailable(cell.backend as usize);
        self.skip_reason(cell).map(str::to_owned).or_else(|| unavailable().filter(|_| !self.is_required(cell)))
    }

    /// The required backends that have a cell here and are not available, also when no cell would have opened them.
    fn missing(&self) -> BTreeMap<&'static str, String> {
        let required = self.plan.cells.iter().filter(|cell| self.is_required(cell));
        let backends: BTreeMap<_, _> = required.map(|cell| ((cell.suite, cell.backend), cell)).collect();
        let unavailable = backends.into_values().filter_map(|cell| {
            let reason = self.executors[cell.suite as usize].unavailable(cell.backend as usize)?;
            Some((self.plan.backend(cell), reason))
        });
        unavailable.collect()
    }

    fn is_required(&self, cell: &Cell) -> bool {
        let backend = self.plan.backend(cell);
        self.required.iter().any(|name| name == backend)
    }

    fn execute(&self, cell: &Cell) -> Observation {
        let test = self.plan.test(cell);
        match cell.decision {
            Decision::Skip(_) => Observation::NotRun,
            Decision::Run | Decision::XFail(_) | Decision::RunExcluded(_) => {
                let expected = matches!(cell.decision, Decision::XFail(_));
                let cell_of = CellOf {
                    test: cell.test as usize,
                    case: &test.positions(cell.case),
                    backend: cell.backend as usize,
                    differential: test.differential,
                };
                let panics = if expected { Panics::Expected } else { Panics::Unexpected };
                self.executors[cell.suite as usize].run(cell_of, panics)
            }
        }
    }

    /// Runs one cell to its end; the text of a failure is for the terminal.
    fn finish(&self, cell: &Cell) -> Result<Completion, Failed> {
        let started = Instant::now();
        let observation = self.execute(cell);
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let row = self.plan.row(cell).filter(|_| !matches!(cell.decision, Decision::RunExcluded(_)));
        let verdict = judge(row, self.is_required(cell), &observation);
        let record = CellRecord::new(&self.plan, cell, verdict.outcome, verdict.reason.clone(), micros);
        self.note(CellRecord { setup: matches!(observation, Observation::SetupFailed { .. }), ..record });

        let outcome = verdict.outcome;
        if outcome.fails_the_run() {
            let text = self.failure(cell, outcome, &verdict.reason, &observation);
            if under_nextest() {
                // nextest takes the message for its JUnit report from a line like this one.
                eprintln!("Error: {text}");
            }
            return Err(text.into());
        }
        Ok(match outcome {
            Outcome::Skipped => Completion::ignored_with(verdict.reason),
            Outcome::Unavailable | Outcome::NotImplemented => {
                Completion::ignored_with(format!("{outcome}: {}", verdict.reason))
            }
            _ => Completion::Completed,
        })
    }

    fn failure(&self, cell: &Cell, outcome: Outcome, reason: &str, observation: &Observation) -> String {
        let test = self.plan.test(cell);
        let name = self.plan.name(cell);
        let backtrace = match observation {
            Observation::Panicked(panic) => panic.backtrace(),
            _ => None,
        };
        let word = match outcome {
            Outcome::XPassed => "XPASS",
            other => other.as_str(),
        };
        let backtrace = backtrace.unwrap_or_default();
        let Executable { package, .. } = self.executable;
        // The crate's name may have an underscore where the target's has a dash; Cargo takes a pattern for it.
        let target = match self.executable.target {
            name if name.contains('_') => format!("'{}'", name.replace('_', "?")),
            name => name.to_owned(),
        };
        let excluded = if matches!(cell.decision, Decision::RunExcluded(_)) { " --run-excluded" } else { "" };
        format!(
            "{word}: {reason}\n{backtrace}  in {} ({})\n  run only this: cargo test -p {package} --test {target} --{excluded} --exact {name}",
            test.path, test.origin,
        )
    }

    fn note(&self, record: CellRecord) {
        let mut written = self.lock();
        let line = Line::Cell(record);
        if let Some(Err(error)) = written.journal.as_mut().map(|journal| journal.write(&line)) {
            anstream::eprintln!("warning: the record cannot be written any further: {error}");
            written.journal = None;
        }
        if let Line::Cell(record) = line {
            written.cells.push(record);
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
    fn report(&self, run_excluded: bool) -> String {
        let mut written = self.lock();
        written.cells.sort_by(|a, b| a.name.cmp(&b.name));
        let (suites, cells) = (&self.plan.suites, &written.cells);
        let mut text = format!("{}\n", report::of_run(suites, cells));
        if run_excluded {
            text.push_str(&report::audit(suites, cells));
        } else {
            text.push_str(&report::exclusions(&self.plan));
        }
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
    let cells = run.plan.cells.iter().copied();
    let missing = run.missing();
    let conclusion = libtest_mimic::run(&args, cells.map(|cell| trial(run, cell)).collect());
    let json = matches!(args.format, Some(libtest_mimic::FormatSetting::Json));
    if !under_nextest() && !json && !run.lock().cells.is_empty() {
        anstream::print!("{}", report::paint(&run.report(cli.run_excluded)));
    }
    for (backend, reason) in &missing {
        anstream::eprintln!("{} `{backend}` is required, but not available: {reason}", report::paint("error:"));
    }
    if missing.is_empty() { conclusion.exit_code() } else { ExitCode::from(FAILED) }
}

/// A cell as libtest-mimic wants it.
///
/// Under nextest a cell that will not run carries the ignored flag, because a reason given at run time would be shown as
/// a pass; everywhere else it gives its reason at run time, because the flag would hide it.
fn trial(run: &Arc<Run>, cell: Cell) -> Trial {
    let flagged = under_nextest() && run.ignored_reason(&cell).is_some();
    let name = run.plan.name(&cell);
    let run = Arc::clone(run);
    Trial::ignorable_test(name, move || run.finish(&cell)).with_ignored_flag(flagged)
}
