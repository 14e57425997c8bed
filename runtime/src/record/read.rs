//! Record files that are read.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::plan::ShardRecord;
use super::{CellRecord, FORMAT, Fingerprint, Line, OLDEST, PlanRecord, Start, SuiteRecord, json};
use crate::judge::Outcome;

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
    /// The names of the cells that were to run, as far as a process said; sorted.
    pub planned: Vec<String>,
    /// Whether a process has listed them for a runner that starts each by itself, and may leave some out.
    pub listed: bool,
    /// The parts of the plan that were run here, as far as a process said.
    pub shards: Vec<ShardRecord>,
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
    let mut recorded = Recorded {
        starts: Vec::new(),
        suites: Vec::new(),
        narrowed: Vec::new(),
        planned: Vec::new(),
        listed: false,
        shards: Vec::new(),
        cells: Vec::new(),
        begun: Vec::new(),
        concluded: true,
        torn: Vec::new(),
    };
    // Runs with a plan that have not concluded, and the cells that have begun.
    let (mut open, mut begun) = (0_usize, BTreeSet::new());
    let mut lines = Lines::open(path)?;
    while let Some((number, line)) = lines.next()? {
        match line {
            Line::Start(start) => recorded.starts.push((number, start)),
            Line::Suite(suite) => {
                recorded.suites.retain(|known| known.subject != suite.subject);
                recorded.suites.push(*suite);
            }
            Line::Plan(PlanRecord { cells, resumes, narrowed, listed, shard }) => {
                recorded.planned.extend(cells);
                recorded.narrowed.extend(narrowed);
                recorded.shards.extend(shard);
                recorded.listed |= listed;
                // Of what was listed nobody says when it has ended.
                open = if resumes { 1 } else { open + usize::from(!listed) };
            }
            Line::Begin { cell } => drop(begun.insert(cell)),
            Line::Cell(mut cell) => {
                begun.remove(&cell.name);
                let [first, last] = [recorded.starts.first(), recorded.starts.last()];
                let machine = last.filter(|last| Some(&last.1.machine) != first.map(|first| &first.1.machine));
                if let Some((_, start)) = machine.filter(|_| cell.machine.is_none() && cell.outcome != Outcome::Missing)
                {
                    cell.machine = Some(start.machine.clone());
                }
                recorded.cells.push(*cell);
            }
            Line::End => open = open.saturating_sub(1),
        }
    }
    recorded.torn = lines.torn;
    recorded.begun = begun.into_iter().collect();
    recorded.concluded = open == 0;
    recorded.planned.sort_unstable();
    recorded.planned.dedup();
    Ok(recorded)
}

/// The lines of a record, of which no more than two are in memory at a time.
struct Lines<'a> {
    path: &'a Path,
    file: BufReader<File>,
    /// The number of the last line that was read, from 1.
    number: usize,
    text: Vec<u8>,
    /// The next line, where it was looked at already.
    next: Option<Vec<u8>>,
    has_started: bool,
    torn: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn open(path: &'a Path) -> Result<Self, RecordError> {
        let file = File::open(path).map_err(|source| RecordError::Io { path: path.to_owned(), source })?;
        let file = BufReader::with_capacity(1 << 16, file);
        Ok(Self { path, file, number: 0, text: Vec::new(), next: None, has_started: false, torn: Vec::new() })
    }

    /// The next line, with its number.
    fn next(&mut self) -> Result<Option<(usize, Line)>, RecordError> {
        loop {
            let mut text = std::mem::take(&mut self.text);
            match self.next.take() {
                Some(next) => text = next,
                None => self.read(&mut text)?,
            }
            if !text.ends_with(b"\n") {
                if !text.is_empty() {
                    self.torn.push(self.number + 1);
                }
                let none = if self.has_started { Ok(None) } else { Err(self.no_record()) };
                return none;
            }
            self.number += 1;
            let line = self.line(&text[..text.len() - 1])?;
            self.text = text;
            if let Some(line) = line {
                return Ok(Some((self.number, line)));
            }
        }
    }

    /// Reads a line with its end; a torn one has none.
    fn read(&mut self, text: &mut Vec<u8>) -> Result<(), RecordError> {
        text.clear();
        let read = self.file.read_until(b'\n', text);
        read.map(drop).map_err(|source| RecordError::Io { path: self.path.to_owned(), source })
    }

    /// What this line is; nothing where it is torn.
    fn line(&mut self, text: &[u8]) -> Result<Option<Line>, RecordError> {
        let (path, line) = (|path: &Path| path.to_owned(), self.number);
        match parse(text) {
            Ok(Line::Start(Start { format: found, .. })) if !(OLDEST..=FORMAT).contains(&found) => {
                Err(RecordError::Format { path: path(self.path), line, found })
            }
            Err(Unread::Format(found)) => Err(RecordError::Format { path: path(self.path), line, found }),
            Ok(Line::Start(start)) => {
                self.has_started = true;
                Ok(Some(Line::Start(start)))
            }
            // Every process begins with its first line.
            _ if !self.has_started => Err(self.no_record()),
            Ok(line) => Ok(Some(line)),
            Err(Unread::Line(source)) => {
                let mut next = Vec::new();
                self.read(&mut next)?;
                let is_start = next.strip_suffix(b"\n").is_some_and(|next| matches!(parse(next), Ok(Line::Start(_))));
                if !is_start {
                    return Err(RecordError::Line { path: path(self.path), line, source });
                }
                self.next = Some(next);
                // An empty line was torn only for the process that looked while another one was writing.
                if !text.is_empty() {
                    self.torn.push(line);
                }
                Ok(None)
            }
        }
    }

    fn no_record(&self) -> RecordError {
        RecordError::NoRecord { path: self.path.to_owned() }
    }
}

/// Whether a file that begins with these bytes is a record, of whatever format: its first line says so, or was torn while it
/// said so.
pub(super) fn begins_a_record(bytes: &[u8]) -> bool {
    // Nobody else's file begins like this: the rest of the line takes a debug build longer to read than to write.
    if bytes.starts_with(json::BEGINNING.as_bytes()) {
        return true;
    }
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
    Line::read(line).map_err(|error| {
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
