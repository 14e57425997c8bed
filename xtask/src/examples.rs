//! `cargo xtask examples`: the examples, what they print in their READMEs, and the picture of what the suite of README.md prints.
//!
//! They are a workspace of their own, as strangers would have it: what they depend on is nothing else's.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cargo::cargo;
use crate::error::TaskError;
use crate::original;
use crate::terminal;
use crate::workspace::root;

/// What to do with the examples.
#[derive(Debug, Default, Args)]
pub struct Options {
    /// Only check that the READMEs and the picture are current
    #[arg(long)]
    check: bool,
}

impl Options {
    pub const CHECK: Self = Self { check: true };
}

const WORKSPACE: [&str; 5] = ["--manifest-path", "examples/Cargo.toml", "--target-dir", "target/examples", "--locked"];
/// The report stands between these lines.
const MARKS: [&str; 2] = ["<!-- Written by `cargo xtask examples`. -->\n", "<!-- Here ends the report. -->\n"];

/// Runs all tests of the examples, holds the one that was a pytest suite against that, and writes the report of each suite into its README, and that of README.md as a picture.
pub fn examples(options: &Options) -> Result<(), TaskError> {
    cargo(&["fmt", "--manifest-path", WORKSPACE[1], "--all", "--check"]).run()?;
    let test = [&["test", "--quiet"][..], &WORKSPACE].concat();
    cargo(&[&test[..], &["--workspace"]].concat()).run()?;
    for package in packages()? {
        let suite = ["-p", package.as_str(), "--test", "conformance", "--", "--format", "terse"];
        let printed = cargo(&[&test[..], &suite].concat()).output()?;
        let path = root().join("examples").join(&package).join("README.md");
        let failed = |source| TaskError::Io { path: path.clone(), source };
        let readme = std::fs::read_to_string(&path).map_err(failed)?;
        let current = between(&readme, &report(&printed))
            .ok_or(TaskError::NoPlace { file: "an example's README.md", marks: MARKS })?;
        if current == readme {
            continue;
        }
        if options.check {
            println!("\n{} has to be:\n\n{current}", path.display());
            return Err(TaskError::NotCurrent { file: "an example's README.md", task: "cargo xtask examples" });
        }
        std::fs::write(&path, current).map_err(failed)?;
    }
    let port = ["-p", "from-pytest", "--test", "conformance"];
    original::compare(cargo(&[&test[..], &port].concat()))?;
    terminal::picture(options.check)
}

/// The folders of the examples, which are called as their packages are.
fn packages() -> Result<Vec<String>, TaskError> {
    let folder = root().join("examples");
    let failed = |source| TaskError::Io { path: folder.clone(), source };
    let entries: Vec<PathBuf> = std::fs::read_dir(&folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(failed)?;
    let is_package = |path: &&PathBuf| path.join("Cargo.toml").is_file();
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let mut packages: Vec<_> = entries.iter().filter(is_package).filter_map(|path| name(path)).collect();
    packages.sort_unstable();
    Ok(packages)
}

/// What is printed behind the cells, without the path of the record on this machine and the times of this run.
fn report(printed: &str) -> String {
    let mut is_timed = false;
    let lines = printed.lines().skip_while(|line| !line.starts_with('─')).filter(|line| {
        is_timed = *line == "slowest cells" || is_timed && line.starts_with("    ");
        !is_timed && !line.starts_with("record: ")
    });
    let mut report: Vec<_> = lines.collect();
    report.truncate(report.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1));
    report.join("\n") + "\n"
}

/// The text with another report between the marks.
fn between(text: &str, report: &str) -> Option<String> {
    let (before, rest) = text.split_once(MARKS[0])?;
    let (_, after) = rest.split_once(MARKS[1])?;
    Some([before, MARKS[0], "\n```text\n", report, "```\n\n", MARKS[1], after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_what_stands_behind_the_cells() {
        let printed = "\nrunning 2 tests\n..\n\n──\n a\n──\n\nslowest cells\n    2.00 s  a\n    1.00 s  b\n2 cells\nrecord: /tmp/r.jsonl\n\n";
        assert_eq!(report(printed), "──\n a\n──\n\n2 cells\n");
    }

    #[test]
    fn what_stands_around_the_report_stays() {
        let text = format!("a\n{}old\n{}b\n", MARKS[0], MARKS[1]);
        let expected = format!("a\n{}\n```text\nnew\n```\n\n{}b\n", MARKS[0], MARKS[1]);
        assert_eq!(between(&text, "new\n"), Some(expected.clone()));
        assert_eq!(between(&expected, "new\n"), Some(expected));
        assert_eq!(between("no marks", "new"), None);
    }

    #[test]
    fn every_example_has_a_place_for_its_report() {
        crate::workspace::find().unwrap();
        let packages = packages().unwrap();
        assert!(!packages.is_empty(), "{packages:?}");
        for package in packages {
            let readme = std::fs::read_to_string(root().join("examples").join(&package).join("README.md")).unwrap();
            assert!(between(&readme, "").is_some(), "{package}");
        }
    }
}
