//! `cargo xtask formats`: what `cargo crosscheck` writes, read by programs that know nothing of it.

use std::ffi::OsStr;

use crate::built::{build, find};
use crate::cargo::program;
use crate::error::TaskError;
use crate::python::{self, Environment};
use crate::record::fresh;
use crate::workspace::root;

const READERS: Environment =
    Environment { requirements: "xtask/formats/requirements.txt", folder: "target/formats-python" };
const SCRIPT: &str = "xtask/formats/check.py";
/// What is read of statements, and of what several runs come to; it makes its own records.
const PUBLISHED: &str = "xtask/formats/check_published.py";
/// Records that were written for this: the first one has every outcome, the other one is hostile.
const WRITTEN: [&str; 2] = ["cli/tests/records/every.jsonl", "cli/tests/records/hostile.jsonl"];
/// Suites whose records are read besides. The second one lies wherever it can.
const SUITES: [&str; 2] = ["outcomes", "liar"];

/// Shows records in every format, and has each of them read back.
pub fn formats() -> Result<(), TaskError> {
    let python = python::provide(READERS)?;
    let built = build(&["-p", "crosscheck-cli", "-p", "crosscheck-ui-tests-suites"])?;
    let command = &find(&built, "crosscheck-cli", "cargo-crosscheck")?.path;
    let mut records = WRITTEN.map(|record| root().join(record)).to_vec();
    for suite in SUITES {
        let record = fresh(&format!("formats-{suite}"))?;
        let run = program(&find(&built, "crosscheck-ui-tests-suites", suite)?.path, &[]);
        run.env("CROSSCHECK_RECORD", &record).run_silently()?;
        records.push(record);
    }
    let script = root().join(SCRIPT);
    let args = [script.as_path(), command].into_iter().chain(records.iter().map(|record| record.as_path()));
    python::run(&python, &args.map(AsRef::<OsStr>::as_ref).collect::<Vec<_>>())?;
    python::run(&python, &[root().join(PUBLISHED).as_os_str(), command.as_os_str()])
}
