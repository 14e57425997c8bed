//! The records of the tasks' runs.

use std::path::PathBuf;
use std::time::SystemTime;

use crosscheck::record::CellRecord;

use crate::error::TaskError;
use crate::workspace::root;

/// A path for the record of a run that does not exist yet.
pub fn fresh(name: &str) -> Result<PathBuf, TaskError> {
    let path = root().join(format!("target/crosscheck/xtask-{name}.jsonl"));
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(TaskError::Io { path, source }),
        _ => Ok(path),
    }
}

/// Reads a record.
pub fn read(path: &std::path::Path) -> Result<Vec<CellRecord>, TaskError> {
    CellRecord::read(path).map_err(TaskError::Record)
}

/// The cells of the last run of a package's `conformance` since then, at the place where runs are recorded by themselves.
pub fn latest(package: &str, since: SystemTime) -> Result<Vec<CellRecord>, TaskError> {
    read(&newest(package, since)?)
}

/// Where that run is recorded.
pub fn newest(package: &str, since: SystemTime) -> Result<PathBuf, TaskError> {
    let folder = root().join("target/crosscheck");
    let runs = std::fs::read_dir(&folder).map_err(|source| TaskError::Io { path: folder, source })?;
    let records = runs.filter_map(|run| Some(run.ok()?.path().join(format!("{package}-conformance.jsonl"))));
    let written = records.filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)));
    match written.filter(|(at, _)| *at >= since).max() {
        Some((_, path)) => Ok(path),
        None => Err(TaskError::NothingRan(format!("{package} has recorded no run"))),
    }
}

/// An error unless bodies were run on each of these backends.
pub fn ran_on(cells: &[CellRecord], backends: &[&str]) -> Result<(), TaskError> {
    let ran = |backend: &&str| cells.iter().any(|cell| cell.backend == *backend && cell.outcome.ran());
    match backends.iter().find(|backend| !ran(backend)) {
        None => Ok(()),
        Some(backend) => Err(TaskError::NothingRan(format!("no cell was run on `{backend}`"))),
    }
}

/// The record of a cell of the backend `reference`, for tests.
#[cfg(test)]
pub fn cell(name: &str, outcome: crosscheck::Outcome) -> CellRecord {
    let text = format!(
        r#"{{"name":"{name}","test":"{name}","backend":"reference","markers":[],"row":null,"outcome":"passed","origin":"","duration_us":0}}"#
    );
    let mut cell: CellRecord = serde_json::from_str(&text).unwrap();
    cell.outcome = outcome;
    cell
}

#[cfg(test)]
mod tests {
    use crosscheck::Outcome;

    use super::*;

    #[test]
    fn a_backend_ran_where_a_body_was_run() {
        let cells = [cell("a", Outcome::Passed)];
        assert!(ran_on(&cells, &["reference"]).is_ok());
        assert!(ran_on(&cells, &["reference", "mlx_cpu"]).is_err());
        assert!(ran_on(&[cell("a", Outcome::Unavailable)], &["reference"]).is_err());
    }
}
