//! The folder in which a check stands.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The folder of the crate in which a check stands, as the compiler knew it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    folder: Option<&'static str>,
    package: Option<&'static str>,
}

impl Root {
    /// The folder, and the name of the package.
    pub const fn new(folder: Option<&'static str>, package: Option<&'static str>) -> Self {
        Self { folder, package }
    }

    /// Where the folder is now: a runner says so of the package under test, and what was built elsewhere may have been moved with its
    /// workspace.
    pub(super) fn now(&self) -> Result<PathBuf, String> {
        let Some(written) = self.folder else {
            return Err(
                "CARGO_MANIFEST_DIR was not set when the check was compiled, so that its files cannot be found"
                    .to_owned(),
            );
        };
        let own = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).filter(|folder| folder.is_dir());
        let is_of_this = self.package.is_some() && env::var("CARGO_PKG_NAME").ok().as_deref() == self.package;
        if let Some(own) = own.as_ref().filter(|_| is_of_this) {
            return Ok(own.clone());
        }
        if Path::new(written).is_dir() {
            return Ok(written.into());
        }
        let moved = own.and_then(|own| self.beside(&own, Path::new(written)));
        moved.ok_or_else(|| format!("the folder of the crate, {written}, is not there"))
    }

    /// The folder in a workspace that was moved as a whole, in which another package is there.
    fn beside(&self, other: &Path, written: &Path) -> Option<PathBuf> {
        let parts: Vec<_> = written.components().collect();
        for above in other.ancestors().skip(1) {
            for from in 1..parts.len() {
                let folder = above.join(parts[from..].iter().collect::<PathBuf>());
                if fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| self.is_package(&text)) {
                    return Some(folder);
                }
            }
        }
        None
    }

    fn is_package(&self, manifest: &str) -> bool {
        let name =
            |line: &str| Some(line.trim().strip_prefix("name")?.trim_start().strip_prefix('=')?.trim().to_owned());
        let first = manifest.lines().find_map(name);
        first.is_some_and(|first| Some(first.trim_matches('"')) == self.package)
    }

    /// A path that begins at the folder, unless it is absolute.
    pub(super) fn join(&self, path: &Path) -> Result<PathBuf, String> {
        if path.is_absolute() { Ok(path.to_owned()) } else { Ok(self.now()?.join(path)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workspace that was moved as a whole: the crate of the check lies beside that under test as it did before.
    #[test]
    fn the_folder_is_found_where_the_workspace_was_moved() {
        let there = std::env::temp_dir().join(format!("crosscheck-root-{}", std::process::id()));
        let (suite, backend) = (there.join("libs/suite"), there.join("backend"));
        for (folder, name) in [(&suite, "suite"), (&backend, "backend")] {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join("Cargo.toml"), format!("[package]\nname = \"{name}\"\n")).unwrap();
        }
        let root = |folder, package| Root::new(Some(folder), Some(package));
        let written = Path::new("/nowhere/before/libs/suite");
        assert_eq!(root("/nowhere/before/libs/suite", "suite").beside(&backend, written), Some(suite));
        assert_eq!(root("/nowhere/before/libs/suite", "another").beside(&backend, written), None);
        let error = root("/nowhere/before/libs/suite", "another").now().unwrap_err();
        assert_eq!(error, "the folder of the crate, /nowhere/before/libs/suite, is not there");
        fs::remove_dir_all(there).unwrap();
    }
}
