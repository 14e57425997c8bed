//! `cargo xtask test`: everything that CI runs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crosscheck::Outcome;
use crosscheck::record::CellRecord;

use crate::cargo::cargo;
use crate::error::TaskError;
use crate::matrix::SUITES;
use crate::record::fresh;
use crate::{mlx, model, mutants, nextest};

/// Runs every check, the quick ones first.
pub fn test() -> Result<(), TaskError> {
    cargo(&["fmt", "--all", "--check"]).run()?;
    mlx::provision(&mlx::Options::default())?;
    lint()?;
    // Unit tests, doc tests, ui-tests, the suite on the reference alone, and beside candle.
    cargo(&["test", "--workspace"]).run()?;
    let backends = cargo(&[
        "test",
        "-p",
        "crosscheck-backends",
        "-p",
        "crosscheck-inference",
        "--features",
        "metal,crosscheck-inference/chat",
    ]);
    let is_model_there = model::present().is_some();
    // What is there has to be found by its tests too.
    if is_model_there { backends.env("CROSSCHECK_REQUIRE_MODEL", "1") } else { backends }.run()?;
    suite_under_both_runners()?;
    mutants::mutants(&mutants::Options::default())?;
    if !is_model_there {
        println!("\nthe tests of the real model were not run: {}; `cargo xtask chat` fetches it", model::MISSING);
    }
    Ok(())
}

fn lint() -> Result<(), TaskError> {
    let deny = ["--", "-D", "warnings"];
    cargo(&[&["clippy", "--workspace", "--all-targets"][..], &deny].concat()).run()?;
    cargo(&[&["clippy", "-p", "crosscheck", "--no-default-features"][..], &deny].concat()).run()?;
    for feature in ["mlx", "metal"] {
        let packages =
            ["-p", "crosscheck-backends", "-p", "crosscheck-kernel-suite", "-p", "crosscheck-inference-suite"];
        let what = ["--all-targets", "--features", feature];
        cargo(&[&["clippy"][..], &packages, &what, &deny].concat()).run()?;
    }
    // All of the inference runtime, and all that is measured.
    for (package, features) in
        [("crosscheck-inference", "metal,chat"), ("crosscheck-inference-benches", "mlx,candle,flamegraph")]
    {
        let what = ["-p", package, "--all-targets", "--features", features];
        cargo(&[&["clippy"][..], &what, &deny].concat()).run()?;
    }
    cargo(&["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings").run()
}

/// The suites on all backends, by `cargo test` and by `cargo nextest`, which have to see the same.
fn suite_under_both_runners() -> Result<(), TaskError> {
    nextest::provide()?;
    nextest::configure(&nextest::Options { check: true })?;
    let run = |args: &[&str], record: &PathBuf| {
        cargo(args).env("CROSSCHECK_REQUIRE", "mlx_cpu").env("CROSSCHECK_RECORD", record).run()
    };
    for suite in SUITES {
        // Two suites are two records.
        let (by_test, by_nextest) = (fresh("test")?, fresh("nextest")?);
        run(&[&["test"][..], &suite, &["--", "--format", "terse"]].concat(), &by_test)?;
        run(&[&["nextest", "run", "--status-level", "fail"][..], &suite].concat(), &by_nextest)?;
        agree(
            &CellRecord::read(&by_test).map_err(TaskError::Record)?,
            &CellRecord::read(&by_nextest).map_err(TaskError::Record)?,
        )?;
    }
    Ok(())
}

/// nextest does not start the cells that are skipped or unavailable, nor those that are known not to be implemented; every
/// other one has to have the same outcome.
fn agree(by_test: &[CellRecord], by_nextest: &[CellRecord]) -> Result<(), TaskError> {
    let started = |cell: &&CellRecord| !matches!(cell.outcome, Outcome::Skipped | Outcome::Unavailable);
    let test: BTreeMap<_, _> = by_test.iter().filter(started).map(|cell| (&cell.name, cell.outcome)).collect();
    let nextest: BTreeMap<_, _> = by_nextest.iter().map(|cell| (&cell.name, cell.outcome)).collect();
    let outcome = |outcome: Option<&Outcome>| outcome.map_or("not run", |outcome| outcome.as_str());
    let names: std::collections::BTreeSet<_> = test.keys().chain(nextest.keys()).collect();
    let differences: Vec<_> = names
        .into_iter()
        .filter(|name| match (test.get(*name), nextest.get(*name)) {
            (Some(Outcome::NotImplemented), None) => false,
            (test, nextest) => test != nextest,
        })
        .map(|name| format!("  {name}: {} and {}", outcome(test.get(name)), outcome(nextest.get(name))))
        .collect();
    if differences.is_empty() && !nextest.is_empty() {
        println!("\n`cargo test` and `cargo nextest` agree on {} cells", nextest.len());
        return Ok(());
    }
    Err(TaskError::RunnersDisagree(differences.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(name: &str, outcome: Outcome) -> CellRecord {
        let text = format!(
            r#"{{"name":"{name}","test":"{name}","backend":"reference","markers":[],"row":null,"outcome":"passed","origin":"","duration_us":0}}"#
        );
        let mut cell: CellRecord = serde_json::from_str(&text).unwrap();
        cell.outcome = outcome;
        cell
    }

    #[test]
    fn equal_outcomes_agree_and_what_is_not_started_does_not_count() {
        let (passed, missing) = (cell("a", Outcome::Passed), cell("d", Outcome::NotImplemented));
        let others = [cell("b", Outcome::Skipped), cell("c", Outcome::Unavailable), missing.clone()];
        let by_test: Vec<_> = [passed.clone()].into_iter().chain(others).collect();
        assert!(agree(&by_test, std::slice::from_ref(&passed)).is_ok());
        // Some of them only the run can tell.
        assert!(agree(&by_test, &[passed, missing]).is_ok());
    }

    #[test]
    fn another_outcome_a_missing_cell_an_additional_one_and_none_at_all_disagree() {
        let passed = [cell("a", Outcome::Passed)];
        for (by_test, by_nextest) in [
            (&passed[..], &[cell("a", Outcome::XFailed)][..]),
            (&passed, &[]),
            (&[cell("a", Outcome::Skipped)], &passed),
            (&[cell("a", Outcome::NotImplemented)], &passed),
            (&[], &[]),
        ] {
            assert!(agree(by_test, by_nextest).is_err(), "{by_test:?} {by_nextest:?}");
        }
    }
}
