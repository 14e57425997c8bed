//! What was to run, as a record says it.

use serde::{Deserialize, Serialize};

use super::Fingerprint;
use crate::plan::shard::{Shard, hash};

/// So many names, in the records of all shards together, are no burden: each record has them all.
const ALL: usize = 1_000_000;

/// What was to run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRecord {
    /// The names of the cells that are planned, on all machines together. In the record of a shard of very many, those of its own
    /// cells and some of the others', so that each name stands in two records.
    pub cells: Vec<String>,
    /// Whether the run goes on with what stands before it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resumes: bool,
    /// What of the suite was left out, as it would be written on the command line; empty where nothing was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub narrowed: Vec<String>,
    /// Whether it is what was listed for a runner that starts a process for each cell (nextest). Which of them its own filter
    /// selects is not known, and neither is when the run has concluded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
    /// Which part of it this machine runs, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardRecord>,
}

/// A part of a run, as a record says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ShardRecord {
    /// How many parts there are.
    pub count: u32,
    /// How many cells all of them have together.
    pub cells: usize,
    /// A hash over the names of all these cells, in whatever order: it is the same in the records of one run.
    pub digest: Fingerprint,
    /// Which part it is, from 1.
    pub number: u32,
}

impl PlanRecord {
    /// The plan of these cells, all of which are run on this machine or on others.
    pub fn of(names: impl ExactSizeIterator<Item = String>, shard: Option<Shard>) -> Self {
        let Some(shard) = shard else { return Self { cells: names.collect(), ..Self::default() } };
        let (of, mut digest) = (names.len(), 0_u64);
        let has_all = of.saturating_mul(shard.count() as usize) <= ALL;
        let named = names.filter(|name| {
            digest = digest.wrapping_add(hash(name));
            has_all || shard.names(name)
        });
        let cells = named.collect();
        let shard =
            ShardRecord { count: shard.count(), cells: of, digest: Fingerprint(digest), number: shard.number() };
        Self { cells, shard: Some(shard), ..Self::default() }
    }
}
