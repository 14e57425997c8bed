//! What can be wrong with a request.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use crosscheck::internals::RecordError;

/// Why a command does nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A record cannot be read, or does not belong to the others.
    #[error("{0}")]
    Record(#[from] RecordError),
    /// A line of a record is not what it should be.
    #[error("{}:{line}: not a line of a crosscheck record: {}{reason}", path.display(), if field.is_empty() { String::new() } else { format!("`{field}`: ") })]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The field; empty where it is about the whole line.
        field: String,
        /// Why.
        reason: String,
    },
    /// A file is empty.
    #[error("{}: not a crosscheck record: the file is empty", .0.display())]
    Empty(PathBuf),
    /// There is none, and none was named.
    #[error("there is no record below {}: run the suite first, or name a record", .0.display())]
    NoRecord(PathBuf),
    /// A folder holds none.
    #[error("{}: there is no record in this folder: no file there ends in `.jsonl`", .0.display())]
    NoRecordIn(PathBuf),
    /// What was named as a record is no file.
    #[error("{}: {kind}, and not a file: write it into a file first, and name that", path.display())]
    NoFile {
        /// What was named.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// What was named as a record cannot be looked at.
    #[error("{}: {source}", path.display())]
    Input {
        /// What was named.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Two runs are of different suites.
    #[error("the old run is of {old}, the new one of {new}: only runs of one suite can be compared")]
    OtherSuites {
        /// What the first one is of.
        old: String,
        /// What the second one is of.
        new: String,
    },
    /// Something that was named is not known.
    #[error("{0}")]
    Unknown(String),
    /// Records prove nothing of a backend.
    #[error("no statement of `{backend}`: {reason}")]
    Unfit {
        /// The backend.
        backend: String,
        /// Why.
        reason: String,
    },
    /// A file is no statement, or one of another version.
    #[error("{}: {reason}", path.display())]
    NoStatement {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// What was to be written over is a record.
    #[error("{}: this is a record, which no output takes the place of: name another file", .0.display())]
    IsARecord(PathBuf),
    /// A test target cannot be written.
    #[error("{0}")]
    Init(String),
    /// Some cells were left out on purpose, which rows may need.
    #[error("rows are judged by all of their cells, and this run left some out ({0}): run the whole suite")]
    Narrowed(String),
    /// The same, where it is known which ones.
    #[error(
        "rows are judged by all of their cells, and {cells} of the suite are in no record, left out by {options}: run them as well, \
         and name the records of both runs, or run the whole suite"
    )]
    LeftOut {
        /// How many, and some of them.
        cells: String,
        /// By which options.
        options: String,
    },
    /// Nextest left some out.
    #[error(
        "rows are judged by all of their cells, and nextest listed {0} that it did not start: run it without a filter, and with \
         --no-fail-fast"
    )]
    Unstarted(String),
    /// Cargo does not say which workspace this is.
    #[error("the workspace is not known: cargo metadata: {0}")]
    Workspace(String),
    /// A file is not what nextest prints.
    #[error("{}: not what `cargo nextest list --message-format json` prints: {source}", path.display())]
    NextestList {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A list of nextest is of other executables.
    #[error("{}: lists no test of `{suite}` (it lists: {})", path.display(), known.iter().cloned().collect::<Vec<_>>().join(", "))]
    NotListed {
        /// The file.
        path: PathBuf,
        /// The executable.
        suite: String,
        /// Those that it lists.
        known: BTreeSet<String>,
    },
    /// A file cannot be written.
    #[error("{}: {source}", path.display())]
    Output {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl From<Error> for Vec<Error> {
    fn from(error: Error) -> Self {
        vec![error]
    }
}
