//! Which files the words of a command line mean: files, folders of records, and several of them with commas between.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// What this text names: a file or a folder, or several with commas between them.
pub fn named(text: &Path) -> Vec<PathBuf> {
    let several = text.to_str().filter(|text| text.contains(',') && !Path::new(text).exists());
    let parts = several.map(|several| several.split(',').filter(|part| !part.is_empty()).map(PathBuf::from).collect());
    parts.filter(|parts: &Vec<_>| !parts.is_empty()).unwrap_or_else(|| vec![text.to_owned()])
}

/// The records in place of folders of them, which are the files there that end in `.jsonl`; and everything that is not there, or is no
/// file, or is a folder without a record.
pub fn expand(paths: Vec<PathBuf>) -> (Vec<PathBuf>, Vec<Error>) {
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => match in_folder(&path) {
                Ok(found) if found.is_empty() => errors.push(Error::NoRecordIn(path)),
                Ok(found) => files.extend(found),
                Err(source) => errors.push(Error::Input { path, source }),
            },
            Ok(metadata) => match other_kind(&metadata) {
                // Nobody may ever write what is waited for.
                Some(kind) => errors.push(Error::NoFile { path, kind }),
                None => files.push(path),
            },
            Err(source) => errors.push(Error::Input { path, source }),
        }
    }
    (files, errors)
}

fn in_folder(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let paths = entries.into_iter().map(|entry| entry.path());
    let mut files: Vec<_> = paths.filter(|path| path.is_file() && is_named_as_a_record(path)).collect();
    files.sort();
    Ok(files)
}

/// Whether a file has the name of a record.
pub fn is_named_as_a_record(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "jsonl")
}

/// What something is that is no file.
#[cfg(unix)]
fn other_kind(metadata: &Metadata) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    match () {
        () if kind.is_file() => None,
        () if kind.is_fifo() => Some("a pipe"),
        () if kind.is_char_device() => Some("a terminal or another device"),
        () if kind.is_socket() => Some("a socket"),
        () => Some("a device"),
    }
}

#[cfg(not(unix))]
fn other_kind(metadata: &Metadata) -> Option<&'static str> {
    (!metadata.is_file()).then_some("a device")
}

/// The text of a file that is no record.
///
/// # Errors
/// When it is no file, or cannot be read.
pub fn read_text(path: &Path) -> Result<String, Error> {
    let input = |source| Error::Input { path: path.to_owned(), source };
    match other_kind(&std::fs::metadata(path).map_err(input)?) {
        Some(kind) if !path.is_dir() => Err(Error::NoFile { path: path.to_owned(), kind }),
        _ => std::fs::read_to_string(path).map_err(input),
    }
}
