//! Cells in workers: what comes back from there is judged here, as everything else is.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::cell_report::CellReport;
use super::{Executable, USAGE};
use crate::execute::Observation;
use crate::execute::isolate::{self, Pool, WorkerExit, WorkerReply};
use crate::execute::panics;
use crate::session::Session;
use crate::suite::expectation::Failure;

/// Runs the cells that another run sends.
pub(super) fn serve(session: &Session, executable: &Executable) -> ExitCode {
    let served = isolate::serve(|request, begins| {
        let cell = session.plan.cells.get(request.cell).filter(|cell| session.plan.name(cell) == request.name);
        let Some(cell) = cell else {
            return (Err(format!("a worker plans other cells than its run: {}", request.name)), true);
        };
        // Another body may have put a hook of its own.
        panics::reinstall();
        let ended = CellReport::new(session, executable, cell, &session.run_announced(cell, begins));
        // A panic may leave a lock poisoned, and an unexpected failure anything else.
        let is_sound = ended.message.is_none() && ended.record.failure != Some(Failure::Panic);
        (Ok(ended), is_sound)
    });
    let Err(error) = served;
    eprintln!("error: a worker cannot continue: {error}");
    ExitCode::from(USAGE)
}

/// Runs a cell, by its position in the plan, in a worker.
pub(super) fn run(session: &Session, executable: &Executable, pool: &Pool, at: usize, limit: Duration) -> CellReport {
    let plan = &session.plan;
    let cell = &plan.cells[at];
    let started = Instant::now();
    let of = (cell.suite, cell.backend);
    let WorkerReply { exit, output } =
        pool.ask::<Result<CellReport, String>>(of, (at, plan.name(cell)), plan.test(cell).differential, limit);
    let setup = |what: String| {
        let backend = plan.backend(cell);
        let before = format!("what comes before the body (the constructor of `{backend}`, or the baseline)");
        Observation::SetupFailed { message: format!("{before} {what}") }
    };
    let observation = match exit {
        WorkerExit::Answered(Ok(ended)) => return ended.with_output(output),
        WorkerExit::Answered(Err(message)) => Observation::SetupFailed { message },
        WorkerExit::Crashed { how, begun: true } => Observation::Crashed { how },
        WorkerExit::TimedOut { doing, begun: true } => Observation::TimedOut { limit, doing },
        WorkerExit::Crashed { how, begun: false } => setup(format!("ended its process: {how}")),
        WorkerExit::TimedOut { begun: false, .. } => setup(format!("did not end within {limit:?}")),
        WorkerExit::NoWorker(error) => {
            Observation::SetupFailed { message: format!("no process could be started for it: {error}") }
        }
    };
    let finished = session.finish(cell, observation, None, started.elapsed());
    CellReport::new(session, executable, cell, &finished).with_output(output)
}
