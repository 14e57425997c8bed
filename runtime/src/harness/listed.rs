//! What was listed for nextest, which starts a process for each cell and asks none of them for the whole: the process that lists
//! leaves it beside the record, and the first one that runs a cell takes it in. Where none runs, there is no record.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use super::run::Run;
use super::run_log::Planned;
use super::{Executable, under_nextest};
use crate::record::{CellRecord, Line, PlanRecord, json, listing_path};
use crate::text;

/// Whoever lists for a run starts it at once; what lies here longer was a list only.
const OLD: Duration = Duration::from_secs(3600);

/// Whether this process lists everything for a run of nextest, which lists once more what is ignored.
pub(super) fn is_wanted(ignored: bool, executable: &Executable) -> bool {
    under_nextest() && !ignored && listing_path(executable.package, executable.target).is_some()
}

/// Leaves the plan, and what becomes of the cells that nextest will not start because the plan skips them.
pub(super) fn leave(run: &Run, planned: Planned) {
    let Executable { package, target, .. } = run.executable;
    let Some(path) = listing_path(package, target) else { return };
    path.parent().inspect(|folder| sweep(folder));
    if let Err(error) = write(&path, run, planned) {
        let path = path.display().to_string();
        anstream::eprintln!("warning: the record will not say what was listed: {}: {error}", text::line(&path));
    }
}

fn write(path: &Path, run: &Run, Planned { suites, plan }: Planned) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(path)?);
    let mut line = |line: Line| file.write_all(json::line(&line)?.as_bytes());
    suites.into_iter().try_for_each(|suite| line(Line::Suite(Box::new(suite))))?;
    line(Line::Plan(PlanRecord { listed: true, ..plan }))?;
    let session = &run.session;
    for cell in session.plan.cells.iter().filter(|cell| session.planned_reason(cell).is_some()) {
        line(Line::Cell(Box::new(CellRecord::new(&session.plan, cell, &session.run(cell)))))?;
    }
    file.flush()
}

/// Removes what lists have left for runs that never came.
fn sweep(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let age = |entry: &std::fs::DirEntry| entry.metadata().ok()?.modified().ok()?.elapsed().ok();
    entries.filter(|entry| age(entry).is_some_and(|age| age > OLD)).for_each(|entry| {
        let _ = std::fs::remove_file(entry.path());
    });
}

/// Takes what was left for this run, where no other process has.
pub(super) fn take(package: &str, suite: &str) -> Option<Vec<u8>> {
    let path = listing_path(package, suite)?;
    let taken = path.with_extension(format!("taken-{}", std::process::id()));
    std::fs::rename(&path, &taken).ok()?;
    let listed = std::fs::read(&taken).ok();
    let _ = std::fs::remove_file(&taken);
    // It stays where more lies in it.
    let _ = std::fs::remove_dir(path.parent()?);
    listed
}
