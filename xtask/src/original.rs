//! The example `from-pytest` beside the pytest suite that it was: every cell has to come to the same there and here, except where its
//! README says so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crosscheck::Outcome;

use crate::cargo::{Cargo, program};
use crate::error::TaskError;
use crate::python::{self, Environment};
use crate::record::{fresh, read};
use crate::workspace::root;

/// pytest.
pub const PYTEST: Environment =
    Environment { requirements: "examples/from-pytest/original/requirements.txt", folder: "target/original-python" };
const SUITE: &str = "examples/from-pytest/original";
const README: &str = "examples/from-pytest/README.md";

/// Runs both, and holds what differs against the README. `port` is the run of the example.
pub fn compare(port: Cargo) -> Result<(), TaskError> {
    let python = python::provide(PYTEST)?;
    // Nothing of the user's, and nothing that stays.
    let args = ["-E", "-B", "-m", "pytest", "--verbose", "--tb=no", "--color=no", "-p", "no:cacheprovider", SUITE];
    let there = outcomes(&program(&python, &args).output()?);
    let record = fresh("from-pytest")?;
    port.env("CROSSCHECK_RECORD", &record).run_silently()?;
    let here = read(&record)?.into_iter().map(|cell| (cell.name, word(cell.outcome).to_owned())).collect();
    let differences = differences(&there, &here);
    let readme = std::fs::read_to_string(root().join(README))
        .map_err(|source| TaskError::Io { path: root().join(README), source })?;
    let block = format!("\n```text\n{differences}```\n");
    if there.is_empty() || !readme.contains(&block) {
        return Err(TaskError::OriginalDiffers { file: README, cells: there.len(), differences });
    }
    println!("\nthe example from-pytest is its original, except for what its README says: {} cells", there.len());
    Ok(())
}

/// What `pytest --verbose` says of each test, by the name of the cell.
fn outcomes(printed: &str) -> BTreeMap<String, String> {
    let lines = printed.lines().filter_map(|line| {
        let (test, rest) = line.split_once(' ')?;
        let (file, test) = test.split_once("::")?;
        let outcome = match rest.split_whitespace().next()? {
            "PASSED" => "passed",
            "XFAIL" => "xfailed",
            "SKIPPED" => "skipped",
            other => other,
        };
        Some((cell(Path::new(file), test)?, outcome.to_owned()))
    });
    lines.collect()
}

/// `original/test_fields.py` and `test_shift[compiled-back]` are `fields::shift::back::compiled`.
fn cell(file: &Path, test: &str) -> Option<String> {
    let module = file.file_stem()?.to_str()?.strip_prefix("test_")?;
    let (test, parameters) = test.strip_prefix("test_")?.strip_suffix(']')?.split_once('[')?;
    Some(match parameters.split_once('-') {
        Some((backend, case)) => format!("{module}::{test}::{case}::{backend}"),
        None => format!("{module}::{test}::{parameters}"),
    })
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::XFailed => "xfailed",
        Outcome::Skipped => "skipped",
        _ => "anything else",
    }
}

/// The cells that come to something else, a line each.
fn differences(there: &BTreeMap<String, String>, here: &BTreeMap<String, String>) -> String {
    let names: BTreeSet<_> = there.keys().chain(here.keys()).collect();
    let of =
        |outcomes: &BTreeMap<String, String>, name| outcomes.get(name).map_or("nothing", String::as_str).to_owned();
    let lines = names.into_iter().filter_map(|name| {
        let (there, here) = (of(there, name), of(here, name));
        (there != here).then(|| format!("{name}: {there} there, {here} here\n"))
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pytest_prints_is_read_by_the_names_of_the_cells() {
        let printed = "collected 4 items\n\no/test_a.py::test_b[x] PASSED [ 25%]\no/test_a.py::test_b[x-c-d] XFAIL (why) [ 50%]\n\
                       o/test_a.py::test_e[y] SKIPPED (o) [ 75%]\no/test_a.py::test_e[z] ERROR [100%]\n\n== 4 ==\n";
        let read = outcomes(printed);
        let expected =
            [("a::b::c-d::x", "xfailed"), ("a::b::x", "passed"), ("a::e::y", "skipped"), ("a::e::z", "ERROR")];
        assert_eq!(read, expected.map(|(name, outcome)| (name.to_owned(), outcome.to_owned())).into());
    }

    #[test]
    fn a_cell_that_is_on_one_side_only_differs_too() {
        let of = |cells: &[(&str, &str)]| cells.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let (there, here) = (
            of(&[("a", "passed"), ("b", "xfailed"), ("c", "passed")]),
            of(&[("a", "passed"), ("b", "passed"), ("d", "skipped")]),
        );
        let expected = "b: xfailed there, passed here\nc: passed there, nothing here\nd: nothing there, skipped here\n";
        assert_eq!(differences(&there, &here), expected);
        assert_eq!(differences(&there, &there), "");
    }
}
