//! The lines of a record file.

use serde::{Deserialize, Serialize};

use super::{CellRecord, Fingerprint};

/// The version of the format below.
pub const FORMAT: u32 = 3;

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
    /// A cell that has ended.
    Cell(Box<CellRecord>),
}

/// What a process says before anything else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The version of the format.
    pub format: u32,
    /// The executable's name.
    pub suite: String,
    /// The fingerprint of the suite: records with another one are of another run.
    pub fingerprint: Fingerprint,
}
