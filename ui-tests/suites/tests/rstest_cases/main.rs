//! Cases, values and fixtures of rstest.
//!
//! rstest makes cases under `cfg(test)` only, so that no program of `src/bin/` can hold them. This executable is the suite
//! where a variable is set, and otherwise the test that runs itself as the suite.

#[path = "../common/mod.rs"]
#[allow(dead_code, reason = "the other tests use more of it")]
mod common;
mod suite;

use std::collections::BTreeMap;
use std::process::ExitCode;

use common::{Output, Suite, suite_at};
use crosscheck::Outcome::{self, Crashed, Failed, Flaky, Passed, Skipped, TimedOut, XChanged, XFailed, XPassed};
use libtest_mimic::{Arguments, Trial};
use suite::Store;

// At the root, so that the names of its cells are those that the page on rstest gives.
include!("sample.rs");

const AS_SUITE: &str = "RSTEST_CASES_AS_SUITE";

fn main() -> ExitCode {
    if std::env::var_os(AS_SUITE).is_some() {
        return suite::run();
    }
    let tests: [(&str, fn()); 7] = [
        ("every_cell_comes_to_what_the_model_says", every_cell_comes_to_what_the_model_says),
        ("what_never_ends_is_a_failed_set_up_too", what_never_ends_is_a_failed_set_up_too),
        ("failures_say_why", failures_say_why),
        ("the_list_holds_every_cell", the_list_holds_every_cell),
        ("the_name_of_the_function_means_all_of_its_cells", the_name_of_the_function_means_all_of_its_cells),
        ("a_case_is_filtered_by_its_name", a_case_is_filtered_by_its_name),
        ("the_page_shows_the_sample_and_its_cells", the_page_shows_the_sample_and_its_cells),
    ];
    let trials = tests.map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}

/// Every cell, in the order of the list.
const CELLS: &[(&str, Outcome)] = &[
    ("keys::case_1_ascii::tree", Passed),
    ("keys::case_1_ascii::short", XFailed),
    ("keys::case_2_umlauts::tree", Passed),
    ("keys::case_2_umlauts::short", XFailed),
    ("suite::body_crashes::tree", Crashed),
    ("suite::body_crashes::short", XFailed),
    ("suite::body_fails_under::any::tree", Failed),
    ("suite::body_fails_under::any::short", XFailed),
    ("suite::body_fails_under::error::tree", Failed),
    ("suite::body_fails_under::error::short", XChanged),
    ("suite::body_fails_under::panic::tree", Failed),
    ("suite::body_fails_under::panic::short", XFailed),
    ("suite::body_fails_under::mismatch::tree", Failed),
    ("suite::body_fails_under::mismatch::short", XChanged),
    ("suite::body_fails_under::timeout::tree", Failed),
    ("suite::body_fails_under::timeout::short", XChanged),
    ("suite::body_fails_under::crash::tree", Failed),
    ("suite::body_fails_under::crash::short", XChanged),
    ("suite::body_fails_under::flaky::tree", Failed),
    ("suite::body_fails_under::flaky::short", Failed),
    ("suite::body_hangs::tree", TimedOut),
    ("suite::body_hangs::short", XFailed),
    ("suite::case_fails::case_1::tree", Failed),
    ("suite::case_fails::case_1::short", Failed),
    ("suite::cases_and_an_axis::case_1_negative::n_1::tree", Passed),
    ("suite::cases_and_an_axis::case_1_negative::n_1::short", Passed),
    ("suite::cases_and_an_axis::case_1_negative::n_2::tree", Passed),
    ("suite::cases_and_an_axis::case_1_negative::n_2::short", Passed),
    ("suite::cases_and_an_axis::case_2::n_1::tree", Passed),
    ("suite::cases_and_an_axis::case_2::n_1::short", Passed),
    ("suite::cases_and_an_axis::case_2::n_2::tree", Passed),
    ("suite::cases_and_an_axis::case_2::n_2::short", Passed),
    ("suite::cases_and_data::case_1_negative::plain::tree", Passed),
    ("suite::cases_and_data::case_1_negative::plain::short", Passed),
    ("suite::cases_and_data::case_1_negative::two%20words::tree", Passed),
    ("suite::cases_and_data::case_1_negative::two%20words::short", Passed),
    ("suite::cases_and_data::case_2::plain::tree", Passed),
    ("suite::cases_and_data::case_2::plain::short", Passed),
    ("suite::cases_and_data::case_2::two%20words::tree", Passed),
    ("suite::cases_and_data::case_2::two%20words::short", Passed),
    ("suite::cases_and_values::case_1_one::addend_1_0::tree", Passed),
    ("suite::cases_and_values::case_1_one::addend_1_0::short", Skipped),
    ("suite::cases_and_values::case_1_one::addend_2_1::tree", Passed),
    ("suite::cases_and_values::case_1_one::addend_2_1::short", Skipped),
    ("suite::files_of_rstest::path_1_tests_rstest_cases_sample_rs::tree", Passed),
    ("suite::files_of_rstest::path_1_tests_rstest_cases_sample_rs::short", Passed),
    ("suite::files_of_rstest::path_2_tests_rstest_cases_suite_rs::tree", Passed),
    ("suite::files_of_rstest::path_2_tests_rstest_cases_suite_rs::short", Passed),
    ("suite::fixture_crashes::tree", Failed),
    ("suite::fixture_crashes::short", Failed),
    ("suite::fixture_fails::tree", Failed),
    ("suite::fixture_fails::short", Failed),
    ("suite::fixture_fails_on_the_baseline::case_1::short", Failed),
    ("suite::fixture_fails_the_second_time::short", Failed),
    ("suite::fixture_fails_under::any::tree", Failed),
    ("suite::fixture_fails_under::any::short", Failed),
    ("suite::fixture_fails_under::error::tree", Failed),
    ("suite::fixture_fails_under::error::short", Failed),
    ("suite::fixture_fails_under::panic::tree", Failed),
    ("suite::fixture_fails_under::panic::short", Failed),
    ("suite::fixture_fails_under::mismatch::tree", Failed),
    ("suite::fixture_fails_under::mismatch::short", Failed),
    ("suite::fixture_fails_under::timeout::tree", Failed),
    ("suite::fixture_fails_under::timeout::short", Failed),
    ("suite::fixture_fails_under::crash::tree", Failed),
    ("suite::fixture_fails_under::crash::short", Failed),
    ("suite::fixture_fails_under::flaky::tree", Failed),
    ("suite::fixture_fails_under::flaky::short", Failed),
    ("suite::fixture_hangs::tree", Failed),
    ("suite::fixture_hangs::short", Failed),
    ("suite::fixture_wavers::short", Flaky),
    ("suite::fixtures::tree", Passed),
    ("suite::fixtures::short", Passed),
    ("suite::given_by_the_module::asserted::case_1::tree", Passed),
    ("suite::given_by_the_module::asserted::case_1::short", Skipped),
    ("suite::given_by_the_module::compared::case_1::short", Skipped),
    ("suite::one_case_fails::case_1_right::tree", Passed),
    ("suite::one_case_fails::case_1_right::short", Passed),
    ("suite::one_case_fails::case_2_wrong::tree", Failed),
    ("suite::one_case_fails::case_2_wrong::short", Failed),
    ("suite::stale::case_1_fits::short", XPassed),
    ("suite::value_fails::value_1_no_case__::short", Failed),
    ("suite::values::key_1___a__::value_1_1::short", Passed),
    ("suite::values::key_1___a__::value_2_2::short", Passed),
    ("suite::values::key_2___b__::value_1_1::short", Passed),
    ("suite::values::key_2___b__::value_2_2::short", Passed),
];

fn this_as_suite() -> Suite {
    let program = std::env::current_exe().unwrap();
    suite_at(&program, "rstest_cases").env(AS_SUITE, "1")
}

/// Exactly the cells of the model whose names are `wanted` were run, and came to what it says.
#[track_caller]
fn came_to(output: &Output, wanted: impl Fn(&str) -> bool) {
    let recorded: BTreeMap<_, _> = output.outcomes().into_iter().map(|(name, cell)| (name, cell.outcome)).collect();
    let expected: BTreeMap<_, _> = CELLS.iter().copied().filter(|(name, _)| wanted(name)).collect();
    assert_eq!(recorded, expected, "other outcomes than the model says{output}");
    let fails = expected.values().any(|outcome| outcome.fails_the_run());
    output.exits(if fails { 101 } else { 0 });
}

fn every_cell_comes_to_what_the_model_says() {
    // What ends the process or hangs on a backend without a row is not for the process of the run.
    let is_deadly = |name: &str| name.contains("_crashes::tree") || name.contains("_hangs::");
    let skipped = ["--skip", "_crashes::tree", "--skip", "_hangs::"];
    let together = this_as_suite().args(&skipped).run();
    came_to(&together, |name| !is_deadly(name));
    // In the process of the run, its second attempt passes.
    let wavers = "suite::fixture_wavers::";
    let isolated = this_as_suite().args(&["--isolate", "--skip", "_hangs::", "--skip", wavers]).run();
    came_to(&isolated, |name| !name.contains("_hangs::") && !name.starts_with(wavers));
    for output in [together, isolated] {
        for (name, cell) in output.outcomes() {
            let fails_early = ["suite::fixture_", "suite::case_fails", "suite::value_fails"];
            let is_set_up = cell.outcome == Failed && fails_early.iter().any(|begin| name.starts_with(begin));
            assert_eq!(cell.setup, is_set_up, "`{name}`: {cell:?}{output}");
        }
    }
}

fn what_never_ends_is_a_failed_set_up_too() {
    let output = this_as_suite().args(&["--timeout", "10", "--test-threads", "4", "_hangs::"]).run();
    came_to(&output, |name| name.contains("_hangs::"));
    for (name, cell) in output.outcomes() {
        assert_eq!(cell.setup, name.contains("fixture_"), "`{name}`: {cell:?}{output}");
    }
}

fn failures_say_why() {
    let output = this_as_suite().args(&["--skip", "_crashes::tree", "--skip", "_hangs::"]).run();
    let outcomes = output.outcomes();
    let fixture = "what comes before the body (a fixture, or a value of its case) panicked at ";
    for (name, reason) in [
        ("suite::one_case_fails::case_2_wrong::short", "the case is wrong"),
        ("suite::fixture_fails::short", "the fixture is broken"),
        ("suite::fixture_fails_under::any::short", fixture),
        (
            "suite::fixture_crashes::short",
            "what comes before the body (the constructor of `short`, the baseline, or a fixture) ended",
        ),
        ("suite::fixture_fails_on_the_baseline::case_1::short", "the fixture is broken"),
        ("suite::stale::case_1_fits::short", "delete row `long_keys` of `short` at "),
        ("keys::case_2_umlauts::short", "keys of more than 8 bytes"),
    ] {
        let found = &outcomes[name].reason;
        assert!(found.contains(reason), "`{name}`: {found:?}{output}");
    }
    // A target of this crate name may have a dash.
    let wrong = "suite::one_case_fails::case_2_wrong::short";
    output.says(&format!("cargo test -p crosscheck-ui-tests-suites --test 'rstest?cases' -- --exact {wrong}\n"));
}

fn the_list_holds_every_cell() {
    let output = this_as_suite().args(&["--list", "--format", "terse"]).run();
    let names: String = CELLS.iter().map(|(name, _)| format!("{name}: test\n")).collect();
    assert_eq!(output.exits(0).ran_nothing().stdout, names, "another list{output}");
}

fn the_name_of_the_function_means_all_of_its_cells() {
    for test in ["keys", "suite::values", "suite::cases_and_values", "suite::fixtures", "suite::fixture_fails"] {
        let output = this_as_suite().args(&["--exact", test]).run();
        came_to(&output, |name| name.starts_with(&format!("{test}::")));
    }
}

fn a_case_is_filtered_by_its_name() {
    let output = this_as_suite().args(&["--exact", "suite::one_case_fails::case_1_right"]).run();
    came_to(&output, |name| name.starts_with("suite::one_case_fails::case_1_right::"));
    let output = this_as_suite().args(&["umlauts"]).run();
    came_to(&output, |name| name.contains("umlauts"));
}

fn the_page_shows_the_sample_and_its_cells() {
    let page = include_str!("../../../../docs/src/rstest.md");
    let block = |language: &str| {
        let (_, rest) = page.split_once(&format!("```{language}\n")).expect("the page has the block");
        rest.split_once("```").expect("the block ends").0
    };
    assert_eq!(block("rust"), include_str!("sample.rs"));
    let listed = this_as_suite().args(&["--list", "--format", "terse", "--exact", "keys"]).run();
    assert_eq!(block("text"), listed.stdout.replace(": test\n", "\n"), "other names{listed}");
}
