//! What is said of values that are a number, tried on `src/bin/scalars.rs` in every way of running.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crosscheck::Outcome::{self, Passed, Skipped, Vacuous, XFailed};
use crosscheck::internals::judge_constants;
use crosscheck::record::CellRecord;

use crate::common::{Output, suite};

/// What each cell comes to, and whether only all cases of its test together show that.
const CELLS: &[(&str, Outcome, bool)] = &[
    ("a_constant_of_a_narrower_type::small", Vacuous, false),
    ("a_root_or_none::above::small", Passed, false),
    ("a_root_or_none::above::twin", Passed, false),
    ("a_root_or_none::below::small", Passed, false),
    ("a_root_or_none::below::twin", Passed, false),
    ("always_false::n_1::small", Vacuous, true),
    ("always_false::n_1::twin", Vacuous, true),
    ("always_false::n_3::small", Vacuous, true),
    ("always_false::n_3::twin", Vacuous, true),
    ("always_false::n_5::small", Vacuous, true),
    ("always_false::n_5::twin", Vacuous, true),
    ("always_none::n_1::small", Vacuous, true),
    ("always_none::n_1::twin", Vacuous, true),
    ("always_none::n_3::small", Vacuous, true),
    ("always_none::n_3::twin", Vacuous, true),
    ("always_the_same_pair::n_2_by_1::small", Vacuous, true),
    ("always_the_same_pair::n_2_by_1::twin", Vacuous, true),
    ("always_the_same_pair::n_2_by_3::small", Vacuous, true),
    ("always_the_same_pair::n_2_by_3::twin", Vacuous, true),
    ("always_the_same_pair::n_4_by_1::small", Vacuous, true),
    ("always_the_same_pair::n_4_by_1::twin", Vacuous, true),
    ("always_the_same_pair::n_4_by_3::small", Vacuous, true),
    ("always_the_same_pair::n_4_by_3::twin", Vacuous, true),
    ("as_it_says::n_1::small", Passed, false),
    ("as_it_says::n_1::twin", Passed, false),
    ("as_it_says::n_3::small", Passed, false),
    ("as_it_says::n_3::twin", Passed, false),
    ("in_one_case::small", Passed, false),
    ("in_one_case::twin", Passed, false),
    ("known::n_1::reference", Passed, false),
    ("known::n_1::small", Passed, false),
    ("known::n_1::twin", Passed, false),
    ("known::n_2::reference", Passed, false),
    ("known::n_2::small", Passed, false),
    ("known::n_2::twin", Passed, false),
    ("known_to_be_false::n_1::reference", Vacuous, true),
    ("known_to_be_false::n_1::small", Vacuous, true),
    ("known_to_be_false::n_1::twin", Vacuous, true),
    ("known_to_be_false::n_3::reference", Vacuous, true),
    ("known_to_be_false::n_3::small", Vacuous, true),
    ("known_to_be_false::n_3::twin", Vacuous, true),
    ("of_a_narrower_type::three::small", Vacuous, false),
    ("of_a_narrower_type::two::small", Vacuous, false),
    ("of_a_narrower_type_as_it_says::three::small", Passed, false),
    ("of_a_narrower_type_as_it_says::two::small", Passed, false),
    ("of_an_array::zeros::small", Passed, false),
    ("of_an_array::zeros::twin", Passed, false),
    ("of_an_array::zeros_and_ones::small", Passed, false),
    ("of_an_array::zeros_and_ones::twin", Passed, false),
    ("of_both_types::four::small", Passed, false),
    ("of_both_types::nine::small", Passed, false),
    ("varied::n_1::small", Passed, false),
    ("varied::n_1::twin", Passed, false),
    ("varied::n_2::small", Passed, false),
    ("varied::n_2::twin", Passed, false),
    ("varied::n_3::small", Passed, false),
    ("varied::n_3::twin", Passed, false),
    ("where_one_fails::n_1000::small", XFailed, false),
    ("where_one_fails::n_1000::twin", Passed, false),
    ("where_one_fails::n_1::small", Passed, false),
    ("where_one_fails::n_1::twin", Passed, false),
    ("where_one_fails::n_3::small", Passed, false),
    ("where_one_fails::n_3::twin", Passed, false),
    ("where_one_is_skipped::n_100::small", Skipped, false),
    ("where_one_is_skipped::n_100::twin", Passed, false),
    ("where_one_is_skipped::n_1::small", Vacuous, true),
    ("where_one_is_skipped::n_1::twin", Passed, false),
    ("where_one_is_skipped::n_3::small", Vacuous, true),
    ("where_one_is_skipped::n_3::twin", Passed, false),
    ("without_what_is_said::n_1::small", Vacuous, true),
    ("without_what_is_said::n_1::twin", Vacuous, true),
    ("without_what_is_said::n_2::small", Passed, false),
    ("without_what_is_said::n_2::twin", Passed, false),
    ("without_what_is_said::n_3::small", Vacuous, true),
    ("without_what_is_said::n_3::twin", Vacuous, true),
    ("zero_in_one_case::small", Passed, false),
    ("zero_in_one_case::twin", Passed, false),
];

/// What the cells come to, as they do together, or each alone.
fn expected(together: bool) -> Vec<(String, Outcome)> {
    let alone = |outcome, needs_others: bool| if needs_others && !together { Passed } else { outcome };
    CELLS.iter().map(|(name, outcome, needs_others)| ((*name).to_owned(), alone(*outcome, *needs_others))).collect()
}

/// What was recorded last of each cell.
fn outcomes(cells: &[CellRecord]) -> Vec<(String, Outcome)> {
    let last: BTreeMap<_, _> = cells.iter().map(|cell| (cell.name.clone(), cell.outcome)).collect();
    last.into_iter().collect()
}

#[track_caller]
fn come_to(output: &Output, together: bool) {
    assert_eq!(outcomes(output.record.as_deref().unwrap_or_default()), expected(together), "{output}");
    let totals = expected(together).iter().filter(|(_, outcome)| *outcome == Vacuous).count();
    output.exits(101).says(&format!(", {totals} VACUOUS\n"));
}

/// Records that outlive the runs that write them.
struct Records(PathBuf);

impl Records {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("scalars-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What `cargo crosscheck merge` does with records that have no cell in common.
fn merged(paths: &[PathBuf]) -> Vec<CellRecord> {
    let mut cells: Vec<_> = paths.iter().flat_map(|path| CellRecord::read(path).unwrap()).collect();
    cells.sort_by(|a, b| a.name.cmp(&b.name));
    judge_constants(&mut cells);
    cells
}

#[test]
fn a_number_is_vacuous_where_it_is_the_same_in_every_case_of_its_test() {
    let output = suite("scalars").run();
    come_to(&output, true);
    let why = "VACUOUS: agrees, but so would `false` in each of the 3 cases that ran: add a case with another value, or say why \
               it is always this one (`expects_constant(reason = \"…\")`)\n";
    output.complains(&format!("error: always_false on small: {why}"));
    output.complains(&format!("error: always_false on twin: {why}"));
    output.complains(
        "error: always_the_same_pair on small: VACUOUS: agrees, but so would `(true, 0)` in each of the 4 cases",
    );
    assert!(!output.stderr.contains("varied"), "{output}");
    output.says("terms of their own: 5 tests");
    suite("scalars")
        .args(&["--headroom"])
        .run()
        .says("  without_what_is_said: n_2: expects a constant (the smallest even");
}

#[test]
fn a_value_that_a_narrower_type_would_give_is_vacuous_where_no_tolerance_has_a_reason() {
    let output = suite("scalars").args(&["narrower_type"]).run();
    let why =
        "VACUOUS: agrees, but so would its elements rounded to f32: give it a narrower tolerance, or one that says why";
    for cell in ["of_a_narrower_type::two::small", "a_constant_of_a_narrower_type::small"] {
        output.says(&format!("---- {cell} ----\n{why}"));
    }
    // The default tells the types apart.
    suite("comparisons").args(&["a_root"]).run().exits(101).says("FAILED: 1 of 1 elements (100.0 %) disagree");
}

#[test]
fn cells_in_workers_are_judged_together_too() {
    come_to(&suite("scalars").args(&["--isolate"]).run(), true);
}

#[test]
fn some_of_the_cases_are_not_judged() {
    for cell in ["always_false::n_1", "where_one_is_skipped::n_3"] {
        let output = suite("scalars").args(&["--exact", &format!("{cell}::small")]).run();
        output.exits(0).says("\n1 cell: 1 passed\n");
    }
    // All cases of one test are.
    suite("scalars").args(&["--exact", "always_false"]).run().exits(101).says("\n6 cells: 6 VACUOUS\n");
}

#[test]
fn a_run_that_goes_on_knows_the_values_of_the_one_before() {
    let records = Records::new("resumed");
    let path = records.path("run.jsonl");
    let run = |args: &[&str]| suite("scalars").args(args).env("CROSSCHECK_RECORD", &path).run();
    run(&[]).exits(101);
    // As if the run had ended before its last two cells and its judgement.
    let lines = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = lines.lines().filter(|line| !line.contains("vacuous") && !line.contains("\"end\"")).collect();
    let kept = lines.iter().filter(|line| !line.contains("always_false::n_3"));
    std::fs::write(&path, kept.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    run(&["--resume", path.to_str().unwrap()]).exits(101).complains("error: always_false on small: VACUOUS: ");
    assert_eq!(outcomes(&CellRecord::read(&path).unwrap()), expected(true));
}

#[test]
fn shards_are_judged_when_they_are_merged() {
    let records = Records::new("shards");
    let paths: Vec<_> = (1..=3).map(|number| records.path(&format!("{number}.jsonl"))).collect();
    for (number, path) in (1..).zip(&paths) {
        suite("scalars").args(&["--shard", &format!("{number}/3")]).env("CROSSCHECK_RECORD", path).run();
    }
    let apart: Vec<_> = paths.iter().flat_map(|path| CellRecord::read(path).unwrap()).collect();
    let vacuous = |cells: &[CellRecord]| outcomes(cells).into_iter().filter(|(_, outcome)| *outcome == Vacuous).count();
    assert!(vacuous(&apart) < vacuous(&merged(&paths)), "no shard lacks a case, which shows nothing");
    assert_eq!(outcomes(&merged(&paths)), expected(true));
}

/// There each cell has its own process, which knows of no other.
#[test]
fn under_nextest_cells_are_judged_when_the_record_is_merged() {
    let records = Records::new("nextest");
    let path = records.path("run.jsonl");
    for (cell, outcome) in expected(false).into_iter().filter(|(_, outcome)| *outcome != Skipped) {
        let output = suite("scalars").args(&["--exact", &cell, "--nocapture"]).env("NEXTEST", "1");
        let output = output.env("CROSSCHECK_RECORD", &path).run();
        assert_eq!(output.code, Some(if outcome == Vacuous { 101 } else { 0 }), "{cell}{output}");
    }
    let but_skipped = |cells: Vec<(String, Outcome)>| -> Vec<_> {
        cells.into_iter().filter(|(_, outcome)| *outcome != Skipped).collect()
    };
    assert_eq!(outcomes(&CellRecord::read(&path).unwrap()), but_skipped(expected(false)));
    // What nextest does not start is in no record, so that the other cases of its test are not all that are known of.
    let is_unknown = |name: &str| name.starts_with("where_one_is_skipped") && name.ends_with("small");
    let known = |(name, outcome): (String, Outcome)| if is_unknown(&name) { (name, Passed) } else { (name, outcome) };
    let together: Vec<_> = but_skipped(expected(true)).into_iter().map(known).collect();
    assert_eq!(outcomes(&merged(&[path])), together);
}
