//! Which run of an executable began last: one lookup, however many records lie there.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Executable, kept};
use crate::record::{self, journal};

/// What the name of its folder is kept as.
const NAME: &str = "last";

/// The record of the run that began last, in the place where the next one would be written.
pub(super) fn record(own: &Executable) -> Option<PathBuf> {
    let place = kept::place(own, NAME).filter(|_| journal::given_path().is_none());
    let file = journal::file_name(own.package, own.target);
    let known = place.zip(journal::runs()).and_then(|(place, runs)| known(&place, &runs, &file));
    // Where nothing is kept, all are looked at.
    known.or_else(|| record::latest(own.package, own.target))
}

fn known(place: &Path, runs: &Path, file: &str) -> Option<PathBuf> {
    let run = fs::read_to_string(place).ok()?;
    // It is the name of a folder, and no way to another one.
    let run = Path::new(run.trim_end()).file_name()?;
    Some(runs.join(run).join(file)).filter(|path| path.is_file())
}

/// A run begins, of which the record is this new file.
pub(super) fn note(own: &Executable, path: &Path) {
    let Some(folder) = path.parent().filter(|folder| folder.parent() == journal::runs().as_deref()) else { return };
    if let (Some(run), Some(place)) = (folder.file_name().and_then(|run| run.to_str()), kept::place(own, NAME)) {
        // Where it cannot be kept, the next process looks at all records.
        let _ = kept::write(&place, &format!("{run}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_one_that_is_kept_as_long_as_its_record_is_there() {
        let runs = std::env::temp_dir().join(format!("crosscheck-last-run-{}", std::process::id()));
        let (place, one, other) = (runs.join("kept"), runs.join("one"), runs.join("other"));
        for run in [&one, &other] {
            fs::create_dir_all(run).unwrap();
            fs::write(run.join("p-t.jsonl"), "").unwrap();
        }
        let known = |kept: &str| {
            kept::write(&place, kept).unwrap();
            known(&place, &runs, "p-t.jsonl")
        };
        assert_eq!(known("one\n"), Some(one.join("p-t.jsonl")));
        assert_eq!(known("other\n"), Some(other.join("p-t.jsonl")));
        // Nothing leads out of the folder of all runs.
        assert_eq!(known(&format!("../{}/one\n", runs.file_name().unwrap().display())), Some(one.join("p-t.jsonl")));
        for none in ["", "\n", "..", "/", "gone\n", "\0"] {
            assert_eq!(known(none), None, "{none:?}");
        }
        fs::remove_file(one.join("p-t.jsonl")).unwrap();
        assert_eq!(known("one\n"), None);
        fs::remove_dir_all(runs).unwrap();
    }
}
