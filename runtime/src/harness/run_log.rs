//! What is known of a run so far, in memory and on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Executable;
use crate::record::{self, CellRecord, Fingerprint, Journal, Line, RecordError};

/// The cells that have ended.
#[derive(Debug, Default)]
pub(super) struct RunLog {
    pub(super) cells: Vec<CellRecord>,
    /// Those of which the values did not agree with the baseline's, by position in the plan.
    pub(super) disagreeing: Vec<usize>,
    journal: Option<Journal>,
}

/// Why a run cannot be resumed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResumeError {
    #[error("--resume (CROSSCHECK_RESUME): there is no record of `{suite}` to resume")]
    Nothing { suite: &'static str },
    #[error("--resume (CROSSCHECK_RESUME): nextest starts each cell in its own process; use its own `--rerun`")]
    Nextest,
    #[error("--resume (CROSSCHECK_RESUME): {0}")]
    Record(#[from] RecordError),
}

/// What is known from a run that did not finish.
#[derive(Debug)]
pub(super) struct ResumedRun {
    pub(super) path: PathBuf,
    /// By name; of a cell that was run again, what came last.
    pub(super) cells: BTreeMap<String, CellRecord>,
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
        let recorded = record::read_all(&path)?;
        recorded.check(&path, executable.target, fingerprint)?;
        let cells = recorded.cells.into_iter().map(|cell| (cell.name.clone(), cell)).collect();
        Ok(Self { path, cells, torn: recorded.torn })
    }
}

impl RunLog {
    /// Opens the record: that of a resumed run, or a new one. `planned` are the cells that are to run on all
    /// machines together.
    pub(super) fn open(
        &mut self,
        executable: &Executable,
        fingerprint: Fingerprint,
        known: Option<&ResumedRun>,
        planned: Option<Vec<String>>,
    ) {
        let path = known.map(|known| known.path.clone());
        let Some(path) = path.or_else(|| record::default_path(executable.package, executable.target)) else { return };
        let opened = Journal::open(&path, executable.target, fingerprint).and_then(|mut journal| {
            planned.map_or(Ok(()), |cells| journal.write(&Line::Plan { cells }))?;
            Ok(journal)
        });
        match opened {
            Ok(journal) => self.journal = Some(journal),
            Err(error) => anstream::eprintln!("warning: no record is written: {}: {error}", path.display()),
        }
    }

    pub(super) fn note(&mut self, record: CellRecord) {
        let line = Line::Cell(Box::new(record));
        if let Some(Err(error)) = self.journal.as_mut().map(|journal| journal.write(&line)) {
            anstream::eprintln!("warning: the record cannot be written from here on: {error}");
            self.journal = None;
        }
        if let Line::Cell(record) = line {
            self.cells.push(*record);
        }
    }

    /// Where the record lies, all of it on the disk.
    pub(super) fn close(&mut self) -> Option<PathBuf> {
        let mut journal = self.journal.take()?;
        if let Err(error) = journal.sync() {
            anstream::eprintln!("warning: the record may not be on the disk: {error}");
        }
        Some(journal.path().to_owned())
    }
}
