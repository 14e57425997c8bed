//! How a run ends before its time: at an interrupt, or when its own time is over.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use super::args::Cli;
use super::artifacts;
use super::cell_report::CellReport;
use super::run::{FAILED, Run};
use crate::buffer::Buffer;
use crate::execute::Observation;
use crate::record::json;
use crate::{report, screen};

/// How long a report may take that has begun when the time is over.
const REPORT: Duration = Duration::from_secs(1);

/// Ends the process at an interrupt: the running cells finish, and what is known is reported.
#[cfg(unix)]
pub(super) fn heed_interrupts(run: &Arc<Run>, cli: &Cli) {
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
            let running = run.in_flight.close();
            let cells = if running == 1 { "cell" } else { "cells" };
            // A terminal that is gone is no reason not to stop.
            let line = format!("\ninterrupted: waiting for {running} running {cells} (Ctrl-C again to stop at once)");
            let _ = screen::print(|| writeln!(anstream::stderr(), "{line}"));
            run.in_flight.wait();
            end_early(&run, &cli, status);
        });
        // A second interrupt does not wait.
        if signals.next().is_some() {
            leave(status);
        }
    });
}

/// Ends the process when the run's time is over.
pub(super) fn heed_time(run: &Arc<Run>, cli: &Cli) {
    let Some(limit) = cli.run_timeout else { return };
    let (run, cli) = (Arc::clone(run), cli.clone());
    std::thread::spawn(move || {
        std::thread::sleep(limit);
        std::thread::spawn(end_anyway);
        if run.in_flight.is_ending() {
            // It may be printing its report in this moment.
            std::thread::sleep(REPORT);
            does_not_end();
        }
        for (at, took) in run.in_flight.close_and_abandon() {
            let cell = &run.session.plan.cells[at];
            let doing = Some("running when --run-timeout ended the run".to_owned());
            let finished = run.session.give_up(cell, Observation::TimedOut { limit, doing }, took);
            let CellReport { record, message, .. } = CellReport::new(&run.session, &run.executable, cell, &finished);
            let mut line = Buffer::default();
            let written = json::cell(&mut line, &record, false);
            run.note(at, *record, written.map(|()| line.bytes()));
            let _ = screen::print(|| writeln!(anstream::stderr(), "{}", message.unwrap_or_default()));
        }
        end_early(&run, &cli, i32::from(FAILED));
    });
}

/// How long the end of a run may take when its time is over.
const GRACE: Duration = Duration::from_secs(10);

/// Ends the process where its end hangs: at a record that lies on a disk which does not answer, or an output that nobody reads.
fn end_anyway() {
    std::thread::sleep(GRACE);
    let text = format!("error: the time of the run is over, and its end takes longer than {GRACE:?}\n");
    #[cfg(unix)]
    {
        // Not by the standard library, whose lock may be what hangs.
        let _ = rustix::io::write(rustix::stdio::stderr(), text.as_bytes());
        // SAFETY: it ends the process, and calls nothing that somebody else has registered or holds a lock of.
        unsafe { libc::_exit(i32::from(FAILED)) }
    }
    #[cfg(not(unix))]
    {
        eprint!("{text}");
        std::process::exit(i32::from(FAILED))
    }
}

/// Reports what is known, and ends the process even where the report cannot be printed: the cells that are left wait for this.
fn end_early(run: &Run, cli: &Cli, status: i32) -> ! {
    run.in_flight.end();
    screen::close();
    let mut text = run.report(cli, &[]);
    let left = run.session.plan.cells.len().saturating_sub(run.log().cells.len());
    if left > 0 {
        let cells = if left == 1 { "cell was" } else { "cells were" };
        text.push_str(&format!("{left} {cells} not run (--resume runs them)\n"));
    }
    let _ = write!(anstream::stdout(), "\n{}", report::paint(&text));
    artifacts::write(run, cli);
    leave(status)
}

/// Ends the process with this status, whatever bodies have left to be done at its end.
fn leave(status: i32) -> ! {
    #[cfg(unix)]
    super::guard::leave(u8::try_from(status).unwrap_or(FAILED));
    #[cfg(not(unix))]
    std::process::exit(status)
}

/// What is left to be done at the end of the process may take as long as a cell may.
pub(super) fn heed_the_end(cli: &Cli) {
    let Some(limit) = cli.timeout else { return };
    std::thread::spawn(move || {
        std::thread::sleep(limit);
        does_not_end()
    });
}

fn does_not_end() -> ! {
    let what =
        "the run has concluded, but its process does not end: a destructor or a handler of a body takes too long";
    let _ = writeln!(anstream::stderr(), "{} {what}", report::paint("error:"));
    leave(i32::from(FAILED))
}
