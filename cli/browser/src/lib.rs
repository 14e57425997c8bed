//! The pages of `cargo crosscheck` in a browser, for the tests of this package: `cargo xtask pages` provides the browser, its
//! driver, the command and the checks of accessibility, and names them in the environment.

#![forbid(unsafe_code)]

mod browser;
mod record;

use std::path::{Path, PathBuf};
use std::process::Command;

pub use browser::{Browser, in_browser};
pub use record::{Cell, cell, demo, lines, suite};
use serde_json::Value;

/// A page that the command made of a record, in a folder of its own.
pub struct Page {
    folder: tempfile::TempDir,
}

impl Page {
    /// What `cargo crosscheck report` makes of these lines.
    ///
    /// # Panics
    /// When it makes nothing.
    #[must_use]
    pub fn of(lines: &[Value]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let record = folder.path().join("record.jsonl");
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(&record, text).unwrap();
        let page = Self { folder };
        let mut report = Command::new(provided("CROSSCHECK_CLI"));
        let output = report.arg("report").arg(&record).arg("--output").arg(page.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        page
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("report.html")
    }

    /// Its address, with this behind `#`.
    #[must_use]
    pub fn url(&self, state: &str) -> String {
        format!("file://{}#{state}", self.path().display())
    }
}

/// What `cargo xtask pages` has provided under this name.
///
/// # Panics
/// Where it has not.
#[must_use]
pub fn provided(name: &str) -> PathBuf {
    let path = std::env::var_os(name).unwrap_or_else(|| panic!("`cargo xtask pages` sets {name}, and runs this"));
    assert!(Path::new(&path).exists(), "{name} is {}, which is not there", path.display());
    path.into()
}
