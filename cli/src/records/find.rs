//! Where the records of runs lie that nobody gave another place.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::error::Error;

/// The record that was written last.
pub fn newest() -> Result<PathBuf, Error> {
    let folder = target().join("crosscheck");
    let files = entries(&folder).flat_map(|run| entries(&run).collect::<Vec<_>>());
    let records = files.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    let written = records.filter_map(|path| Some((modified(&path)?, path)));
    written.max().map(|(_, path)| path).ok_or(Error::NoRecord(folder))
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()))
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

/// Cargo's target folder, for the package that this is called in.
fn target() -> PathBuf {
    metadata("target_directory").unwrap_or_else(|| "target".into())
}

/// The root of the workspace, for the package that this is called in.
pub fn workspace() -> Option<PathBuf> {
    metadata("workspace_root")
}

fn metadata(field: &str) -> Option<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let asked = Command::new(cargo).args(["metadata", "--no-deps", "--format-version", "1"]).output();
    let metadata: serde_json::Value = serde_json::from_slice(&asked.ok()?.stdout).ok()?;
    metadata[field].as_str().map(PathBuf::from)
}
