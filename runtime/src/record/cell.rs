//! What became of one cell.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Disagreement, Extent, RecordError, read_all};
use crate::compare::Agreement;
use crate::execute::Observation;
use crate::judge::{Finished, Judgement, Outcome, describe};
use crate::plan::{Cell, Decision, Plan};
use crate::suite::action::Debt;
use crate::suite::expectation::Failure;
use crate::suite::subject::Receipt;
use crate::text;

/// What became of one cell. It displays as `name: outcome: reason`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
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
    /// What it can be selected by besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What the row of the matrix that applies hangs on: a marker, `all`, or tests and cases.
    pub row: Option<String>,
    /// Where that row stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_at: Option<String>,
    /// Where the row stands that says that the baseline's value is wrong, with which this one was compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed_at: Option<String>,
    /// What the opened backend was asked to find the row, and whether it is so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, bool>,
    /// What the backend said of itself behind its turn, or when it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Why that row exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debt: Option<Debt>,
    /// Whether the row was set aside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub excluded: bool,
    /// The outcome that it would have had, had the row not been set aside.
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
    /// Where and how the elements of its value disagree, where they do.
    #[doc(hidden)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disagreement: Option<Box<Disagreement>>,
    /// How far off its value is, where it disagrees.
    #[doc(hidden)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extent: Option<Box<Extent>>,
    /// What was set for the comparison by the test itself, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<String>,
    /// What the backend showed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Box<Receipt>>,
    /// The seed of its random inputs, where it asked for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// What its value is, where that is a number or a few, which are judged with those of the test's other cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scalar: Option<Box<Scalar>>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Where in `reason` the body's own failure begins, in bytes, where something stands before it.
    #[doc(hidden)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<usize>,
    /// The function that the backend says it does not implement, where nothing excuses that.
    #[doc(hidden)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_implemented: Option<String>,
    /// What it printed, where it ran in a process of its own and fails the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Where the test stands, as `file:line`.
    pub origin: String,
    /// Where its case stands, where that is made of data: a file, or what the list says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_at: Option<String>,
    /// On which kind of machine, where that is not the one of the record: `merge` says it of machines that differ.
    #[doc(hidden)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// How often it was run, where that is more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// How long it took, in microseconds.
    pub duration_us: u64,
}

/// The value of a cell, where it is a number or a few.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scalar {
    /// The baseline's value.
    pub(crate) value: String,
    /// How many cases of the test are judged together.
    pub(crate) cases: u32,
}

impl CellRecord {
    /// Reads the cells of a record file, in the order in which they ended.
    ///
    /// # Errors
    /// When the file cannot be read, is no record, or was written by another version; the message says where and why.
    pub fn read(path: &Path) -> io::Result<Vec<Self>> {
        let recorded = read_all(path).map_err(|error| match error {
            RecordError::Io { ref source, .. } => io::Error::new(source.kind(), error),
            error => io::Error::new(io::ErrorKind::InvalidData, error),
        })?;
        Ok(recorded.cells)
    }

    /// A cell of which only the name is known.
    pub(crate) fn missing(name: &str) -> Self {
        let (test, backend) = name.rsplit_once("::").unwrap_or((name, ""));
        Self {
            name: name.to_owned(),
            test: test.to_owned(),
            function: None,
            backend: backend.to_owned(),
            markers: Vec::new(),
            tags: Vec::new(),
            row: None,
            row_at: None,
            disputed_at: None,
            conditions: BTreeMap::new(),
            about: None,
            debt: None,
            excluded: false,
            with_row: None,
            setup: false,
            outcome: Outcome::Missing,
            failure: None,
            agreement: None,
            disagreement: None,
            extent: None,
            terms: Vec::new(),
            receipt: None,
            seed: None,
            scalar: None,
            reason: "was planned, but is in no record".to_owned(),
            seen_at: None,
            not_implemented: None,
            output: None,
            origin: String::new(),
            case_at: None,
            machine: None,
            attempts: None,
            duration_us: 0,
        }
    }

    /// The record of a cell of the plan.
    pub(crate) fn new(plan: &Plan, cell: &Cell, finished: &Finished) -> Self {
        Self::named(plan.name(cell), plan, cell, finished)
    }

    /// The same where its name is there already.
    pub(crate) fn named(name: String, plan: &Plan, cell: &Cell, finished: &Finished) -> Self {
        let test = plan.test(cell);
        let cell = &Cell { decision: finished.decision, ..*cell };
        let row = plan.row(cell);
        let disputed = plan.disputed_at(cell).map(|at| &plan.suite(cell).rows[at]);
        Self {
            name,
            test: test.path.clone(),
            function: test.of_case(cell.case).map(str::to_owned),
            backend: plan.backend(cell).to_owned(),
            markers: if test.implied.is_empty() { owned(&test.markers) } else { owned(&plan.markers(cell)) },
            tags: if test.all_own().is_empty() { owned(test.tags) } else { owned(&test.tags_of(cell.case)) },
            row: row.map(|row| row.marker.clone().into_owned()),
            row_at: row.and_then(|row| row.location.clone()),
            disputed_at: disputed.map(|row| row.location.clone().unwrap_or_else(|| row.describe())),
            conditions: finished.answers.conditions.clone(),
            about: finished.answers.about.clone(),
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
            disagreement: finished.observation.mismatch().and_then(Disagreement::of).map(Box::new),
            extent: finished.observation.mismatch().map(Extent::of).map(Box::new),
            terms: test.terms_of(cell.case),
            receipt: match &finished.observation {
                Observation::Returned { receipt, .. } | Observation::CheckedNothing { receipt, .. } => {
                    receipt.clone().map(Box::new)
                }
                _ => None,
            },
            seed: finished.seed,
            scalar: finished.scalar.clone().map(|value| Box::new(Scalar { value, cases: test.told_apart })),
            reason: finished.judgement.reason.clone(),
            seen_at: seen_at(finished),
            not_implemented: match &finished.observation {
                Observation::NotImplemented { function, .. } if finished.outcome().fails_the_run() => {
                    Some(function.clone())
                }
                _ => None,
            },
            output: None,
            origin: format!("{}:{}", test.origin.file, test.origin.line),
            case_at: test.place(cell.case),
            machine: None,
            attempts: None,
            duration_us: finished.duration_us,
        }
    }
}

/// A loop, because a debug build takes several times as long for an iterator.
fn owned(texts: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for text in texts {
        all.push((*text).to_owned());
    }
    all
}

/// What a row says stands before what was seen.
fn seen_at(finished: &Finished) -> Option<usize> {
    let reason = &finished.judgement.reason;
    let failed = matches!(finished.outcome(), Outcome::XFailed | Outcome::XChanged) && finished.failure().is_some();
    let seen = failed.then(|| describe(&finished.observation))?;
    reason.rfind(&text::cut(&seen)).filter(|at| *at > 0)
}

impl fmt::Display for CellRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let judgement = Judgement { outcome: self.outcome, reason: self.reason.clone() };
        write!(f, "{}: {judgement}", text::line(&self.name))
    }
}
