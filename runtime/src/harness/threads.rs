//! Runs the cells on threads, and has what became of each printed.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
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
    let mut counts = Counts { filtered_out: all - trials.len(), ..Counts::default() };
    printer.title(&trials);
    let mut failed = Vec::new();
    let mut note = |trial: &Trial, ended: Ended, printer: &mut Printer| {
        printer.ended(&trial.name, &ended);
        match ended {
            Ended::Ok => counts.passed += 1,
            Ended::Ignored(_) => counts.ignored += 1,
            Ended::Failed(message) => failed.push((trial.name.clone(), message)),
        }
    };
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
    if threads == 1 {
        for trial in &trials {
            // Whoever waits sees for what.
            printer.begins(&trial.name);
            note(trial, end(trial), &mut printer);
        }
    } else {
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..threads.min(trials.len()) {
                let (sender, next, end, trials) = (sender.clone(), &next, &end, &trials);
                scope.spawn(move || {
                    while let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed)) {
                        // Who receives them is there as long as this thread.
                        let _ = sender.send((trial, end(trial)));
                    }
                });
            }
            drop(sender);
            for (trial, ended) in receiver {
                printer.begins(&trial.name);
                note(trial, ended, &mut printer);
            }
        });
    }
    if !failed.is_empty() {
        printer.failures(&failed);
    }
    counts.failed = failed.len();
    printer.summary(&counts, started.elapsed());
    counts.failed > 0
}
