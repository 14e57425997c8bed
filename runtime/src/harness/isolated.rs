//! Cells in workers: what comes back from there is judged here, as everything else is.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::cell_report::CellReport;
use super::{Executable, USAGE, device};
use crate::execute::Observation;
use crate::execute::context::Phase;
use crate::execute::isolate::{self, Late, Pool, Task, WorkerExit, WorkerReply};
use crate::execute::panics;
use crate::judge::{Judgement, Outcome};
use crate::plan::{Cell, Decision};
use crate::report::outlier::Vote;
use crate::session::{Session, Settled};
use crate::sorted;
use crate::strength::{self, Seen};
use crate::suite::expectation::Failure;

/// What a worker has to say of a cell.
#[derive(Serialize, Deserialize)]
enum Reply {
    /// What became of it.
    Ended(Box<CellReport>),
    /// Which backends compute what it does, by position in their suite, and the pairs of those that agree.
    Voted { backends: Vec<usize>, agree: Vec<(usize, usize)> },
    /// What became of it where something was watched or wrong.
    Tried(Box<Tried>),
    /// The worker cannot do what it is asked.
    Refused(String),
}

/// What became of a cell while the functions of the contract were watched, or one was wrong.
#[derive(Serialize, Deserialize)]
pub(super) struct Tried {
    pub(super) outcome: Outcome,
    pub(super) reason: String,
    pub(super) seen: Seen,
    /// How long it took.
    pub(super) elapsed: Duration,
}

/// Runs the cells that another run sends.
pub(super) fn serve(session: &Session, executable: &Executable) -> ExitCode {
    let plan = &session.plan;
    // The run may have left out cells that this process has.
    let by_name = OnceCell::new();
    let position = |name: &str| {
        let all = by_name.get_or_init(|| {
            let names = plan.cells.iter().enumerate().map(|(at, cell)| (plan.name(cell), at));
            names.collect::<HashMap<_, _>>()
        });
        all.get(name).map(|at| &plan.cells[*at])
    };
    let served = isolate::serve(|request, announce, tell| {
        let cell = plan.cells.get(request.cell).filter(|cell| plan.name(cell) == request.name);
        let cell = cell.or_else(|| position(&request.name));
        let Some(cell) = cell else {
            return (Reply::Refused(format!("a worker plans other cells than its run: {}", request.name)), true);
        };
        // Another body may have put a hook of its own.
        panics::reinstall();
        if request.task == Task::Vote {
            announce(Phase::Body);
            let (backends, agree) = session.vote(cell, &session.voters(cell));
            return (Reply::Voted { backends, agree }, true);
        }
        let faulty = |cell: &Cell, of: &str, announce| {
            let cell = session.on_baseline(cell).unwrap_or(*cell);
            session.run_faulty(&cell, of, announce)
        };
        let tried = |of: &str| {
            let started = Instant::now();
            let Judgement { outcome, reason } = faulty(cell, of, Some(announce));
            Tried { outcome, reason, seen: strength::seen(), elapsed: started.elapsed() }
        };
        match &request.task {
            Task::Watch => {
                strength::watch();
                return (Reply::Tried(Box::new(tried(""))), true);
            }
            Task::Try { function, fault, donor, before } => {
                if let Some(donor) = donor.as_ref().filter(|donor| !strength::knows_error(&donor.error))
                    && let Some(cell) = plan.cells.get(donor.cell)
                {
                    strength::watch();
                    faulty(cell, "", None);
                }
                strength::arm(function, *fault);
                if let Some(cell) = before.and_then(|cell| plan.cells.get(cell)) {
                    faulty(cell, "", None);
                    strength::seen();
                }
                // What a panic leaves behind in the backend goes with that.
                return (Reply::Tried(Box::new(tried(&format!("{function} {fault:?}")))), true);
            }
            Task::Run | Task::Vote => {}
        }
        // What the run needs to know where the body takes this process down.
        let tell = |settled: &Settled| {
            if matches!(cell.decision, Decision::Ask(_)) {
                tell(serde_json::to_string(settled).unwrap_or_default());
            }
        };
        let ended = CellReport::new(session, executable, cell, &session.run_announced(cell, Some(announce), &tell));
        // A panic may leave a lock poisoned, and an unexpected failure anything else.
        let is_sound = ended.message.is_none() && ended.record.failure != Some(Failure::Panic);
        (Reply::Ended(Box::new(ended)), is_sound)
    });
    let Err(error) = served;
    eprintln!("error: a worker cannot continue: {error}");
    ExitCode::from(USAGE)
}

/// Runs a cell, by its position in the plan, in a worker.
///
/// Comes with an earlier cell, where a thread of that has ended a worker meanwhile.
pub(super) fn run(
    session: &Session,
    executable: &Executable,
    pool: &Pool,
    at: usize,
    limit: Duration,
) -> (CellReport, Option<Late>) {
    let plan = &session.plan;
    let cell = &plan.cells[at];
    let started = Instant::now();
    let of = (cell.suite, cell.backend);
    let WorkerReply { exit, output, late, said } =
        pool.ask::<Reply>(Task::Run, of, (at, plan.name(cell)), session.has_setup(cell), limit);
    let setup = |what: String| {
        let backend = plan.backend(cell);
        let before = format!("what comes before the body (the constructor of `{backend}`, the baseline, or a fixture)");
        Observation::SetupFailed { message: format!("{before} {what}") }
    };
    let settled = said.and_then(|said| serde_json::from_str(&said).ok()).unwrap_or_else(|| Settled::of(cell));
    let observation = match exit {
        WorkerExit::Answered(Reply::Ended(ended)) => return (ended.with_output(output), late),
        WorkerExit::Answered(Reply::Refused(message)) => Observation::SetupFailed { message },
        WorkerExit::Answered(Reply::Voted { .. } | Reply::Tried(_)) => {
            Observation::SetupFailed { message: "a worker answered another question".to_owned() }
        }
        WorkerExit::Crashed { how, begun: true } => Observation::Crashed { how },
        WorkerExit::TimedOut { doing, begun: true } => Observation::TimedOut { limit, doing },
        WorkerExit::Crashed { how, begun: false } => setup(format!("ended its process: {how}")),
        WorkerExit::TimedOut { begun: false, .. } => setup(format!("did not end within {limit:?}")),
        WorkerExit::NoWorker(error) => {
            Observation::SetupFailed { message: format!("no process could be started for it: {error}") }
        }
    };
    let finished = session.finish(cell, settled, observation, None, started.elapsed());
    (CellReport::new(session, executable, cell, &finished).with_output(output), late)
}

/// What becomes of a cell while the functions of the contract are watched, or one is wrong; comes with how it ended where its
/// worker ended or did not answer in time.
pub(super) fn attempt(session: &Session, pool: &Pool, at: usize, task: Task, limit: Duration) -> Result<Tried, Ended> {
    let plan = &session.plan;
    let cell = &plan.cells[at];
    let _lock =
        session.device(cell).map(device::lock).transpose().map_err(|error| Ended::NoWorker(error.to_string()))?;
    let exit = pool.ask::<Reply>(task, (cell.suite, cell.backend), (at, plan.name(cell)), true, limit).exit;
    Err(match exit {
        WorkerExit::Answered(Reply::Tried(tried)) => return Ok(*tried),
        WorkerExit::Answered(Reply::Refused(message)) => Ended::NoWorker(message),
        WorkerExit::Answered(Reply::Ended(_) | Reply::Voted { .. }) => {
            Ended::NoWorker("a worker answered another question".to_owned())
        }
        WorkerExit::Crashed { how, .. } => Ended::Crashed(how),
        WorkerExit::TimedOut { .. } => Ended::TimedOut,
        WorkerExit::NoWorker(error) => Ended::NoWorker(error.to_string()),
    })
}

/// How a worker ended.
pub(super) enum Ended {
    /// By itself, like this.
    Crashed(String),
    /// It was ended.
    TimedOut,
    /// There was none, for this reason.
    NoWorker(String),
}

/// The vote on the case of a cell, by its position in the plan; `None` where its bodies come to no end now, or have no majority.
pub(super) fn vote(session: &Session, pool: &Pool, at: usize, limit: Duration) -> Option<Vote> {
    let plan = &session.plan;
    let cell = &plan.cells[at];
    let suite = plan.suite(cell);
    let voters = session.voters(cell);
    // In one order, so that two runs do not wait for each other.
    let devices = sorted::set(voters.iter().filter_map(|voter| suite.backends[*voter].device));
    let _locks = devices.into_iter().map(device::lock).collect::<Result<Vec<_>, _>>().ok()?;
    // Apart from the workers that open one backend each.
    let of = (cell.suite, u32::MAX);
    match pool.ask::<Reply>(Task::Vote, of, (at, plan.name(cell)), true, limit).exit {
        WorkerExit::Answered(Reply::Voted { backends, agree }) => {
            let backends = backends.into_iter().map(|backend| suite.backends[backend].name).collect();
            Some(Vote { case: session.case_name(cell), backends, agree })
        }
        _ => None,
    }
}
