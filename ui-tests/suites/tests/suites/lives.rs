//! How long things live, tried on `src/bin/lives.rs`.

use std::collections::BTreeSet;
use std::path::Path;

use crosscheck::Outcome;
use crosscheck::record::CellRecord;

use crate::common::{Output, suite};

/// The outcome and its reason.
fn of<'a>(output: &'a Output, name: &str) -> &'a CellRecord {
    output.outcomes().get(name).copied().unwrap_or_else(|| panic!("no cell `{name}`{output}"))
}

fn run(args: &[&str]) -> Output {
    suite("lives").args(&["--test-threads", "1"]).args(args).run()
}

#[test]
fn a_fresh_backend_is_opened_for_each_cell_and_any_other_one_once() {
    for isolate in [&[][..], &["--isolate"]] {
        let output = run(&[isolate, &["counts_", "is_opened_again"]].concat());
        for n in 1..=3 {
            for name in
                ["counts_from_one::N::reference", "counts_from_one::N::anew", "counts_like_the_baseline::N::anew"]
            {
                let name = name.replace('N', &format!("n_{n}"));
                assert_eq!(of(&output, &name).outcome, Outcome::Passed, "{output}");
            }
        }
        for (n, outcome) in [(1, Outcome::Passed), (2, Outcome::Failed)] {
            assert_eq!(of(&output, &format!("counts_from_one::n_{n}::kept")).outcome, outcome, "{output}");
        }
        // A constructor that fails is no failure of the body.
        let again: Vec<_> =
            ["first", "not_first"].map(|first| of(&output, &format!("is_opened_again::{first}::once"))).into();
        let passed = again.iter().filter(|cell| cell.outcome == Outcome::Passed).count();
        assert_eq!(passed, 1, "{output}");
        let failed = again.iter().find(|cell| cell.outcome == Outcome::Failed).unwrap();
        assert!(failed.setup && failed.reason.contains("the constructor of `once` panicked"), "{output}");
    }
}

#[test]
fn what_fails_while_a_fresh_backend_is_dropped_is_its_cells() {
    for isolate in [&[][..], &["--isolate"]] {
        let output = run(&[isolate, &["drops::"]].concat());
        let armed = of(&output, "drops::armed::anew");
        assert_eq!(armed.outcome, Outcome::Failed, "{output}");
        assert!(armed.reason.ends_with("it was armed (when the backend was dropped)"), "{}", armed.reason);
        let wrong = of(&output, "drops::armed_and_wrong::anew");
        assert!(wrong.outcome == Outcome::Failed && wrong.reason.contains("not seven"), "{output}");
        let baseline = of(&output, "drops::of_the_baseline::anew");
        assert!(baseline.outcome == Outcome::Failed && baseline.setup, "{output}");
        assert!(baseline.reason.starts_with("the baseline `reference` was dropped, and that panicked"), "{output}");
        assert_eq!(of(&output, "drops::not_armed::anew").outcome, Outcome::Passed, "{output}");
        // One that all share is not dropped behind a cell.
        assert_eq!(of(&output, "drops::armed::kept").outcome, Outcome::Passed, "{output}");
    }
}

#[test]
fn the_future_of_a_check_is_run_by_whom_it_names_or_the_subject_does() {
    let output = run(&["futures", "--tag", "slow or not slow"]).exits(0).outcomes().len();
    assert_eq!(output, 7);
}

#[test]
fn tags_select_tests_and_an_executable_may_have_a_selection_of_its_own() {
    let names = |args: &[&str]| {
        let output = suite("lives").args(&["--list", "--exact", "slow", "hangs", "is_quick_enough"]).args(args).run();
        let names: Vec<_> = output.stdout.lines().filter_map(|line| line.strip_suffix("::anew: test")).collect();
        names.join(" ")
    };
    assert_eq!(names(&[]), "hangs is_quick_enough");
    assert_eq!(names(&["--tag", "slow"]), "slow");
    assert_eq!(names(&["--tag", "on-demand and not slow"]), "hangs is_quick_enough");
    assert_eq!(names(&["--tag", "slow or not slow"]), "hangs is_quick_enough slow");
    run(&["--tag", "solw"]).exits(2).complains(
        "error: --tag (CROSSCHECK_TAG): unknown tag `solw`; did you mean `slow`? (known: on-demand, slow)\n  |   solw\n  |   ^",
    );
    run(&["--tag", "slow and"]).exits(2).complains("expected a tag, `not` or `(`, found the end");
    run(&["--exact", "slow"]).exits(2).complains("matches `slow`, --tag \"not slow\" (by default here)");
}

#[test]
fn a_test_may_have_a_time_limit_of_its_own() {
    let output = run(&["--exact", "hangs", "is_quick_enough", "counts_from_one::n_1::anew"]);
    let hangs = of(&output, "hangs::anew");
    assert_eq!(hangs.outcome, Outcome::TimedOut, "{output}");
    assert!(hangs.reason.starts_with("did not end within 300ms"), "{}", hangs.reason);
    assert_eq!(of(&output, "is_quick_enough::anew").outcome, Outcome::Passed, "{output}");
    // Whatever holds for the others.
    let output = run(&["--timeout", "0.2", "--exact", "is_quick_enough"]);
    assert_eq!(of(&output, "is_quick_enough::anew").outcome, Outcome::Passed, "{output}");
}

/// A run of the suite whose record stays: its path, and the names of the cells that fail the run.
fn recorded(name: &str, record: &str, args: &[&str]) -> (String, Vec<String>) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("lives-{}-{record}.jsonl", std::process::id()));
    let _ = std::fs::remove_file(&path);
    suite(name).args(&["--test-threads", "1"]).args(args).env("CROSSCHECK_RECORD", &path).run();
    let cells = CellRecord::read(&path).unwrap();
    let failed = cells.into_iter().filter(|cell| cell.outcome.fails_the_run()).map(|cell| cell.name);
    let failed: BTreeSet<_> = failed.collect();
    (path.to_str().unwrap().to_owned(), failed.into_iter().collect())
}

#[test]
fn what_failed_the_last_time_is_run_again() {
    let (record, failed) = recorded("lives", "some", &["counts_from_one", "drops::"]);
    assert_eq!(failed.len(), 5, "{failed:?}");
    for isolate in [&[][..], &["--isolate"]] {
        let again = run(&[isolate, &["--last-failed", &record]].concat());
        assert_eq!(again.outcomes().into_keys().collect::<Vec<_>>(), failed, "{again}");
    }
    // Other filters hold as well.
    let again = run(&["--last-failed", &record, "drops::"]);
    assert_eq!(again.outcomes().len(), 3, "{again}");
    std::fs::remove_file(&record).unwrap();

    let (good, _) = recorded("lives", "none", &["--exact", "drops::not_armed"]);
    run(&["--last-failed", &good]).exits(2).complains("--last-failed (CROSSCHECK_LAST_FAILED): no cell failed in ");
    run(&["--last-failed", &good, "--no-tests", "pass"]).exits(0);
    std::fs::remove_file(&good).unwrap();
    let (other, _) = recorded("comparisons", "other", &["--exact", "in_terms_of_its_own"]);
    run(&["--last-failed", &other]).exits(2).complains("is a record of `comparisons`, not of `lives`");
    std::fs::remove_file(&other).unwrap();
    run(&["--last-failed", "/"]).exits(2).complains("/ is not a file, but a folder, a pipe or a device");
    run(&["--last-failed", "no_such_file"])
        .exits(2)
        .complains("--last-failed (CROSSCHECK_LAST_FAILED): no_such_file: ");
    run(&["--last-failed", "--resume"]).exits(2).complains("cannot be used with");
    let nextest = suite("lives").args(&["--last-failed"]).env("NEXTEST", "1").run();
    nextest.exits(2).complains("use its own `--rerun`");
}
