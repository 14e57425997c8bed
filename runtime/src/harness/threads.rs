//! Runs the cells on threads, and has what became of each printed.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Instant;

use super::args::Libtest;
use super::printer::{Counts, Printer};

/// A cell that is to run, as the runner knows it.
pub(super) struct Trial {
    /// Its name, in one line.
    pub(super) name: String,
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

/// Runs each cell with `finish`, by its position in the plan; true when one of them has failed.
pub(super) fn run(
    args: &Libtest,
    mut trials: Vec<Trial>,
    mut printer: Printer,
    finish: impl Fn(usize) -> Ended + Sync,
) -> bool {
    let started = Instant::now();
    let all = trials.len();
    trials.retain(|trial| trial.ignored || !args.ignored);
    let counts = Counts { filtered_out: all - trials.len(), ..Counts::default() };
    printer.title(&trials);
    let end = |trial: &Trial| {
        // Cells are tests, which a run of benchmarks leaves out.
        if args.bench || trial.ignored && !args.ignored && !args.include_ignored {
            return Ended::Ignored(None);
        }
        // A body's panic does not come so far.
        catch_unwind(AssertUnwindSafe(|| finish(trial.at)))
            .unwrap_or_else(|_| Ended::Failed("crosscheck itself panicked".to_owned()))
    };
    let threads = args.threads.or_else(|| thread::available_parallelism().ok().map(NonZero::get)).unwrap_or(1);
    let mut noted = Noted { printer, counts, failed: Vec::new() };
    if threads == 1 {
        for trial in &trials {
            // Whoever waits sees for what.
            noted.printer.begins(&trial.name);
            let ended = end(trial);
            noted.printer.ended(&trial.name, &ended);
            noted.count(trial, ended);
        }
    } else {
        let (next, ends) = (AtomicUsize::new(0), Ends { waiting: Mutex::default(), noted: Mutex::new(noted) });
        thread::scope(|scope| {
            for _ in 0..threads.min(trials.len()) {
                scope.spawn(|| {
                    while let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed)) {
                        ends.add(trial, end(trial));
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
    fn count(&mut self, trial: &Trial, ended: Ended) {
        match ended {
            Ended::Ok => self.counts.passed += 1,
            Ended::Ignored(_) => self.counts.ignored += 1,
            Ended::Failed(message) => self.failed.push((trial.name.clone(), message)),
        }
    }
}

/// What has become of cells on several threads. Whichever finds the printer free prints what all have left: none waits for another
/// one, and none has to be woken, which takes longer than a small cell does.
struct Ends<'a> {
    waiting: Mutex<Vec<(&'a Trial, Ended)>>,
    noted: Mutex<Noted>,
}

impl<'a> Ends<'a> {
    fn waiting(&self) -> MutexGuard<'_, Vec<(&'a Trial, Ended)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, trial: &'a Trial, ended: Ended) {
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

    /// On as many threads as one wants, each cell is printed once, in one piece, and counted.
    #[test]
    fn no_cell_is_lost_between_threads() {
        for threads in [1, 2, 8, 64] {
            for format in [Format::Pretty, Format::Terse, Format::Json] {
                let trial = |at: usize| Trial { name: format!("cell_{at:04}"), at, ignored: at % 5 == 4 };
                let trials: Vec<_> = (0..2_000).map(trial).collect();
                let name = format!("crosscheck-threads-{}-{threads}-{format:?}", std::process::id());
                let path = std::env::temp_dir().join(name);
                let args =
                    Libtest { threads: Some(threads), format, logfile: Some(path.clone()), ..Libtest::default() };
                let finish = |at| if at == 7 { Ended::Failed("it is wrong".to_owned()) } else { Ended::Ok };
                assert!(run(&args, trials, Printer::new(&args).unwrap(), finish));
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
