//! Symbolic links.

use std::fs;
use std::io;
use std::path::Path;

use crate::error::{Doing, MlxError};

/// Makes `path` a link to `target`, whatever it was.
pub fn link(target: &Path, path: &Path) -> Result<(), MlxError> {
    let doing = || format!("linking {} to {}", path.display(), target.display());
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing(doing),
        _ => symlink(target, path).doing(doing),
    }
}

#[cfg(unix)]
fn symlink(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn symlink(_target: &Path, _path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
