//! What a backend publishes of a run, and what speaks against it: pure functions of the records.
//!
//! Nothing in a statement is from elsewhere than the records, so that it can be made again from them, and compared.

mod differs;
mod make;
mod unfit;

use std::collections::BTreeMap;

use crosscheck::Outcome;
use crosscheck::internals::{Fingerprint, PackageRecord, RowRecord};
use serde::{Deserialize, Serialize};

pub use differs::{Difference, differs};
pub use make::{make, unknown_backend};
pub use unfit::unfit;

/// The version of what a statement looks like.
pub const FORMAT: u32 = 1;

/// What a backend publishes; `docs/src/statement.schema.json` describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The version of what follows.
    pub format: u32,
    /// What was checked.
    pub suite: Suite,
    /// Who was checked.
    pub backend: Backend,
    /// When and where.
    pub run: Run,
    /// What it came to.
    pub result: Verdict,
    /// How many cells there are.
    pub cells: usize,
    /// How many have which outcome; an outcome that no cell has is left out.
    pub counts: BTreeMap<Outcome, usize>,
    /// Each feature, in the order of declaration.
    pub features: Vec<Feature>,
    /// The rows of the exclusion matrix that are of this backend.
    pub exclusions: Vec<RowRecord>,
    /// The cells that did not pass, by test, outcome and reason.
    pub exceptions: Vec<Exception>,
    /// What values have to agree in, where a test does not say otherwise.
    pub tolerances: Vec<String>,
    /// The tests that set something for the comparison themselves.
    pub own_tolerances: BTreeMap<String, Vec<String>>,
}

/// A suite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// The executable that ran it.
    pub name: String,
    /// The package of that.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub package: String,
    /// The subject's type.
    pub subject: String,
    /// The crate that declares its features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_by: Option<PackageRecord>,
    /// What it is made of, as one number.
    pub fingerprint: Fingerprint,
    /// The backend whose values the others are compared with.
    pub baseline: String,
}

/// A backend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backend {
    /// Its name.
    pub name: String,
    /// The crate that registers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_by: Option<PackageRecord>,
    /// The devices of its receipts, in their own words.
    pub devices: Vec<String>,
    /// What it said of itself: its driver, its version.
    pub about: Vec<String>,
}

/// When and where it ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// When its last process began, as `2026-11-28T21:05:09Z`; `None` where that is not known.
    pub date: Option<String>,
    /// What the executables were built for, as `x86_64-linux`.
    pub machines: Vec<String>,
    /// The versions of crosscheck that wrote the records.
    pub crosscheck: Vec<String>,
}

/// What it came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Each cell ran and passed.
    Full,
    /// No cell fails the run, and some did not pass.
    Partial,
    /// A cell fails the run.
    Failed,
}

/// A feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Its name.
    pub marker: String,
    /// Its doc comment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How far the backend supports it.
    pub support: Support,
    /// How many cells use it.
    pub cells: usize,
    /// How many of them passed.
    pub passed: usize,
}

/// How far a backend supports a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// Each cell that uses it passed.
    Supported,
    /// Some did.
    Partial,
    /// None did, each is excused.
    Excluded,
    /// None did, and one fails the run.
    Failing,
    /// No cell uses it.
    Untested,
}

impl Support {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Partial => "partial",
            Self::Excluded => "excluded",
            Self::Failing => "failing",
            Self::Untested => "untested",
        }
    }
}

/// Cells that did not pass.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The test.
    pub test: String,
    /// The outcome.
    pub outcome: Outcome,
    /// The first line of why.
    pub reason: String,
    /// On which kind of machine, where the backend ran on several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// How many cells.
    pub cells: usize,
}
