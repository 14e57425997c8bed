//! What an engine has left, against what was planned.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crosscheck::internals::read_all;

use crate::error::TaskError;

/// The records of the shards, and the JUnit of the whole or of each shard.
pub struct Seen {
    pub records: Vec<PathBuf>,
    pub junit: Vec<String>,
}

/// How many test cases are of which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cases {
    pub failed: usize,
    pub missing: usize,
}

impl Seen {
    /// What the cells came to: an error unless each that was planned ran in one shard, or is missing, and is a test case once.
    pub fn cases(&self) -> Result<Cases, TaskError> {
        let records = self.records.iter().map(|path| read_all(path));
        let records = records.collect::<Result<Vec<_>, _>>().map_err(|error| TaskError::Engine(error.to_string()))?;
        let planned: BTreeMap<_, _> =
            records.iter().flat_map(|record| &record.planned).map(|name| (name.as_str(), 1)).collect();
        let ran = counted(records.iter().flat_map(|record| &record.cells).map(|cell| cell.name.as_str()));
        let cases = || self.junit.iter().flat_map(|text| text.split("<testcase name=\"").skip(1));
        let shown = counted(cases().filter_map(|case| Some(case.split_once('"')?.0)));
        let count = |kind: &str| cases().filter(|case| case.contains(&format!("type=\"{kind}\""))).count();
        let seen = Cases { failed: count("FAILED"), missing: count("MISSING") };
        let twice = ran.values().filter(|times| **times > 1).count();
        if ran.is_empty() || twice > 0 || ran.len() + seen.missing != planned.len() || shown != planned {
            let (planned, ran, shown) = (planned.len(), ran.len(), shown.len());
            return Err(TaskError::Engine(format!(
                "{planned} cells are planned; {ran} ran, {twice} of them several times; {shown} are test cases, of which {} \
                 are missing",
                seen.missing
            )));
        }
        Ok(seen)
    }
}

fn counted<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counted = BTreeMap::new();
    names.for_each(|name| *counted.entry(name).or_default() += 1);
    counted
}
