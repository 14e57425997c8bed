//! The list of what a finished cache folder holds, kept in the folder itself.
//!
//! It has the hash of each file, which is worked out once. Later a file is known by its size and by the time of its last change;
//! it is hashed again where that is another time than when the hash was last found to be right.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::error::{Doing, MlxError};
use crate::hash::sha256;

/// The list's name in the folder it describes.
const FILE: &str = "manifest.txt";
/// The times at which the files had the hashes of the list. Not in the list: without it, or with a wrong one, all is hashed again.
const TIMES: &str = "manifest-times.txt";

/// One file that must be there.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    /// Relative to the folder.
    path: String,
    /// None for a link, whose target the system may update.
    content: Option<Content>,
}

/// What is in a file.
#[derive(Debug, PartialEq, Eq)]
struct Content {
    /// In bytes.
    size: u64,
    sha256: String,
}

/// When files were last changed, in nanoseconds since 1970, by their paths relative to the folder.
type Times = HashMap<String, u128>;

/// Lists all files of `folder` in its manifest.
pub fn write(folder: &Path) -> Result<(), MlxError> {
    let (mut entries, mut times) = (Vec::new(), Times::new());
    list(folder, "", &mut entries, &mut times).doing(|| format!("listing {}", folder.display()))?;
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    for (name, text) in [(FILE, text(&entries)), (TIMES, times_text(&times))] {
        let path = folder.join(name);
        fs::write(&path, text).doing(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

/// What keeps `folder` from being whole: nothing, or the first file that is missing or changed.
pub fn flaw(folder: &Path) -> Option<PathBuf> {
    let path = folder.join(FILE);
    let Some(entries) = fs::read_to_string(&path).ok().as_deref().and_then(parse) else {
        return Some(path);
    };
    let known = parse_times(&fs::read_to_string(folder.join(TIMES)).unwrap_or_default());
    let mut times = Times::new();
    for entry in entries {
        let path = folder.join(&entry.path);
        // Follows links: one that leads nowhere is as bad as a missing file.
        let Ok(found) = fs::metadata(&path) else {
            return Some(path);
        };
        let Some(content) = entry.content else {
            continue;
        };
        if found.len() != content.size {
            return Some(path);
        }
        let time = changed(&found);
        if time.is_none() || time != known.get(&entry.path).copied() {
            // Copying the folder changes the time, and so does a write to the file. The time is read before the content: what is
            // written after that is seen the next time.
            if sha256(&path).ok().as_ref() != Some(&content.sha256) {
                return Some(path);
            }
        }
        times.extend(time.map(|time| (entry.path, time)));
    }
    if times != known {
        // Where the folder cannot be written to, the files are hashed each time.
        let _ = fs::write(folder.join(TIMES), times_text(&times));
    }
    None
}

/// None where the system does not know it.
fn changed(file: &Metadata) -> Option<u128> {
    Some(file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos())
}

fn list(folder: &Path, prefix: &str, entries: &mut Vec<Entry>, times: &mut Times) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|name| io::Error::new(io::ErrorKind::InvalidData, format!("{name:?} is not UTF-8")))?;
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(&entry.path(), &format!("{path}/"), entries, times)?;
        } else if kind.is_symlink() {
            entries.push(Entry { path, content: None });
        } else {
            let metadata = entry.metadata()?;
            times.extend(changed(&metadata).map(|time| (path.clone(), time)));
            let content = Content { size: metadata.len(), sha256: sha256(&entry.path())? };
            entries.push(Entry { path, content: Some(content) });
        }
    }
    Ok(())
}

fn text(entries: &[Entry]) -> String {
    entries
        .iter()
        .map(|Entry { path, content }| match content {
            Some(Content { size, sha256 }) => format!("{size} {sha256} {path}\n"),
            None => format!("- {path}\n"),
        })
        .collect()
}

/// Reads a manifest; none if it is empty or not one.
fn parse(text: &str) -> Option<Vec<Entry>> {
    let entries: Option<Vec<Entry>> = text
        .lines()
        .map(|line| {
            let (size, rest) = line.split_once(' ')?;
            if size == "-" {
                return Some(Entry { path: rest.to_owned(), content: None });
            }
            let (sha256, path) = rest.split_once(' ')?;
            let content = Content { size: size.parse().ok()?, sha256: sha256.to_owned() };
            Some(Entry { path: path.to_owned(), content: Some(content) })
        })
        .collect();
    entries.filter(|entries| !entries.is_empty())
}

fn times_text(times: &Times) -> String {
    let mut lines: Vec<String> = times.iter().map(|(path, time)| format!("{time} {path}\n")).collect();
    lines.sort_unstable();
    lines.concat()
}

/// Reads the times that it can: a file without one is hashed.
fn parse_times(text: &str) -> Times {
    let line = |line: &str| {
        let (time, path) = line.split_once(' ')?;
        Some((path.to_owned(), time.parse().ok()?))
    };
    text.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn a_manifest_reads_back_as_written() {
        let content = Content { size: 12, sha256: "ab".to_owned() };
        let entries = vec![
            Entry { path: "a b".to_owned(), content: Some(content) },
            Entry { path: "lib/c d.so".to_owned(), content: None },
        ];
        assert_eq!(text(&entries), "12 ab a b\n- lib/c d.so\n");
        assert_eq!(parse(&text(&entries)), Some(entries));
    }

    #[test]
    fn a_damaged_manifest_is_none() {
        assert_eq!(parse(""), None);
        assert_eq!(parse("12"), None);
        // As it was before it had hashes.
        assert_eq!(parse("12 a\n"), None);
        assert_eq!(parse("twelve ab a\n"), None);
    }

    #[test]
    fn times_read_back_as_written_and_damaged_lines_are_left_out() {
        let times = Times::from([("a b".to_owned(), 12), ("c".to_owned(), 3)]);
        assert_eq!(times_text(&times), "12 a b\n3 c\n");
        assert_eq!(parse_times("12 a b\n\n1\nx d\n3 c\n"), times);
    }

    /// A folder with two files and their manifest.
    struct Made(PathBuf);

    impl Made {
        fn new(test: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("crosscheck-mlx-manifest-{test}-{}", std::process::id()));
            fs::create_dir_all(folder.join("lib")).unwrap();
            fs::write(folder.join("lib/a.so"), "12345").unwrap();
            fs::write(folder.join("b.rs"), "").unwrap();
            assert_eq!(flaw(&folder), Some(folder.join(FILE)));
            write(&folder).unwrap();
            assert_eq!(flaw(&folder), None);
            Self(folder)
        }

        fn library(&self) -> PathBuf {
            self.0.join("lib/a.so")
        }

        /// Writes the library, and sets the time of its last change.
        fn change(&self, content: &str, seconds: u64) {
            fs::write(self.library(), content).unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            File::options().append(true).open(self.library()).unwrap().set_modified(time).unwrap();
        }

        fn times(&self) -> Times {
            parse_times(&fs::read_to_string(self.0.join(TIMES)).unwrap())
        }
    }

    impl Drop for Made {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn missing_and_shortened_files_are_flaws() {
        let made = Made::new("short");
        fs::write(made.library(), "1234").unwrap();
        assert_eq!(flaw(&made.0), Some(made.library()));
        fs::remove_file(made.0.join("b.rs")).unwrap();
        assert_eq!(flaw(&made.0), Some(made.0.join("b.rs")));
    }

    #[test]
    fn a_changed_byte_is_a_flaw_each_time() {
        let made = Made::new("byte");
        made.change("12745", 1);
        assert_eq!(flaw(&made.0), Some(made.library()));
        assert_eq!(flaw(&made.0), Some(made.library()));
        made.change("12345", 2);
        assert_eq!(flaw(&made.0), None);
    }

    #[test]
    fn another_time_is_accepted_and_noted_where_the_content_is_the_same() {
        let made = Made::new("time");
        made.change("12345", 1);
        assert_eq!(flaw(&made.0), None);
        assert_eq!(made.times()["lib/a.so"], 1_000_000_000);
        // Nothing is hashed where the time is the known one.
        made.change("12745", 1);
        assert_eq!(flaw(&made.0), None);
    }

    #[test]
    fn without_times_everything_is_hashed() {
        let made = Made::new("hashed");
        let times = made.times();
        assert_eq!(times.len(), 2);
        fs::remove_file(made.0.join(TIMES)).unwrap();
        assert_eq!(flaw(&made.0), None);
        assert_eq!(made.times(), times);
        fs::remove_file(made.0.join(TIMES)).unwrap();
        fs::write(made.library(), "12745").unwrap();
        assert_eq!(flaw(&made.0), Some(made.library()));
    }
}
