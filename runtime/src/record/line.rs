//! The lines of a record file.

use serde::{Deserialize, Serialize};

use super::{CellRecord, Fingerprint};

/// The version of the format below.
pub const FORMAT: u32 = 4;

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
        /// Whether the run goes on with what stands before it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        resumes: bool,
    },
    /// A cell that begins in the process of the run, which it may take down.
    Begin {
        /// Its name.
        cell: String,
    },
    /// A cell that has ended.
    Cell(Box<CellRecord>),
    /// The run has concluded; from a process that has a plan.
    End,
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
