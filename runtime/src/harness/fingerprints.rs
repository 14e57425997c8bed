//! The fingerprint of an executable, kept beside its records: a process that runs one cell does not gather the others for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{Executable, kept};
use crate::record::Fingerprint;

/// The fingerprint of this executable, as it was computed before, or is now.
pub(super) fn known(own: &Executable, compute: impl FnOnce() -> Fingerprint) -> Fingerprint {
    let Some((place, build)) = place(own) else { return compute() };
    if let Some(known) = read(&place, &build) {
        return known;
    }
    let computed = compute();
    // Where it cannot be kept, the next process computes it as well.
    let _ = kept::write(&place, &format!("{build} {computed}\n"));
    computed
}

/// Keeps the fingerprint of this executable, in place of what was kept before: its cases are made of files, which change without a
/// new build.
pub(super) fn keep(own: &Executable, fingerprint: Fingerprint) {
    let Some((place, build)) = place(own) else { return };
    if read(&place, &build) != Some(fingerprint) {
        // Where it cannot be kept, the next process computes it.
        let _ = kept::write(&place, &format!("{build} {fingerprint}\n"));
    }
}

/// Where it is kept, and what no other build of the executable has.
fn place(own: &Executable) -> Option<(PathBuf, String)> {
    Some((kept::place(own, "fingerprint")?, own_build()?))
}

/// What no other build of this executable has.
pub(super) fn own_build() -> Option<String> {
    build(&std::env::current_exe().ok()?)
}

fn build(executable: &Path) -> Option<String> {
    let metadata = executable.metadata().ok()?;
    let built = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {}", metadata.len(), built.as_nanos()))
}

fn read(place: &Path, build: &str) -> Option<Fingerprint> {
    let text = fs::read_to_string(place).ok()?;
    let known = text.strip_prefix(build)?.strip_prefix(' ')?.strip_suffix('\n')?;
    known.to_owned().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_of_one_build_only() {
        let folder = std::env::temp_dir().join(format!("crosscheck-fingerprints-{}", std::process::id()));
        let place = folder.join("a").join("p-t.fingerprint");
        assert_eq!(read(&place, "7 8"), None);
        kept::write(&place, &format!("7 8 {}\n", Fingerprint(0xab))).unwrap();
        assert_eq!(read(&place, "7 8"), Some(Fingerprint(0xab)));
        for other in ["7 9", "7", "8 8"] {
            assert_eq!(read(&place, other), None, "{other}");
        }
        for torn in ["", "7 8", "7 8 ", "7 8 00000000000000ab", "7 8 xyz\n"] {
            fs::write(&place, torn).unwrap();
            assert_eq!(read(&place, "7 8"), None, "{torn:?}");
        }
        assert_eq!(fs::read_dir(place.parent().unwrap()).unwrap().count(), 1, "a file is left behind");
        fs::remove_dir_all(folder).unwrap();
    }
}
