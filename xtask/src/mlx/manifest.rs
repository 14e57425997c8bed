//! The list of what a finished cache folder holds, kept in the folder itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{Doing, MlxError};

/// The list's name in the folder it describes.
const FILE: &str = "manifest.txt";

/// One file that must be there.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    /// Relative to the folder.
    path: String,
    /// In bytes; none for a link, whose target the system may update.
    size: Option<u64>,
}

/// Lists all files of `folder` in its manifest.
pub fn write(folder: &Path) -> Result<(), MlxError> {
    let mut entries = Vec::new();
    list(folder, "", &mut entries).doing(|| format!("listing {}", folder.display()))?;
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let path = folder.join(FILE);
    fs::write(&path, text(&entries)).doing(|| format!("writing {}", path.display()))
}

/// What keeps `folder` from being whole: nothing, or the first file that is missing or changed.
pub fn flaw(folder: &Path) -> Option<PathBuf> {
    let path = folder.join(FILE);
    let Some(entries) = fs::read_to_string(&path).ok().as_deref().and_then(parse) else {
        return Some(path);
    };
    entries
        .iter()
        .map(|entry| (folder.join(&entry.path), entry.size))
        .find(|(path, size)| !is_intact(path, *size))
        .map(|(path, _)| path)
}

fn is_intact(path: &Path, size: Option<u64>) -> bool {
    // Follows links: one that leads nowhere is as bad as a missing file.
    fs::metadata(path).is_ok_and(|found| size.is_none_or(|size| size == found.len()))
}

fn list(folder: &Path, prefix: &str, entries: &mut Vec<Entry>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|name| io::Error::new(io::ErrorKind::InvalidData, format!("{name:?} is not UTF-8")))?;
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(&entry.path(), &format!("{path}/"), entries)?;
        } else {
            let size = if kind.is_symlink() { None } else { Some(entry.metadata()?.len()) };
            entries.push(Entry { path, size });
        }
    }
    Ok(())
}

fn text(entries: &[Entry]) -> String {
    entries
        .iter()
        .map(|Entry { path, size }| match size {
            Some(size) => format!("{size} {path}\n"),
            None => format!("- {path}\n"),
        })
        .collect()
}

/// Reads a manifest; none if it is empty or not one.
fn parse(text: &str) -> Option<Vec<Entry>> {
    let entries: Option<Vec<Entry>> = text
        .lines()
        .map(|line| {
            let (size, path) = line.split_once(' ')?;
            let size = match size {
                "-" => None,
                bytes => Some(bytes.parse().ok()?),
            };
            Some(Entry { path: path.to_owned(), size })
        })
        .collect();
    entries.filter(|entries| !entries.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_reads_back_as_written() {
        let entries =
            vec![Entry { path: "a b".to_owned(), size: Some(12) }, Entry { path: "lib/c.so".to_owned(), size: None }];
        assert_eq!(text(&entries), "12 a b\n- lib/c.so\n");
        assert_eq!(parse(&text(&entries)), Some(entries));
    }

    #[test]
    fn a_damaged_manifest_is_none() {
        assert_eq!(parse(""), None);
        assert_eq!(parse("12"), None);
        assert_eq!(parse("twelve a\n"), None);
    }

    #[test]
    fn missing_and_changed_files_are_flaws() {
        let folder = std::env::temp_dir().join(format!("xtask-manifest-{}", std::process::id()));
        fs::create_dir_all(folder.join("lib")).unwrap();
        fs::write(folder.join("lib/a.so"), "12345").unwrap();
        fs::write(folder.join("b.rs"), "").unwrap();
        assert_eq!(flaw(&folder), Some(folder.join(FILE)));
        write(&folder).unwrap();
        assert_eq!(flaw(&folder), None);
        fs::write(folder.join("lib/a.so"), "1234").unwrap();
        assert_eq!(flaw(&folder), Some(folder.join("lib/a.so")));
        fs::remove_file(folder.join("b.rs")).unwrap();
        assert_eq!(flaw(&folder), Some(folder.join("b.rs")));
        fs::remove_dir_all(&folder).unwrap();
    }
}
