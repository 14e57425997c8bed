//! Record files that are read.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::{CellRecord, FORMAT, Fingerprint, Line, OLDEST, Start, SuiteRecord};

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
    /// The file does not begin as a record does.
    #[error("{}: not a crosscheck record: the first line is not a `start` line", path.display())]
    NoRecord {
        /// The file.
        path: PathBuf,
    },
    /// A part of the file is of another suite, or of another state of it, than what it is wanted for.
    #[error("{}:{line}: a record of `{found}` (fingerprint {fingerprint}), not of `{expected}` (fingerprint {wanted})", path.display())]
    OtherSuite {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The suite that it is of.
        found: String,
        /// The fingerprint of that.
        fingerprint: Fingerprint,
        /// The suite that it is wanted for.
        expected: String,
        /// The fingerprint of that.
        wanted: Fingerprint,
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
    #[error("{}:{line}: written in format {found}, this version reads {OLDEST} to {FORMAT}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Its version.
        found: u32,
    },
}

/// What a record file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// What each process said at its start, and in which line, from 1. There is one at least.
    pub starts: Vec<(usize, Start)>,
    /// What the suites are made of, as far as a process said; of several that said it, the last one.
    pub suites: Vec<SuiteRecord>,
    /// What of the suite was left out, as far as a process said: options of the command line.
    pub narrowed: Vec<String>,
    /// The names of the cells that were to run, as far as a process said.
    pub planned: Vec<String>,
    /// The cells, in the order in which they ended.
    pub cells: Vec<CellRecord>,
    /// The names of the cells that began in the process of their run, and did not end.
    pub begun: Vec<String>,
    /// Whether each run that had a plan has concluded.
    pub concluded: bool,
    /// The incomplete lines, from 1.
    pub torn: Vec<usize>,
}

impl Recorded {
    /// Whether everything in the file is of this suite, in this state.
    ///
    /// # Errors
    /// Where it is not.
    pub fn check(&self, path: &Path, suite: &str, fingerprint: Fingerprint) -> Result<(), RecordError> {
        let other =
            self.starts.iter().find(|(_, start)| (start.suite.as_str(), start.fingerprint) != (suite, fingerprint));
        match other {
            None => Ok(()),
            Some((line, start)) => Err(RecordError::OtherSuite {
                path: path.to_owned(),
                line: *line,
                found: start.suite.clone(),
                fingerprint: start.fingerprint,
                expected: suite.to_owned(),
                wanted: fingerprint,
            }),
        }
    }
}

/// Reads a record file.
///
/// A process that is killed may leave its last line torn: at the end of the file, or before the first line of the process
/// that came next. Such a line is passed over; nothing else is.
///
/// # Errors
/// When the file cannot be read, or is no record of this version.
pub fn read_all(path: &Path) -> Result<Recorded, RecordError> {
    // A torn line may end within a character.
    let bytes = std::fs::read(path).map_err(|source| RecordError::Io { path: path.to_owned(), source })?;
    let ends_torn = bytes.last().is_some_and(|last| *last != b'\n');
    let mut lines = (1..).zip(bytes.split(|byte| *byte == b'\n')).peekable();
    let mut recorded = Recorded {
        starts: Vec::new(),
        suites: Vec::new(),
        narrowed: Vec::new(),
        planned: Vec::new(),
        cells: Vec::new(),
        begun: Vec::new(),
        concluded: true,
        torn: Vec::new(),
    };
    // Runs with a plan that have not concluded, and the cells that have begun.
    let (mut open, mut begun) = (0_usize, BTreeSet::new());
    while let Some((number, text)) = lines.next() {
        let is_last = lines.peek().is_none();
        if is_last && ends_torn {
            recorded.torn.push(number);
        }
        if is_last {
            break;
        }
        let parsed = parse(text);
        let (path, line) = (|| path.to_owned(), number);
        match parsed {
            Ok(Line::Start(start)) if (OLDEST..=FORMAT).contains(&start.format) => recorded.starts.push((line, start)),
            Ok(Line::Start(Start { format: found, .. })) => {
                return Err(RecordError::Format { path: path(), line, found });
            }
            Err(Unread::Format(found)) => return Err(RecordError::Format { path: path(), line, found }),
            // Every process begins with its first line.
            _ if recorded.starts.is_empty() => return Err(RecordError::NoRecord { path: path() }),
            Ok(Line::Suite(suite)) => {
                recorded.suites.retain(|known| known.subject != suite.subject);
                recorded.suites.push(*suite);
            }
            Ok(Line::Plan { cells, resumes, narrowed }) => {
                recorded.planned.extend(cells);
                recorded.narrowed.extend(narrowed);
                open = if resumes { 1 } else { open + 1 };
            }
            Ok(Line::Begin { cell }) => drop(begun.insert(cell)),
            Ok(Line::Cell(cell)) => {
                begun.remove(&cell.name);
                recorded.cells.push(*cell);
            }
            Ok(Line::End) => open = open.saturating_sub(1),
            Err(Unread::Line(source)) => {
                let next = lines.peek().map(|(_, next)| parse(next));
                if !matches!(next, Some(Ok(Line::Start(_)))) {
                    return Err(RecordError::Line { path: path(), line, source });
                }
                // An empty line was torn only for the process that looked while another one was writing.
                if !text.is_empty() {
                    recorded.torn.push(line);
                }
            }
        }
    }
    if recorded.starts.is_empty() {
        return Err(RecordError::NoRecord { path: path.to_owned() });
    }
    recorded.begun = begun.into_iter().collect();
    recorded.concluded = open == 0;
    recorded.planned.sort_unstable();
    recorded.planned.dedup();
    Ok(recorded)
}

/// Whether a file that begins with these bytes is a record, of whatever format: its first line says so, or was torn while it
/// said so.
pub(super) fn begins_a_record(bytes: &[u8]) -> bool {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => matches!(parse(&bytes[..end]), Ok(Line::Start(_)) | Err(Unread::Format(_))),
        None => bytes.starts_with(br#"{"line":"start""#),
    }
}

/// Why a line cannot be read.
enum Unread {
    /// It says that it is of another format.
    Format(u32),
    Line(serde_json::Error),
}

fn parse(line: &[u8]) -> Result<Line, Unread> {
    serde_json::from_slice(line).map_err(|error| {
        // The first line of another format may have other fields, but it has always had this one.
        #[derive(serde::Deserialize)]
        struct Any {
            line: String,
            format: u32,
        }
        match serde_json::from_slice::<Any>(line) {
            Ok(any) if any.line == "start" && any.format != FORMAT => Unread::Format(any.format),
            _ => Unread::Line(error),
        }
    })
}
