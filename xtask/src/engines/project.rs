//! What the engines run: the example `codec-suite`, as somebody has it who has nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{TaskError, io_error};
use crate::workspace::root;

/// What of it is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    Right,
    /// It fills texts with another character, so that some cells fail and some pass.
    Wrong,
}

/// What stands in the files of the example, and what here.
const RUNTIME: (&str, &str) = ("Cargo.toml", "path = \"../../runtime\"");
const PADDING: (&str, &str, &str) = ("src/reference.rs", "{ '=' }", "{ '~' }");

/// Writes it into a folder that is empty or not there.
pub fn write(folder: &Path, codec: Codec) -> Result<(), TaskError> {
    copy(&root().join("examples/codec-suite"), folder)?;
    copy(&root().join("examples/Cargo.lock"), &folder.join("Cargo.lock"))?;
    let runtime = format!("path = {:?}, features = [\"junit\"]", root().join("runtime"));
    change(&folder.join(RUNTIME.0), RUNTIME.1, &runtime)?;
    // It is no member of the workspace that it lies in.
    change(&folder.join(RUNTIME.0), "[package]\n", "[workspace]\n\n[package]\n")?;
    match codec {
        Codec::Right => Ok(()),
        Codec::Wrong => change(&folder.join(PADDING.0), PADDING.1, PADDING.2),
    }
}

/// The folder in which everything of the examples is built.
pub fn target() -> PathBuf {
    root().join("target/examples")
}

/// An empty folder of this name, where nothing else lies.
pub fn empty(name: &str) -> Result<PathBuf, TaskError> {
    let folder = root().join("target/engines").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(io_error(&folder))?;
    }
    fs::create_dir_all(&folder).map_err(io_error(&folder))?;
    Ok(folder)
}

/// A file, or a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) -> Result<(), TaskError> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop).map_err(io_error(from));
    }
    fs::create_dir_all(to).map_err(io_error(to))?;
    for entry in fs::read_dir(from).map_err(io_error(from))? {
        let entry = entry.map_err(io_error(from))?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Writes something else in place of a text, which has to be there.
pub fn change(path: &Path, text: &str, other: &str) -> Result<(), TaskError> {
    let before = fs::read_to_string(path).map_err(io_error(path))?;
    if !before.contains(text) {
        return Err(TaskError::Engine(format!("{} has no `{text}`", path.display())));
    }
    fs::write(path, before.replace(text, other)).map_err(io_error(path))
}
