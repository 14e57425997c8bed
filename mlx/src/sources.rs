//! Where the sources of mlx-c are: they ship inside the mlx-sys package.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::error::{Doing, MlxError};
use crate::{process, wheel};

const PACKAGE: &str = "mlx-sys";

/// The version of mlx-sys in the workspace's lock file, read without Cargo: this runs before every test run.
pub fn locked_version(workspace: &Path) -> Result<String, MlxError> {
    let lock_file = workspace.join("Cargo.lock");
    let text = fs::read_to_string(&lock_file).doing(|| format!("reading {}", lock_file.display()))?;
    match version_in_lock_file(&text, PACKAGE) {
        Some(version) => Ok(version.to_owned()),
        None => Err(MlxError::NotLocked { lock_file, package: PACKAGE }),
    }
}

fn version_in_lock_file<'a>(text: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = text.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

/// The sources of mlx-c, on this machine.
pub struct MlxC {
    /// The folder that `#include "mlx/c/…"` starts from.
    pub root: PathBuf,
    /// The files to compile, in a fixed order.
    pub sources: Vec<PathBuf>,
    /// The headers to make bindings of, in a fixed order.
    pub headers: Vec<PathBuf>,
}

impl MlxC {
    /// Asks Cargo for the package (which downloads it if need be) and looks into it.
    pub fn find(workspace: &Path, locked: &str) -> Result<Self, MlxError> {
        let output = process::run(
            Command::new(process::cargo())
                .args(["metadata", "--format-version", "1", "--all-features"])
                .current_dir(workspace),
            "asking Cargo for the sources of mlx-c",
            workspace,
            "from rustup.rs",
        )?;
        let package = package_folder(&output.stdout, PACKAGE)
            .ok_or_else(|| MlxError::NotLocked { lock_file: workspace.join("Cargo.lock"), package: PACKAGE })?;
        let root = package.join("src").join("mlx-c");
        check_version(&root, locked)?;
        Ok(Self { sources: files(&root, "cpp")?, headers: files(&root, "h")?, root })
    }
}

/// The folder of `package` in what `cargo metadata` printed.
fn package_folder(metadata: &[u8], package: &str) -> Option<PathBuf> {
    let metadata: Value = serde_json::from_slice(metadata).ok()?;
    let packages = metadata["packages"].as_array()?;
    let found = packages.iter().find(|found| found["name"] == package)?;
    let manifest = Path::new(found["manifest_path"].as_str()?);
    manifest.parent().map(Path::to_owned)
}

/// Fails where mlx-sys was updated and the wheels were not: the library would not match the bindings.
fn check_version(root: &Path, mlx_sys: &str) -> Result<(), MlxError> {
    let path = root.join("CMakeLists.txt");
    let text = fs::read_to_string(&path).doing(|| format!("reading {}", path.display()))?;
    match wanted_mlx(&text) {
        Some(wanted) if wanted == wheel::MLX_VERSION => Ok(()),
        Some(wanted) => Err(MlxError::VersionMismatch {
            mlx_sys: mlx_sys.to_owned(),
            wanted: wanted.to_owned(),
            brought: wheel::MLX_VERSION,
        }),
        None => Err(MlxError::Layout {
            folder: root.to_owned(),
            missing: "no line `GIT_TAG v…` in CMakeLists.txt names the version of MLX".to_owned(),
        }),
    }
}

/// The version of MLX that mlx-c's own build would fetch.
fn wanted_mlx(cmake: &str) -> Option<&str> {
    let (_, rest) = cmake.split_once("GIT_TAG v")?;
    rest.split(|c: char| c == ')' || c.is_whitespace()).next()
}

fn files(root: &Path, ending: &str) -> Result<Vec<PathBuf>, MlxError> {
    let folder = root.join("mlx").join("c");
    let entries = fs::read_dir(&folder).doing(|| format!("reading {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension() == Some(OsStr::new(ending)))
        .collect();
    if files.is_empty() {
        return Err(MlxError::Layout { folder, missing: format!("there is no `*.{ending}` file") });
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_gives_the_version() {
        let lock = "version = 4\n\n[[package]]\nname = \"mlx-rs\"\nversion = \"0.33.0\"\n\n\
                    [[package]]\nname = \"mlx-sys\"\nversion = \"0.7.0\"\nsource = \"…\"\n";
        assert_eq!(version_in_lock_file(lock, "mlx-sys"), Some("0.7.0"));
        assert_eq!(version_in_lock_file(lock, "mlx"), None);
        assert_eq!(version_in_lock_file("", "mlx-sys"), None);
    }

    #[test]
    fn cargos_report_gives_the_folder() {
        let report = br#"{"packages": [
            {"name": "mlx-rs", "manifest_path": "/r/mlx-rs-0.33.0/Cargo.toml"},
            {"name": "mlx-sys", "manifest_path": "/r/mlx-sys-0.7.0/Cargo.toml"}]}"#;
        assert_eq!(package_folder(report, "mlx-sys"), Some(PathBuf::from("/r/mlx-sys-0.7.0")));
        assert_eq!(package_folder(report, "other"), None);
        assert_eq!(package_folder(b"not json", "mlx-sys"), None);
    }

    #[test]
    fn cmake_names_the_version_of_mlx() {
        assert_eq!(wanted_mlx("  GIT_TAG v0.32.2)\n"), Some("0.32.2"));
        assert_eq!(wanted_mlx("  GIT_TAG v0.32.2\n  SHALLOW)"), Some("0.32.2"));
        assert_eq!(wanted_mlx("project(x)"), None);
    }
}
