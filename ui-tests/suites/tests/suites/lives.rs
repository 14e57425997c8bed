//! How long things live, tried on `src/bin/lives.rs`.

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
            for name in ["counts_from_one::N::reference", "counts_from_one::N::anew", "counts_like_the_baseline::N::anew"] {
                let name = name.replace('N', &n.to_string());
                assert_eq!(of(&output, &name).outcome, Outcome::Passed, "{output}");
            }
            let kept = of(&output, &format!("counts_from_one::{n}::kept"));
            assert_eq!(kept.outcome, if n == 1 { Outcome::Passed } else { Outcome::Failed }, "{output}");
        }
        // A constructor that fails is no failure of the body.
        let again: Vec<_> =
            ["true", "false"].map(|first| of(&output, &format!("is_opened_again::{first}::once"))).into();
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
        "error: --tag (CROSSCHECK_TAG): unknown tag `solw`; did you mean `slow`? (known: on-demand, slow)\n  solw\n  ^",
    );
    run(&["--tag", "slow and"]).exits(2).complains("expected a tag, `not` or `(`, found the end");
    run(&["--exact", "slow"]).exits(2).complains("matches `slow`, --tag \"not slow\" (by default here)");
}

#[test]
fn a_test_may_have_a_time_limit_of_its_own() {
    let output = run(&["--exact", "hangs", "is_quick_enough", "counts_from_one::1::anew"]);
    let hangs = of(&output, "hangs::anew");
    assert_eq!(hangs.outcome, Outcome::TimedOut, "{output}");
    assert!(hangs.reason.starts_with("did not end within 300ms"), "{}", hangs.reason);
    assert_eq!(of(&output, "is_quick_enough::anew").outcome, Outcome::Passed, "{output}");
    // Whatever holds for the others.
    let output = run(&["--timeout", "0.2", "--exact", "is_quick_enough"]);
    assert_eq!(of(&output, "is_quick_enough::anew").outcome, Outcome::Passed, "{output}");
}

#[test]
fn what_failed_the_last_time_is_run_again() {
    let first = run(&["counts_from_one", "drops::"]);
    let record = kept(&first);
    let failed: Vec<_> = first.outcomes().into_iter().filter(|(_, cell)| cell.outcome.fails_the_run()).collect();
    let failed: Vec<_> = failed.into_iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(failed.len(), 5, "{first}");
    for isolate in [&[][..], &["--isolate"]] {
        let again = run(&[isolate, &["--last-failed", &record]].concat());
        assert_eq!(again.outcomes().into_keys().collect::<Vec<_>>(), failed, "{again}");
    }
    // Other filters hold as well.
    let again = run(&["--last-failed", &record, "drops::"]);
    assert_eq!(again.outcomes().len(), 3, "{again}");

    let good = run(&["--exact", "drops::not_armed"]);
    let record = kept(&good);
    run(&["--last-failed", &record]).exits(2).complains("--last-failed (CROSSCHECK_LAST_FAILED): no cell failed in ");
    run(&["--last-failed", &record, "--no-tests", "pass"]).exits(0);
    run(&["--last-failed", "/"]).exits(2).complains("/ is not a file, but a folder, a pipe or a device");
    run(&["--last-failed", "no_such_file"]).exits(2).complains("--last-failed (CROSSCHECK_LAST_FAILED): no_such_file: ");
    let other = kept(&suite("comparisons").args(&["--exact", "in_terms_of_its_own"]).run());
    run(&["--last-failed", &other]).exits(2).complains("is a record of `comparisons`, not of `lives`");
    run(&["--last-failed", "--resume"]).exits(2);
}
