//! Runs the cells of an executable, and concludes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use anstream::{AutoStream, ColorChoice};

use super::args::{Cli, Format};
#[cfg(unix)]
use super::guard;
use super::lane::Lane;
use super::live::Live;
use super::names::Name;
use super::printer::Printer;
use super::run::{FAILED, Run};
use super::run_log::{Planned, ResumedRun};
use super::stack::on_a_thread;
use super::threads::{self, Trial};
use super::{Executable, USAGE, artifacts, fingerprints, refuse, stop, under_nextest};
use crate::record::{Fingerprint, Start};
use crate::report;
use crate::text;

/// What a run is recorded with.
pub(super) struct Recording {
    pub(super) fingerprint: Fingerprint,
    /// What is to run, where one process knows it.
    pub(super) planned: Option<Planned>,
    /// What is known from a run that did not finish.
    pub(super) known: Option<ResumedRun>,
}

/// Runs the cells and reports.
pub(super) fn run(run: &Arc<Run>, cli: &Cli, recording: Recording) -> ExitCode {
    let Recording { fingerprint, mut planned, known } = recording;
    let args = &cli.libtest;
    let printer = match Printer::new(args) {
        Ok(printer) => printer,
        Err(error) => return refuse(&[error]),
    };
    // A record that cannot be reached takes its time as well.
    stop::heed_time(run, cli);
    let Executable { package, target, .. } = run.executable;
    let day = if cli.is_of_another_day() { run.session.today().to_string() } else { String::new() };
    let build = fingerprints::own_build().unwrap_or_default();
    let start = Start { seed: run.session.base_seed(), build, day, ..Start::now(package, target, fingerprint) };
    if let Err(harm) = run.log().open(start, &run.executable, known.as_ref(), planned.as_mut()) {
        return refuse(&[harm]);
    }
    // A shard has other cells than the whole.
    if let Some(planned) = planned.filter(|planned| planned.plan.shard.is_none()) {
        run.set_names(planned.plan.cells);
    }
    #[cfg(unix)]
    guard::watch(run);
    let mut known = known.map(|known| known.cells).unwrap_or_default();
    let plan = &run.session.plan;
    let mut cells: Vec<_> = (0..plan.cells.len()).collect();
    if !known.is_empty() {
        cells.retain(|at| match known.remove(&run.name(*at).text) {
            Some(record) => {
                run.log().cells.push(record);
                false
            }
            None => true,
        });
    }
    // nextest means the process that runs one cell, and does not want to wait for it.
    #[cfg(unix)]
    if !under_nextest() {
        stop::heed_interrupts(run, cli);
    }
    // Where each cell has a process of its own, constructors run there only, and a cell tells.
    let missing = if cli.isolates_all() { BTreeMap::new() } else { run.session.missing() };
    let trials = cells.iter().map(|at| trial(run, *at)).collect();
    // With one thread, cells run on the one that this is called on, of which the stack has another size.
    let live = Live::watch(run, cli, plan.cells.len() - cells.len());
    let failed = on_a_thread(|| threads::run(args, trials, printer, || Lane::new(run)));
    drop(live);
    let status = conclude(run, cli, failed, &missing.into_iter().collect::<Vec<_>>());
    artifacts::write(run, cli);
    stop::heed_the_end(cli);
    #[cfg(unix)]
    return guard::conclude(status);
    #[cfg(not(unix))]
    {
        run.end_record();
        ExitCode::from(status)
    }
}

/// Reports, and says what the process ends with.
fn conclude(run: &Run, cli: &Cli, has_failed: bool, missing: &[(&'static str, String)]) -> u8 {
    run.note_all_late();
    run.note_constants();
    let json = cli.libtest.format == Format::Json;
    let is_reported = !under_nextest() && !json && !run.log().cells.is_empty();
    // While bodies run, an interrupt and the end of the run's time still end it.
    let votes = if is_reported { run.votes() } else { Vec::new() };
    run.in_flight.end();
    if is_reported {
        let report = run.report(cli, &votes);
        // It is not looked through for words to colour where none are shown.
        match AutoStream::choice(&io::stdout()) {
            ColorChoice::Never => print!("{}", text::lines(&report)),
            _ => anstream::print!("{}", report::paint(&report)),
        }
    }
    for (backend, reason) in missing {
        let reason = text::block(reason);
        anstream::eprintln!("{} `{backend}` is required, but not available: {reason}", report::paint("error:"));
    }
    if !missing.is_empty() {
        return FAILED;
    }
    let log = run.log();
    // nextest runs one cell a process, and has a rule of its own for runs of nothing.
    if !under_nextest() && !cli.may_run_nothing() && !log.cells.iter().any(|cell| cell.outcome.ran()) {
        let totals = report::totals(&log.cells);
        let hint = "a run in which nothing ran proves nothing (--no-tests pass accepts it)";
        anstream::eprintln!("{} no body was run: {}; {hint}", report::paint("error:"), totals.trim_end());
        return USAGE;
    }
    // Of one cell a process knows nothing of the others.
    let stale = if under_nextest() { Vec::new() } else { report::stale_disputes(&log.cells) };
    stale.iter().for_each(|row| anstream::eprintln!("{} {row}", report::paint("error:")));
    // What is known from before counts as well.
    let failed = has_failed || !stale.is_empty();
    if failed || log.cells.iter().any(|cell| cell.outcome.fails_the_run()) { FAILED } else { 0 }
}

/// A cell as the runner wants it.
///
/// Under nextest a cell that will not run carries the ignored flag, because a reason given at run time would be shown as
/// a pass; everywhere else it gives its reason at run time, because the flag would hide it.
fn trial(run: &Run, at: usize) -> Trial<'_> {
    let ignored = under_nextest() && run.session.planned_reason(&run.session.plan.cells[at]).is_some();
    let Name { text, is_plain } = run.name(at);
    if *is_plain {
        return Trial { name: Cow::Borrowed(text), width: text.len(), at, ignored };
    }
    let name = text::line(text);
    Trial { width: name.chars().count(), name, at, ignored }
}
