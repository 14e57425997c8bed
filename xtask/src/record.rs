//! Where the tasks keep the records of their runs.

use std::path::PathBuf;

use crate::cargo::root;
use crate::error::TaskError;

/// A path for the record of a run that does not exist yet.
pub fn fresh(name: &str) -> Result<PathBuf, TaskError> {
    let path = root().join(format!("target/crosscheck/xtask-{name}.jsonl"));
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(TaskError::Io { path, source }),
        _ => Ok(path),
    }
}
