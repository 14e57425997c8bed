//! `--strength`: puts faults into the baseline, one at a time, and says which of them the suite notices.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::num::NonZero;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::args::Cli;
use super::isolated::{Ended, Tried, attempt};
use super::run::FAILED;
use super::{Executable, USAGE, refuse};
use crate::execute::isolate::{Donor, Pool, Task};
use crate::plan::Decision;
use crate::report::{self, FaultReport, FunctionReport, Strength};
use crate::session::Session;
use crate::strength::{ALL, Can, Fault};
use crate::{screen, sorted, text};

/// A cell may take this long, or so many times as long as without a fault, where nothing else is said.
const LEAST: Duration = Duration::from_secs(3);
const TIMES: u32 = 20;

/// Tries every fault of every function that a check calls. The exit status is 101 where less than so many percent are noticed.
pub(super) fn run(session: &Session, cli: &Cli, own: &Executable, least: f64) -> ExitCode {
    let started = Instant::now();
    let plan = &session.plan;
    // A test that compares with the baseline has no cell on that: one of another backend stands for the case.
    let stands = |at: &usize| {
        let cell = &plan.cells[*at];
        let is_baseline = plan.backend(cell) == plan.suite(cell).baseline && cell.decision == Decision::Run;
        session.on_baseline(cell).is_some() && (plan.test(cell).differential || is_baseline)
    };
    let cells = session.cases(&(0..plan.cells.len()).filter(stands).collect::<Vec<_>>());
    let suites = sorted::set(cells.iter().map(|at| plan.cells[*at].suite));
    let errors: Vec<_> = suites.iter().filter_map(|suite| unfit(session, *suite)).collect();
    if !errors.is_empty() {
        return refuse(&errors);
    }
    if cells.is_empty() {
        let baselines = sorted::set(plan.suites.iter().map(|suite| format!("`{}`", suite.baseline)));
        let baselines: Vec<_> = baselines.into_iter().collect();
        return refuse(&[format!(
            "--strength: faults are put into the baseline ({}), and none of its cells is selected",
            baselines.join(", ")
        )]);
    }
    let arguments = std::iter::once("--crosscheck-worker".into()).chain(std::env::args_os().skip(1));
    let pool = match Pool::new(arguments.collect()) {
        Ok(pool) => pool,
        Err(error) => return refuse(&[format!("--strength: no process for cells can be started: {error}")]),
    };
    let threads = cli.libtest.threads.or_else(|| thread::available_parallelism().ok().map(NonZero::get)).unwrap_or(1);
    let trials = Trials { session, pool, limit: cli.timeout, threads };
    screen::open();
    let done = trials.all(&cells, cli, own);
    screen::close();
    let strengths = match done {
        Ok(strengths) => strengths,
        Err(error) => return refuse(&[format!("--strength: {error}")]),
    };
    for strength in &strengths {
        anstream::print!("{}", report::paint(&report::strength(strength)));
    }
    anstream::println!("in {:.1} s", started.elapsed().as_secs_f64());
    if strengths.iter().any(|strength| !strength.failed.is_empty()) {
        anstream::eprintln!(
            "{} cells that fail without any fault take no part: mend them first",
            report::paint("error:")
        );
        return ExitCode::from(FAILED);
    }
    match strengths.iter().find(|strength| strength.percent() < least) {
        Some(strength) => {
            let (percent, subject) = (strength.percent(), text::line(strength.subject));
            anstream::eprintln!(
                "{} {percent:.1} % of the faults of `{subject}` are noticed, and {least} % were asked for",
                report::paint("error:")
            );
            ExitCode::from(FAILED)
        }
        None if strengths.iter().all(|strength| strength.functions.is_empty()) => {
            anstream::eprintln!("{} none of these checks calls a function of the contract", report::paint("error:"));
            ExitCode::from(USAGE)
        }
        None => ExitCode::SUCCESS,
    }
}

/// Why no fault can be put in front of a backend of this suite.
fn unfit(session: &Session, suite: u32) -> Option<String> {
    let subject = session.plan.suites[suite as usize].subject;
    match session.contract(suite).map(|contract| (contract.name, contract.faulty)) {
        None => Some(format!(
            "--strength: put `#[crosscheck::contract]` on the trait of `{subject}`: it writes the backend that has the faults"
        )),
        Some((name, Err(why))) => {
            Some(format!("--strength: no faulty backend can be made, because the contract `{name}` {why}"))
        }
        Some((_, Ok(_))) => None,
    }
}

/// What all trials have in common.
struct Trials<'a> {
    session: &'a Session,
    pool: Pool,
    limit: Option<Duration>,
    threads: usize,
}

/// A fault to try, and the cells of each test that call its function.
struct Trial<'a> {
    function: &'static str,
    fault: Fault,
    donor: Option<Donor>,
    tests: &'a BTreeMap<u32, Vec<usize>>,
}

/// What came of it.
#[derive(Default)]
struct Found {
    /// The tests that noticed it.
    killers: Vec<u32>,
    /// Whether it changed anything.
    has_struck: bool,
}

/// Whether a cell noticed a fault.
enum Noticed {
    No {
        /// Whether the fault changed anything.
        has_struck: bool,
    },
    Yes,
    /// It would go on for ever, and so would many others.
    InVain,
}

impl Trials<'_> {
    /// # Errors
    /// What keeps the workers from working.
    fn all(&self, cells: &[usize], cli: &Cli, own: &Executable) -> Result<Vec<Strength>, String> {
        let plan = &self.session.plan;
        let watched =
            self.each(cells, "watched", |at| match attempt(self.session, &self.pool, *at, Task::Watch, cli.limit()) {
                Ok(tried) => Ok(Ok(tried)),
                Err(Ended::Crashed(how)) => Ok(Err(format!("ended its process: {how}"))),
                Err(Ended::TimedOut) => Ok(Err(format!("did not end within {:?}", cli.limit()))),
                Err(Ended::NoWorker(why)) => Err(why),
            })?;
        let mut watched = sorted::map(cells.iter().copied().zip(watched));
        let mut failed: BTreeMap<u32, Vec<(String, String)>> = BTreeMap::new();
        watched.retain(|at, tried| {
            let why = match tried {
                Ok(tried) if !tried.outcome.fails_the_run() => return tried.outcome.ran(),
                Ok(tried) => std::mem::take(&mut tried.reason),
                Err(why) => std::mem::take(why),
            };
            let cell = &plan.cells[*at];
            let name = plan.name(&self.session.on_baseline(cell).unwrap_or(*cell));
            failed.entry(cell.suite).or_default().push((name, why));
            false
        });
        let watched = sorted::map(watched.into_iter().filter_map(|(at, tried)| Some((at, tried.ok()?))));
        let mut donors: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, tried) in &watched {
            for error in &tried.seen.errors {
                donors.entry(error).or_insert(*at);
            }
        }
        let suites = sorted::set(cells.iter().map(|at| plan.cells[*at].suite));
        let mut strengths = Vec::new();
        for suite in suites {
            let called = self.called(suite, &watched);
            strengths.push(Strength {
                failed: failed.remove(&suite).unwrap_or_default(),
                ..self.suite(suite, &called, &watched, &donors, cli, own)?
            });
        }
        Ok(strengths)
    }

    /// The cells of each test that call a function, those that are soon done first.
    fn called(&self, suite: u32, watched: &BTreeMap<usize, Tried>) -> BTreeMap<String, BTreeMap<u32, Vec<usize>>> {
        let mut called: BTreeMap<String, BTreeMap<u32, Vec<usize>>> = BTreeMap::new();
        let mut by_time: Vec<_> = watched.iter().collect();
        by_time.sort_by_key(|(_, tried)| tried.elapsed);
        for (at, tried) in by_time {
            let cell = &self.session.plan.cells[*at];
            for function in tried.seen.called.keys().filter(|_| cell.suite == suite) {
                called.entry(function.clone()).or_default().entry(cell.test).or_default().push(*at);
            }
        }
        called
    }

    fn suite(
        &self,
        suite: u32,
        called: &BTreeMap<String, BTreeMap<u32, Vec<usize>>>,
        watched: &BTreeMap<usize, Tried>,
        donors: &BTreeMap<&str, usize>,
        cli: &Cli,
        own: &Executable,
    ) -> Result<Strength, String> {
        let plan = &self.session.plan;
        let spec = &plan.suites[suite as usize];
        let functions = match self.session.contract(suite).map(|contract| contract.faulty) {
            Some(Ok((functions, _))) => functions,
            _ => &[],
        };
        let is_meant = |name: &str| cli.functions().is_empty() || cli.functions().iter().any(|meant| meant == name);
        let mut trials = Vec::new();
        for function in functions.iter().filter(|function| is_meant(function.name)) {
            let Some(tests) = called.get(function.name) else { continue };
            let mut seen = tests.values().flatten().map(|at| &watched[at].seen);
            let can = tests.values().flatten().find_map(|at| watched[at].seen.called.get(function.name));
            let has_failed = seen.any(|seen| seen.failed.iter().any(|name| name == function.name));
            for fault in can.map(|can| faults(can, has_failed)).unwrap_or_default() {
                let error = can.and_then(|can| can.error.as_deref()).filter(|_| fault == Fault::Error);
                let donor = error.and_then(|error| {
                    let cell = *donors.get(error)?;
                    Some(Donor { error: error.to_owned(), cell })
                });
                // There is no error to return.
                if error.is_some_and(|error| !error.is_empty()) && donor.is_none() {
                    continue;
                }
                trials.push(Trial { function: function.name, fault, donor, tests });
            }
        }
        let found = self.each(&trials, "faults", |trial| self.try_fault(trial, watched))?;
        let mut reports: Vec<FunctionReport> = Vec::new();
        let mut useful = BTreeSet::new();
        for (trial, found) in trials.iter().zip(found) {
            // A panic is noticed by whoever calls.
            if trial.fault != Fault::Panics {
                useful.extend(found.killers.iter().copied());
            }
            let arguments = functions.iter().find(|it| it.name == trial.function).map_or(&[][..], |it| it.arguments);
            let fault = FaultReport {
                what: describe(trial.fault, arguments),
                is_applicable: found.has_struck,
                differential: found.killers.iter().filter(|test| spec.tests[**test as usize].differential).count(),
                killers: found.killers.iter().map(|test| spec.tests[*test as usize].path.clone()).collect(),
            };
            match reports.last_mut().filter(|report| report.name == trial.function) {
                Some(report) => report.faults.push(fault),
                None => reports.push(FunctionReport {
                    name: trial.function,
                    checks: trial.tests.len(),
                    faults: vec![fault],
                }),
            }
        }
        let is_whole = cli.narrowed(own).is_empty();
        let all = sorted::set(
            watched.keys().map(|at| &plan.cells[*at]).filter(|cell| cell.suite == suite).map(|cell| cell.test),
        );
        let idle = all.difference(&useful).map(|test| spec.tests[*test as usize].path.clone());
        let outside = sorted::set(watched.values().flat_map(|tried| &tried.seen.outside));
        let never = functions.iter().map(|function| function.name);
        let never =
            never.filter(|name| is_whole && !called.contains_key(*name) && !outside.contains(&(*name).to_owned()));
        Ok(Strength {
            subject: spec.subject,
            functions: reports,
            never: never.collect(),
            idle: if cli.functions().is_empty() { idle.collect() } else { Vec::new() },
            failed: Vec::new(),
        })
    }

    /// Tries a fault with every test that calls its function, until a cell of the test notices it.
    ///
    /// # Errors
    /// What keeps the workers from working.
    fn try_fault(&self, trial: &Trial<'_>, watched: &BTreeMap<usize, Tried>) -> Result<Found, String> {
        let mut found = Found::default();
        let remembers = matches!(trial.fault, Fault::First | Fault::Last | Fault::Stuck(_));
        let mut by_place: Vec<_> = trial.tests.values().flatten().copied().filter(|_| remembers).collect();
        by_place.sort_unstable();
        'tests: for (test, cells) in trial.tests {
            for at in cells {
                // What remembers earlier calls is tried with those of the same cell, and then with those of another one.
                let others = by_place.iter().copied().find(|other| other != at).map(Some);
                for before in std::iter::once(None).chain(others) {
                    match self.try_cell(trial, *at, before, watched)? {
                        Noticed::No { has_struck } => found.has_struck |= has_struck,
                        noticed => {
                            found.has_struck = true;
                            found.killers.push(*test);
                            if matches!(noticed, Noticed::InVain) {
                                return Ok(found);
                            }
                            continue 'tests;
                        }
                    }
                }
            }
        }
        Ok(found)
    }

    /// Tries a fault with a cell, after another one.
    ///
    /// # Errors
    /// What keeps the workers from working.
    fn try_cell(
        &self,
        trial: &Trial<'_>,
        at: usize,
        before: Option<usize>,
        watched: &BTreeMap<usize, Tried>,
    ) -> Result<Noticed, String> {
        let function = trial.function.to_owned();
        let task = Task::Try { function, fault: trial.fault, donor: trial.donor.clone(), before };
        let healthy = [Some(at), before].into_iter().flatten().map(|at| watched[&at].elapsed).sum::<Duration>();
        let limit = self.limit.unwrap_or_else(|| LEAST.max(healthy.saturating_mul(TIMES)));
        match attempt(self.session, &self.pool, at, task, limit) {
            Ok(tried) if tried.seen.struck > 0 && tried.outcome.fails_the_run() => Ok(Noticed::Yes),
            Ok(tried) => Ok(Noticed::No { has_struck: tried.seen.struck > 0 }),
            Err(Ended::TimedOut) => Ok(Noticed::InVain),
            Err(Ended::Crashed(_)) => Ok(Noticed::Yes),
            Err(Ended::NoWorker(why)) => Err(why),
        }
    }

    /// Does the same with each, on several threads; the results are in the same order.
    ///
    /// # Errors
    /// The first one.
    fn each<I: Sync, T: Send>(
        &self,
        items: &[I],
        what: &str,
        run: impl Fn(&I) -> Result<T, String> + Sync,
    ) -> Result<Vec<T>, String> {
        let queue: Mutex<VecDeque<usize>> = Mutex::new((0..items.len()).collect());
        let done = Mutex::new(Vec::with_capacity(items.len()));
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let work = || {
            while let Some(at) = next() {
                let result = run(&items[at]);
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                if result.is_err() {
                    queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
                }
                done.push((at, result));
                screen::show(Some(format!("{} of {} {what}", done.len(), items.len())));
            }
        };
        thread::scope(|scope| (0..self.threads.max(1)).for_each(|_| drop(scope.spawn(work))));
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(at, _)| *at);
        done.into_iter().map(|(_, result)| result).collect()
    }
}

/// The faults that a function can have.
fn faults(can: &Can, has_failed: bool) -> Vec<Fault> {
    let of_value = ALL.into_iter().filter(|fault| match fault {
        Fault::Panics => true,
        Fault::Nothing => can.nothing,
        Fault::Error => can.error.is_some(),
        Fault::NoError => has_failed && (can.value || can.nothing),
        _ => can.value,
    });
    let swapped = can.swapped.iter().map(|(a, b)| Fault::Swapped(*a, *b));
    let defaults = can.defaults.iter().map(|at| Fault::Default(*at));
    let stuck = can.stuck.iter().map(|at| Fault::Stuck(*at));
    of_value.chain(swapped).chain(defaults).chain(stuck).collect()
}

/// What a function does wrong, in words.
fn describe(fault: Fault, arguments: &[&str]) -> String {
    let name = |at: usize| format!("`{}`", arguments.get(at).copied().unwrap_or("?"));
    match fault {
        Fault::Swapped(a, b) => format!("{} and {} are exchanged", name(a), name(b)),
        Fault::Default(at) => format!("{} is ignored, and the default of its type taken", name(at)),
        Fault::Stuck(at) => format!("{} is always that of the first call", name(at)),
        fault => fault.of_value().to_owned(),
    }
}
