//! What is known of a run so far, in memory and on disk.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use super::{Executable, fingerprints, last_run, listed};
use crate::buffer::Buffer;
use crate::plan::Decision;
use crate::record::journal::END;
use crate::record::{
    self, CellRecord, Fingerprint, Journal, JournalError, Line, PlanRecord, RecordError, Start, SuiteRecord, json,
};
use crate::{screen, sorted, text};

/// What a process knows of the whole run that it is a part of.
pub(super) struct Planned {
    /// What the suites are made of.
    pub(super) suites: Vec<SuiteRecord>,
    /// The cells that are to run, on all machines together.
    pub(super) plan: PlanRecord,
}

/// The cells that have ended.
#[derive(Debug, Default)]
pub(super) struct RunLog {
    pub(super) cells: Vec<CellRecord>,
    /// Those of which the values did not agree with the baseline's, by position in the plan.
    pub(super) disagreeing: Vec<usize>,
    /// What was done with cells of which the plan did not know it, by position.
    pub(super) decisions: HashMap<usize, Decision>,
    /// What the process says at its start, also where nobody records it.
    pub(super) start: Option<Start>,
    journal: Option<Journal>,
}

/// Why a run cannot be resumed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResumeError {
    #[error("--resume (CROSSCHECK_RESUME): there is no record of `{suite}` to resume")]
    Nothing { suite: &'static str },
    #[error("--resume (CROSSCHECK_RESUME): nextest starts each cell in its own process; use its own `--rerun`")]
    Nextest,
    #[error("--resume (CROSSCHECK_RESUME): {} is not a file, but a folder, a pipe or a device", .0.display())]
    NoFile(PathBuf),
    #[error(
        "--resume (CROSSCHECK_RESUME): {} is the record of another build of `{suite}`, in which any cell may have come to something \
         else: run without it",
        .path.display()
    )]
    Build { path: PathBuf, suite: &'static str },
    #[error("--resume (CROSSCHECK_RESUME): {0}")]
    Record(#[from] RecordError),
}

/// Why it is not known what failed before.
#[derive(Debug, thiserror::Error)]
pub(super) enum LastFailedError {
    #[error("--last-failed (CROSSCHECK_LAST_FAILED): there is no record of `{suite}`: run it first")]
    Nothing { suite: &'static str },
    #[error("--last-failed (CROSSCHECK_LAST_FAILED): {} is a record of `{other}`, not of `{suite}`", .path.display())]
    Other { path: PathBuf, suite: &'static str, other: String },
    #[error("--last-failed (CROSSCHECK_LAST_FAILED): {} is not a file, but a folder, a pipe or a device", .0.display())]
    NoFile(PathBuf),
    #[error(
        "--last-failed (CROSSCHECK_LAST_FAILED): nextest starts each cell in its own process; use its own `--rerun`"
    )]
    Nextest,
    #[error("--last-failed (CROSSCHECK_LAST_FAILED): {0}")]
    Record(#[from] RecordError),
    #[error("--last-failed (CROSSCHECK_LAST_FAILED): no cell failed in {} (--no-tests pass accepts it)", .0.display())]
    NoneFailed(PathBuf),
}

/// The names of the cells that failed the run of this record (the last one of the executable for the path `last`), or had begun and
/// not ended. The suite may have changed since: that is what the question is for.
pub(super) fn last_failed(
    path: &Path,
    executable: &Executable,
) -> Result<(PathBuf, BTreeSet<String>), LastFailedError> {
    let path = match path.to_str() {
        Some("last") => record::latest(executable.package, executable.target)
            .ok_or(LastFailedError::Nothing { suite: executable.target })?,
        _ => path.to_owned(),
    };
    if path.exists() && !path.is_file() {
        return Err(LastFailedError::NoFile(path));
    }
    let recorded = record::read_all(&path)?;
    if let Some((_, other)) = recorded.starts.iter().find(|(_, start)| start.suite != executable.target) {
        return Err(LastFailedError::Other { path, suite: executable.target, other: other.suite.clone() });
    }
    // Of a cell that was run again, what came last counts.
    let last = sorted::map(recorded.cells.into_iter().map(|cell| (cell.name, cell.outcome.fails_the_run())));
    let failed = last.into_iter().filter(|(_, failed)| *failed).map(|(name, _)| name);
    Ok((path, sorted::set(failed.chain(recorded.begun))))
}

/// What is known from a run that did not finish.
#[derive(Debug)]
pub(super) struct ResumedRun {
    pub(super) path: PathBuf,
    /// By name; of a cell that was run again, what came last.
    pub(super) cells: BTreeMap<String, CellRecord>,
    /// The cells that began in the run's process and did not end.
    pub(super) begun: BTreeSet<String>,
    /// Incomplete lines.
    pub(super) torn: Vec<usize>,
}

impl ResumedRun {
    /// Reads the record of this path, or the last one of the executable for the path `last`.
    pub(super) fn read(path: &Path, executable: &Executable, fingerprint: Fingerprint) -> Result<Self, ResumeError> {
        let path = match path.to_str() {
            Some("last") => record::latest(executable.package, executable.target)
                .ok_or(ResumeError::Nothing { suite: executable.target })?,
            _ => path.to_owned(),
        };
        if path.exists() && !path.is_file() {
            return Err(ResumeError::NoFile(path));
        }
        let recorded = record::read_all(&path)?;
        recorded.check(&path, executable.target, fingerprint)?;
        if !is_of_this_build(&recorded) {
            return Err(ResumeError::Build { path, suite: executable.target });
        }
        let cells = sorted::map(recorded.cells.into_iter().map(|cell| (cell.name.clone(), cell)));
        Ok(Self { path, cells, begun: sorted::set(recorded.begun), torn: recorded.torn })
    }
}

/// Whether nothing that a body calls can have changed since: bodies, backends and rows are in no fingerprint.
fn is_of_this_build(recorded: &record::read::Recorded) -> bool {
    let own = fingerprints::own_build().unwrap_or_default();
    recorded.starts.iter().all(|(_, start)| start.build == own)
}

impl RunLog {
    /// Opens the record: that of a resumed run, or a new one. A record that cannot be written costs a warning.
    ///
    /// # Errors
    /// Where writing the record would do harm.
    pub(super) fn open(
        &mut self,
        start: Start,
        own: &Executable,
        known: Option<&ResumedRun>,
        planned: Option<&mut Planned>,
    ) -> Result<(), String> {
        self.start = Some(start.clone());
        let (path, resumes) = (known.map(|known| known.path.clone()), known.is_some());
        let Some(path) = path.or_else(|| record::default_path(&start.package, &start.suite)) else {
            return Ok(());
        };
        let (package, suite) = (start.package.clone(), start.suite.clone());
        let opened = Journal::open(&path, start).and_then(|mut journal| {
            if let Some(Planned { suites, plan }) = planned {
                plan.resumes = resumes;
                let suites = std::mem::take(suites);
                suites.into_iter().try_for_each(|suite| journal.write(&Line::Suite(Box::new(suite))))?;
                let mut line = Buffer::default();
                json::plan(&mut line, plan)?;
                journal.write_bytes(line.bytes())?;
            }
            if let Some(lines) = listed::take(&package, &suite) {
                journal.write_lines(&lines)?;
            }
            Ok(journal)
        });
        match opened {
            Ok(journal) => {
                if journal.is_new() {
                    last_run::note(own, &path);
                }
                self.journal = Some(journal);
            }
            Err(JournalError::Io(error)) => {
                let path = path.display().to_string();
                anstream::eprintln!("warning: no record is written: {}: {error}", text::line(&path));
            }
            Err(harm) => return Err(format!("the record {}: {harm}", path.display())),
        }
        Ok(())
    }

    /// Appends a line to the record. It is put together before, where no other thread waits for it.
    pub(super) fn write(&mut self, line: io::Result<&[u8]>) {
        let Some(journal) = &mut self.journal else { return };
        if let Err(error) = line.and_then(|line| journal.write_bytes(line)) {
            screen::print(|| anstream::eprintln!("warning: the record cannot be written from here on: {error}"));
            self.journal = None;
        }
    }

    /// Appends the line of a cell that something else becomes of later.
    pub(super) fn note(&mut self, record: &CellRecord) {
        let mut line = Buffer::default();
        let written = json::cell(&mut line, record, false);
        self.write(written.map(|()| line.bytes()));
    }

    /// Judges what only all cases of a test together show, and notes anew the cells that come to something else by it.
    pub(super) fn judge_constants(&mut self) -> Vec<CellRecord> {
        let judged = record::judge_constants(&mut self.cells);
        let records: Vec<_> = judged.into_iter().map(|at| self.cells[at].clone()).collect();
        for record in &records {
            self.note(record);
        }
        records
    }

    /// How many cells fail the run.
    pub(super) fn failing(&self) -> usize {
        self.cells.iter().filter(|cell| cell.outcome.fails_the_run()).count()
    }

    /// Every cell has its outcome.
    pub(super) fn conclude(&mut self) {
        self.write(Ok(END));
    }

    /// Where the record lies, all of it on the disk.
    pub(super) fn sync(&mut self) -> Option<PathBuf> {
        let journal = self.journal.as_mut()?;
        if let Err(error) = journal.sync() {
            anstream::eprintln!("warning: the record may not be on the disk: {error}");
        }
        Some(journal.path().to_owned())
    }
}

/// Says which cells of the last run have begun and not ended: one of them may have ended its process, and would do so again.
pub(super) fn note_what_died(executable: &Executable, fingerprint: Fingerprint) {
    let Some(path) = last_run::record(executable) else { return };
    // Of a device or a pipe the end may never come.
    if !path.is_file() || record::ends_concluded(&path) {
        return;
    }
    let Ok(recorded) = record::read_all(&path) else { return };
    let shown = path.display().to_string();
    let shown = text::line(&shown);
    let is_own = recorded.check(&path, executable.target, fingerprint).is_ok();
    let is_resumable = is_of_this_build(&recorded);
    if is_own && is_resumable && recorded.begun.is_empty() && !recorded.concluded {
        anstream::eprintln!("note: the last run has not concluded ({shown}): --resume goes on with it");
    }
    if let Some((first, others)) = recorded.begun.split_first().filter(|_| is_own) {
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        let advice = match cfg!(unix) {
            true if is_resumable => "--isolate shows which, and --resume runs them in processes of their own",
            true => "--isolate shows which",
            // Of one thread, only one cell has begun and not ended.
            false => "--test-threads 1 shows which",
        };
        anstream::eprintln!(
            "note: the last run has not concluded ({shown}): `{}`{more} began and did not end. If that run is not running any \
             more, one of them has ended its process: {advice}",
            text::line(first)
        );
    }
}
