//! The lines of a record file.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::{CellRecord, Fingerprint, PlanRecord, SuiteRecord};

/// The version of the format below.
pub const FORMAT: u32 = 5;

/// The oldest version that is read.
pub const OLDEST: u32 = 4;

/// One line of a record file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// The first line of each process.
    Start(Start),
    /// What one suite is made of; from a process that ran more than one cell.
    Suite(Box<SuiteRecord>),
    /// The cells that were to run, on all machines together; from a process that ran more than one, or listed them.
    Plan(PlanRecord),
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

impl Line {
    /// Reads one. By hand: what serde derives for lines that say which they are keeps each as a value that it reads a second time, with
    /// code of its own for every type in them.
    pub(super) fn read(json: &[u8]) -> serde_json::Result<Self> {
        #[derive(Deserialize)]
        struct Begin {
            cell: String,
        }
        Ok(match Tag::of(json)? {
            Tag::Start => Self::Start(serde_json::from_slice(json)?),
            Tag::Suite => Self::Suite(serde_json::from_slice(json)?),
            Tag::Plan => Self::Plan(serde_json::from_slice(json)?),
            Tag::Begin => Self::Begin { cell: serde_json::from_slice::<Begin>(json)?.cell },
            Tag::Cell => Self::Cell(serde_json::from_slice(json)?),
            Tag::End => Self::End,
        })
    }
}

/// What a line says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Tag {
    Start,
    Suite,
    Plan,
    Begin,
    Cell,
    End,
}

impl Tag {
    fn of(json: &[u8]) -> serde_json::Result<Self> {
        #[derive(Deserialize)]
        struct Tagged {
            line: Tag,
        }
        // The lines that we write say it first, and need not be read twice.
        let first = json.strip_prefix(br#"{"line":""#).and_then(|rest| rest.split(|byte| *byte == b'"').next());
        Ok(match first {
            Some(b"cell") => Self::Cell,
            Some(b"begin") => Self::Begin,
            Some(b"start") => Self::Start,
            Some(b"suite") => Self::Suite,
            Some(b"plan") => Self::Plan,
            _ => serde_json::from_slice::<Tagged>(json)?.line,
        })
    }
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
    /// Its package.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub package: String,
    /// The version of `crosscheck` that wrote it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub crosscheck: String,
    /// What the executable was built for, as `x86_64-linux`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub machine: String,
    /// When, in seconds since 1970 (UTC); 0 where that is not known.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub at: u64,
    /// What the run was given as `--seed`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub seed: u64,
    /// What no other build of the executable has; empty where that is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub build: String,
    /// The day on which rows are judged, where it is not that of the run: `2027-07-01`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub day: String,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Start {
    /// What this process says of itself.
    pub fn now(package: &str, suite: &str, fingerprint: Fingerprint) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            format: FORMAT,
            suite: suite.to_owned(),
            fingerprint,
            package: package.to_owned(),
            crosscheck: env!("CARGO_PKG_VERSION").to_owned(),
            machine: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
            at: now.as_secs(),
            seed: 0,
            build: String::new(),
            day: String::new(),
        }
    }
}
