//! The run as data, written a line at a time as it goes: a run that is killed loses nothing.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::action::{Debt, Failure};
use crate::compare::Agreement;
use crate::execute::Observation;
use crate::judge::Outcome;
use crate::plan::{Cell, Decision, Plan};
use crate::session::Finished;
use crate::subject::Receipt;

/// The version of the format below.
pub const FORMAT: u32 = 1;

/// One line of a record file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// The first line of each process.
    Start {
        /// The version of the format.
        format: u32,
        /// The executable's name.
        suite: String,
    },
    /// A cell that has come to its end.
    Cell(Box<CellRecord>),
}

/// What became of one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellRecord {
    /// `module::test::case::backend`.
    pub name: String,
    /// `module::test`.
    pub test: String,
    /// The function of the contract that the test is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The backend.
    pub backend: String,
    /// The markers of the test.
    pub markers: Vec<String>,
    /// The marker of the row of the matrix that applies.
    pub row: Option<String>,
    /// Why that row exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debt: Option<Debt>,
    /// Whether the row was set aside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub excluded: bool,
    /// What it would have come to, had the row not been set aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_row: Option<Outcome>,
    /// Whether it failed before its body's own turn, for which no row is to blame.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub setup: bool,
    /// What became of it.
    pub outcome: Outcome,
    /// How its body failed, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// How well its value agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<Box<Agreement>>,
    /// What the backend showed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Box<Receipt>>,
    /// The seed of its random inputs, where it asked for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What it printed, where it ran in a process of its own and fails the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Where the test stands, as `file:line`.
    pub origin: String,
    /// How often it was run, where that is more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// How long it took, in microseconds.
    pub micros: u64,
}

impl CellRecord {
    /// The record of a cell of the plan.
    pub fn new(plan: &Plan, cell: &Cell, finished: &Finished) -> Self {
        let test = plan.test(cell);
        let row = plan.row(cell);
        Self {
            name: plan.name(cell),
            test: test.path.clone(),
            function: test.of.map(str::to_owned),
            backend: plan.backend(cell).to_owned(),
            markers: plan.markers(cell).iter().map(|marker| (*marker).to_owned()).collect(),
            row: row.map(|row| row.marker.clone().into_owned()),
            debt: row.and_then(|row| row.debt),
            excluded: matches!(cell.decision, Decision::RunExcluded(_)),
            with_row: finished.with_row,
            setup: matches!(finished.observation, Observation::SetupFailed { .. }),
            outcome: finished.judgement.outcome,
            failure: finished.failure(),
            agreement: match &finished.observation {
                Observation::Returned { comparison: Some(Ok(agreed)), .. } => Some(Box::new(agreed.agreement)),
                _ => None,
            },
            receipt: match &finished.observation {
                Observation::Returned { receipt, .. } => receipt.clone().map(Box::new),
                _ => None,
            },
            seed: finished.seed,
            reason: finished.judgement.reason.clone(),
            output: None,
            origin: test.origin.to_string(),
            attempts: None,
            micros: finished.micros,
        }
    }
}

/// A record file that is being written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// A line, its memory kept for the next one.
    line: Vec<u8>,
}

impl Journal {
    /// Opens the record file for appending, makes its folder where it is missing, and writes the first line.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn open(path: &Path, suite: &str) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
        if ends_torn(&mut file)? {
            file.write_all(b"\n")?;
        }
        let mut journal = Self { path: path.to_owned(), file, line: Vec::new() };
        journal.write(&Line::Start { format: FORMAT, suite: suite.to_owned() })?;
        Ok(journal)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a line, in one write: the processes of one run share the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, line: &Line) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.line.push(b'\n');
        self.file.write_all(&self.line)
    }
}

/// Whether the last line was not written to its end, because its process was killed.
fn ends_torn(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// Where the record of this run belongs: in `CROSSCHECK_RECORD`, or else in `crosscheck/` under Cargo's target folder.
///
/// All processes of a run under nextest share one file.
pub(crate) fn default_path(package: &str, suite: &str) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("CROSSCHECK_RECORD").filter(|path| !path.is_empty()) {
        return Some(path.into());
    }
    // Cargo marks its target folder with this file.
    let executable = std::env::current_exe().ok()?;
    let target = executable.ancestors().skip(1).find(|folder| folder.join("CACHEDIR.TAG").is_file())?;
    let run = std::env::var("NEXTEST_RUN_ID").ok().filter(|id| !id.is_empty()).unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        format!("{}-{}", now.as_millis(), std::process::id())
    });
    Some(target.join("crosscheck").join(format!("{package}-{suite}-{run}.jsonl")))
}

/// A record file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is not what it should be.
    #[error("{}:{line}: not a line of a crosscheck record: {source}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// The file was written by another version.
    #[error("{}:{line}: written in format {found}, this version reads {FORMAT}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Its version.
        found: u32,
    },
}

/// Reads the cells of a record file.
///
/// A process that is killed may leave its last line torn: at the end of the file, or before the first line of the process
/// that came next. Such a line is passed over; nothing else is.
///
/// # Errors
/// When the file cannot be read, or is no record of this version.
pub fn read(path: &Path) -> Result<Vec<CellRecord>, RecordError> {
    let text = std::fs::read_to_string(path).map_err(|source| RecordError::Io { path: path.to_owned(), source })?;
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let mut lines = (1..).zip(whole.lines().map(serde_json::from_str)).peekable();
    let mut cells = Vec::new();
    while let Some((line, parsed)) = lines.next() {
        match parsed {
            Ok(Line::Start { format: FORMAT, .. }) => {}
            Ok(Line::Start { format: found, .. }) => {
                return Err(RecordError::Format { path: path.to_owned(), line, found });
            }
            Ok(Line::Cell(cell)) => cells.push(*cell),
            Err(_) if matches!(lines.peek(), Some((_, Ok(Line::Start { .. })))) => {}
            Err(source) => return Err(RecordError::Line { path: path.to_owned(), line, source }),
        }
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Judgement;
    use crate::plan::{Selection, plan};
    use crate::registry::Agreed;
    use crate::spec::{BackendSpec, Origin, SuiteSpec, TestSpec};

    const HERE: Origin = Origin { module: "suite::a", file: "a.rs", line: 1 };

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("crosscheck-record-{name}-{}", std::process::id()))
    }

    fn cell() -> CellRecord {
        CellRecord {
            name: "a::b::cpu".to_owned(),
            test: "a::b".to_owned(),
            function: Some("add".to_owned()),
            backend: "cpu".to_owned(),
            markers: vec!["float64".to_owned()],
            row: None,
            debt: None,
            excluded: false,
            with_row: None,
            setup: false,
            outcome: Outcome::Passed,
            failure: None,
            agreement: None,
            receipt: None,
            seed: None,
            reason: String::new(),
            output: None,
            origin: "a.rs:1".to_owned(),
            attempts: None,
            micros: 7,
        }
    }

    #[test]
    fn every_field_is_written() {
        let path = folder("fields").join("run.jsonl");
        let full = CellRecord {
            row: Some("float64".to_owned()),
            debt: Some(Debt::Upstream),
            excluded: true,
            with_row: Some(Outcome::XChanged),
            setup: true,
            outcome: Outcome::Failed,
            failure: Some(Failure::Mismatch),
            seed: Some(7),
            reason: "off".to_owned(),
            output: Some("help!".to_owned()),
            attempts: Some(3),
            ..cell()
        };
        Journal::open(&path, "suite").unwrap().write(&Line::Cell(Box::new(full.clone()))).unwrap();
        assert_eq!(read(&path).unwrap(), [full]);
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }

    #[test]
    fn what_a_backend_shows_is_kept_with_how_well_it_agrees() {
        let suite = SuiteSpec {
            backends: vec![BackendSpec::new("cpu", HERE)],
            tests: vec![TestSpec { of: Some("add"), ..TestSpec::new("a::b", HERE) }],
            ..SuiteSpec::new("dyn Ops", "cpu")
        };
        let plan = plan([suite].into(), &Selection::default());
        let receipt = Receipt { device: "gpu 0".to_owned(), evaluations: 3, ..Receipt::default() };
        let agreed = Agreed { agreement: Agreement { used: 0.5, ..Agreement::default() }, null: None };
        let finished = Finished {
            observation: Observation::Returned { comparison: Some(Ok(agreed)), receipt: Some(receipt.clone()) },
            judgement: Judgement { outcome: Outcome::Passed, reason: String::new() },
            with_row: None,
            seed: Some(11),
            micros: 7,
        };
        let record = CellRecord::new(&plan, &plan.cells[0], &finished);
        assert_eq!(record.receipt.as_deref(), Some(&receipt));
        assert_eq!(record.agreement.as_deref(), Some(&agreed.agreement));
        assert_eq!(record.function.as_deref(), Some("add"));
        assert_eq!(record.seed, Some(11));
        let line = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<CellRecord>(&line).unwrap(), record);
    }

    #[test]
    fn what_was_written_is_read_back_also_by_two_processes_in_one_file() {
        let path = folder("back").join("run.jsonl");
        for _ in 0..2 {
            Journal::open(&path, "suite").unwrap().write(&Line::Cell(Box::new(cell()))).unwrap();
        }
        assert_eq!(read(&path).unwrap(), [cell(), cell()]);
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_torn_last_line_costs_nothing_but_itself() {
        let path = folder("torn").join("run.jsonl");
        Journal::open(&path, "suite").unwrap().write(&Line::Cell(Box::new(cell()))).unwrap();
        let whole = std::fs::read_to_string(&path).unwrap();
        let torn = format!("{whole}{{\"line\":\"ce");
        std::fs::write(&path, &torn).unwrap();
        assert_eq!(read(&path).unwrap(), [cell()]);
        // The next process goes on in the same file.
        Journal::open(&path, "suite").unwrap().write(&Line::Cell(Box::new(cell()))).unwrap();
        assert_eq!(read(&path).unwrap(), [cell(), cell()]);
        // A bad line anywhere else was not torn.
        std::fs::write(
            &path,
            format!("{torn}\n{}", serde_json::to_string(&Line::Cell(Box::new(cell()))).unwrap() + "\n"),
        )
        .unwrap();
        assert!(matches!(read(&path), Err(RecordError::Line { line: 3, .. })));
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_file_that_is_no_record_is_an_error_with_file_and_line() {
        let path = folder("bad");
        for (text, expected) in [
            (
                "{\"line\":\"start\",\"format\":1,\"suite\":\"s\"}\n{\"line\":\n",
                ":2: not a line of a crosscheck record",
            ),
            ("{\"line\":\"start\",\"format\":99,\"suite\":\"s\"}\n", ":1: written in format 99, this version reads 1"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(read(&path), Err(RecordError::Io { .. })));
    }
}
