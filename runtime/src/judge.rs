//! From what the matrix says and what happened to an outcome: pure, and the only place that decides.

use std::fmt;

use crate::action::Failure;
use crate::execute::Observation;
use crate::spec::{Exclusion, Row};

/// What became of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Outcome {
    /// Ran and agreed.
    Passed,
    /// Ran and did not agree, and nothing excuses it.
    Failed,
    /// The matrix says that the backend cannot; the body was not run.
    Skipped,
    /// The backend does not implement the function under test.
    NotImplemented,
    /// The backend could not be opened on this machine.
    Unavailable,
    /// Ran, and failed as the matrix expects.
    XFailed,
    /// Ran, and passed although the matrix expects a failure: the row is stale.
    XPassed,
    /// Failed in another way than the row says.
    XChanged,
}

impl Outcome {
    /// Every outcome, in the order of the report.
    pub const ALL: [Self; 8] = [
        Self::Passed,
        Self::XFailed,
        Self::Skipped,
        Self::NotImplemented,
        Self::Unavailable,
        Self::Failed,
        Self::XPassed,
        Self::XChanged,
    ];

    /// Whether one such cell fails the run.
    pub const fn fails_the_run(self) -> bool {
        matches!(self, Self::Failed | Self::XPassed | Self::XChanged)
    }

    /// The outcome as the report writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "FAILED",
            Self::Skipped => "skipped",
            Self::NotImplemented => "not implemented",
            Self::Unavailable => "unavailable",
            Self::XFailed => "xfailed",
            Self::XPassed => "XPASSED",
            Self::XChanged => "XCHANGED",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An outcome, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What became of the cell.
    pub outcome: Outcome,
    /// Why; empty when it simply passed.
    pub reason: String,
}

/// Judges a cell to which `row` of the matrix applies.
///
/// `required` says that the backend has to be available.
pub fn judge(row: Option<&Row>, required: bool, observation: &Observation) -> Judgement {
    let (outcome, reason) = match observation {
        // The body of a cell is not run for one reason only: a Skip.
        Observation::NotRun => (Outcome::Skipped, row.map(|row| row.message.clone()).unwrap_or_default()),
        Observation::Unavailable { reason } if required => {
            (Outcome::Failed, format!("the backend is required, but not available: {reason}"))
        }
        Observation::Unavailable { reason } => (Outcome::Unavailable, reason.clone()),
        // No row excuses a failure outside of the body.
        Observation::SetupFailed { message } => (Outcome::Failed, message.clone()),
        Observation::Errored { unimplemented: Some(function), .. } => {
            (Outcome::NotImplemented, format!("`{function}` is not implemented"))
        }
        Observation::Errored { unimplemented: None, message } => {
            failed(row, Failure::Error, format!("returned an error: {message}"))
        }
        Observation::Panicked(panic) => failed(row, Failure::Panic, panic.describe()),
        Observation::Returned { comparison: Some(Err(mismatch)) } => {
            failed(row, Failure::Mismatch, mismatch.to_string())
        }
        Observation::Returned { comparison: Some(Ok(())) | None } => passed(row),
    };
    Judgement { outcome, reason }
}

fn passed(row: Option<&Row>) -> (Outcome, String) {
    match row {
        Some(row @ Row { kind: Exclusion::XFail { .. }, .. }) => {
            let why = format!(
                "passed, although the matrix expects it to fail: delete {}, or narrow it if other cells need it ({})",
                row.describe(),
                row.message
            );
            (Outcome::XPassed, why)
        }
        // A Skip whose body was run all the same says nothing of its result.
        Some(Row { kind: Exclusion::Skip, .. }) | None => (Outcome::Passed, String::new()),
    }
}

fn failed(row: Option<&Row>, failure: Failure, text: String) -> (Outcome, String) {
    let Some(row @ Row { kind: Exclusion::XFail { failure: expected, text: part }, .. }) = row else {
        return (Outcome::Failed, text);
    };
    if let Some(expected) = expected.filter(|expected| *expected != failure) {
        let (was, is) = (expected.with_article(), failure.with_article());
        let why = format!("{} expects {was}, but this is {is}: {text}", row.describe());
        return (Outcome::XChanged, why);
    }
    if let Some(part) = part.as_ref().filter(|part| !text.contains(part.as_ref())) {
        let why = format!("{} expects a failure that says \"{part}\", but this one says: {text}", row.describe());
        return (Outcome::XChanged, why);
    }
    (Outcome::XFailed, format!("{}: {text}", row.message))
}

#[cfg(test)]
mod tests;
