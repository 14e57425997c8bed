//! Runs the cells on threads, and has what became of each printed.

use std::borrow::Cow;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Instant;

use super::args::Libtest;
use super::printer::{Counts, Printer};

/// A cell that is to run, as the runner knows it.
pub(super) struct Trial<'a> {
    /// Its name, in one line.
    pub(super) name: Cow<'a, str>,
    /// How long that is, in characters.
    pub(super) width: usize,
    /// Its position in the plan.
    pub(super) at: usize,
    /// Whether it runs only where somebody asks for ignored ones.
    pub(super) ignored: bool,
}

/// What became of a cell, as libtest has it.
pub(super) enum Ended {
    Ok,
    /// Not run, and why, where that is known only now.
    Ignored(Option<String>),
    /// With what is to be said of it.
    Failed(String),
}

/// What one thread runs cells with.
pub(super) trait Runs {
    /// Runs a cell, by its position in the plan, and may ask which one it runs after that.
    fn finish(&mut self, at: usize, next: &mut dyn FnMut() -> Option<usize>) -> Ended;
}

/// Runs each cell, on threads that each have a runner of their own; true when a cell has failed.
pub(super) fn run<R: Runs>(
    args: &Libtest,
    mut trials: Vec<Trial<'_>>,
    mut printer: Printer,
    runner: impl Fn() -> R + Sync,
) -> bool {
    let started = Instant::now();
    let all = trials.len();
    trials.retain(|trial| trial.ignored || !args.ignored);
    let counts = Counts { filtered_out: all - trials.len(), ..Counts::default() };
    printer.title(&trials);
    // Cells are tests, which a run of benchmarks leaves out.
    let rests = |trial: &Trial<'_>| args.bench || trial.ignored && !args.ignored && !args.include_ignored;
    let next = AtomicUsize::new(0);
    let take = || trials.get(next.fetch_add(1, Ordering::Relaxed));
    // Runs a cell, and comes with the one that is next where that was asked.
    let end = |runner: &mut R, trial: &Trial<'_>| {
        let mut taken = None;
        if rests(trial) {
            return (Ended::Ignored(None), taken);
        }
        let mut next = || (*taken.insert(take())).filter(|next| !rests(next)).map(|next| next.at);
        // A body's panic does not come so far.
        let ended = catch_unwind(AssertUnwindSafe(|| runner.finish(trial.at, &mut next)))
            .unwrap_or_else(|_| Ended::Failed("crosscheck itself panicked".to_owned()));
        (ended, taken)
    };
    let threads = args.threads.or_else(|| thread::available_parallelism().ok().map(NonZero::get)).unwrap_or(1);
    let mut noted = Noted { printer, counts, failed: Vec::new() };
    if threads == 1 {
        let (mut runner, mut current) = (runner(), take());
        while let Some(trial) = current {
            // Whoever waits sees for what.
            noted.printer.begins(trial);
            let (ended, taken) = end(&mut runner, trial);
            noted.printer.ended(trial, &ended);
            noted.count(trial, ended);
            current = taken.unwrap_or_else(take);
        }
    } else {
        let ends = Ends { waiting: Mutex::default(), noted: Mutex::new(noted) };
        thread::scope(|scope| {
            for _ in 0..threads.min(trials.len()) {
                scope.spawn(|| {
                    let (mut runner, mut current) = (runner(), take());
                    while let Some(trial) = current {
                        let (ended, taken) = end(&mut runner, trial);
                        ends.add(trial, ended);
                        current = taken.unwrap_or_else(take);
                    }
                });
            }
        });
        noted = ends.noted.into_inner().unwrap_or_else(PoisonError::into_inner);
    }
    let Noted { mut printer, mut counts, failed } = noted;
    if !failed.is_empty() {
        printer.failures(&failed);
    }
    counts.failed = failed.len();
    printer.summary(&counts, started.elapsed());
    counts.failed > 0
}

/// What was printed of the run, and what is left to be said at its end.
struct Noted {
    printer: Printer,
    counts: Counts,
    failed: Vec<(String, String)>,
}

impl Noted {
    fn count(&mut self, trial: &Trial<'_>, ended: Ended) {
        match ended {
            Ended::Ok => self.counts.passed += 1,
            Ended::Ignored(_) => self.counts.ignored += 1,
            Ended::Failed(message) => self.failed.push((trial.name.clone().into_owned(), message)),
        }
    }
}

/// What has become of cells on several threads. Whichever finds the printer free prints what all have left: none waits for another
/// one, and none has to be woken, which takes longer than a small cell does.
struct Ends<'a> {
    waiting: Mutex<Vec<(&'a Trial<'a>, Ended)>>,
    noted: Mutex<Noted>,
}

impl<'a> Ends<'a> {
    fn waiting(&self) -> MutexGuard<'_, Vec<(&'a Trial<'a>, Ended)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, trial: &'a Trial<'a>, ended: Ended) {
        self.waiting().push((trial, ended));
        loop {
            let mut noted = match self.noted.try_lock() {
                Ok(noted) => noted,
                Err(TryLockError::Poisoned(noted)) => noted.into_inner(),
                // It looks once more before it goes.
                Err(TryLockError::WouldBlock) => return,
            };
            let ends = std::mem::take(&mut *self.waiting());
            noted.printer.both(&ends);
            for (trial, ended) in ends {
                noted.count(trial, ended);
            }
            drop(noted);
            if self.waiting().is_empty() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::args::Format;

    /// Cells of which one fails; it asks for the next one now and then.
    struct Cells(usize);

    impl Runs for Cells {
        fn finish(&mut self, at: usize, next: &mut dyn FnMut() -> Option<usize>) -> Ended {
            self.0 += 1;
            if self.0.is_multiple_of(3) {
                assert_ne!(next(), Some(at));
            }
            if at == 7 { Ended::Failed("it is wrong".to_owned()) } else { Ended::Ok }
        }
    }

    /// On as many threads as one wants, each cell is printed once, in one piece, and counted.
    #[test]
    fn no_cell_is_lost_between_threads() {
        for threads in [1, 2, 8, 64] {
            for format in [Format::Pretty, Format::Terse, Format::Json] {
                let trial =
                    |at: usize| Trial { name: format!("cell_{at:04}").into(), width: 9, at, ignored: at % 5 == 4 };
                let trials: Vec<_> = (0..2_000).map(trial).collect();
                let name = format!("crosscheck-threads-{}-{threads}-{format:?}", std::process::id());
                let path = std::env::temp_dir().join(name);
                let args =
                    Libtest { threads: Some(threads), format, logfile: Some(path.clone()), ..Libtest::default() };
                assert!(run(&args, trials, Printer::new(&args).unwrap(), || Cells(0)));
                let printed = std::fs::read_to_string(&path).unwrap();
                std::fs::remove_file(&path).unwrap();
                let counts = match format {
                    Format::Json => r#""passed": 1599, "failed": 1, "ignored": 400"#,
                    _ => "1599 passed; 1 failed; 400 ignored",
                };
                assert!(printed.contains(counts), "{printed}");
                for at in 0..2_000 {
                    let verdict = if at % 5 == 4 { "ignored" } else { "ok" };
                    let line = match format {
                        _ if at == 7 => continue,
                        Format::Pretty => format!("\ntest cell_{at:04} ... {verdict}\n"),
                        Format::Json => {
                            format!(
                                "\n{{ \"type\": \"test\", \"name\": \"cell_{at:04}\", \"event\": \"{verdict}\" }}\n"
                            )
                        }
                        Format::Terse => continue,
                    };
                    assert_eq!(printed.matches(&line).count(), 1, "{threads} {line}");
                }
                if format == Format::Terse {
                    let letters = printed.lines().nth(2).unwrap_or_default();
                    assert_eq!((letters.matches('.').count(), letters.matches('i').count()), (1599, 400), "{letters}");
                }
            }
        }
    }
}
