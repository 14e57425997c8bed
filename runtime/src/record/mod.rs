//! The run as data, written a line at a time as it goes: a run that is killed loses nothing.

mod cell;
mod journal;
mod read;

use serde::{Deserialize, Serialize};

pub use cell::CellRecord;
pub use journal::Journal;
pub(crate) use journal::{default_path, latest};
pub use read::{RecordError, Recorded, read, read_all};

/// The version of the format below.
pub const FORMAT: u32 = 2;

/// One line of a record file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// The first line of each process.
    Start(Start),
    /// The cells that were to run, on all machines together; from a process that ran more than one.
    Plan {
        /// Their names.
        cells: Vec<String>,
    },
    /// A cell that has come to its end.
    Cell(Box<CellRecord>),
}

/// What a process says before anything else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The version of the format.
    pub format: u32,
    /// The executable's name.
    pub suite: String,
    /// What the suite is made of: records of other contents are of another run.
    pub contents: Contents,
}

/// What a suite is made of, as a hash over its names, features, tolerances and fixtures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Contents(pub u64);

impl std::fmt::Display for Contents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl From<Contents> for String {
    fn from(contents: Contents) -> Self {
        contents.to_string()
    }
}

impl TryFrom<String> for Contents {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        u64::from_str_radix(&text, 16).map(Self)
    }
}

#[cfg(test)]
mod tests;
