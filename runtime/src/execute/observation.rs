//! What happened to a cell.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::panics::Panic;
use crate::compare::{Agreed, Mismatch};
use crate::suite::subject::Receipt;

/// What happened to a cell.
#[derive(Debug)]
pub enum Observation {
    /// The body was not run.
    NotRun,
    /// The backend cannot be opened on this machine.
    Unavailable {
        /// Why.
        reason: String,
    },
    /// Something failed before the backend's own turn: its constructor, or the baseline.
    SetupFailed {
        /// What.
        message: String,
    },
    /// The body returned.
    Returned {
        /// How its value compares with the baseline's; `None` for a check, which asserts for itself.
        comparison: Option<Result<Agreed, Mismatch>>,
        /// What the backend shows for it; `None` when it keeps no account.
        receipt: Option<Receipt>,
    },
    /// The body returned, and had not checked anything.
    CheckedNothing {
        /// The lines on which it would have.
        points: &'static [u32],
        /// What the backend shows for it; `None` when it keeps no account.
        receipt: Option<Receipt>,
    },
    /// The backend does not implement a function that the test is about or calls.
    NotImplemented {
        /// The function.
        function: String,
        /// What the backend's list of what it implements says of it.
        listed: Listed,
    },
    /// The body returned an error.
    Errored {
        /// The error with its sources, however long they are.
        message: String,
    },
    /// The body panicked.
    Panicked(Panic),
    /// The body returned, and left this thread's floating-point state changed for whatever it computes next.
    LeftChanged {
        /// What of it.
        what: String,
    },
    /// The body was ended because its time was over.
    TimedOut {
        /// How long it was given.
        limit: Duration,
        /// What its process was doing then, where that is known.
        doing: Option<String>,
    },
    /// The body ended its process.
    Crashed {
        /// How: the signal or the exit status.
        how: String,
    },
}

impl Observation {
    /// How the value differs from the baseline's, where it does.
    pub(crate) fn mismatch(&self) -> Option<&Mismatch> {
        match self {
            Self::Returned { comparison: Some(Err(mismatch)), .. } => Some(mismatch),
            _ => None,
        }
    }
}

/// What an opened backend was asked for a cell, and what it answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// By the name of the condition, whether it holds.
    pub conditions: BTreeMap<String, bool>,
    /// What the backend says of itself.
    pub about: Option<String>,
}

/// What the list of the functions that a backend implements says of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// It is one of them.
    Yes,
    /// It is none of them.
    No,
    /// The backend has no list.
    NoList,
}
