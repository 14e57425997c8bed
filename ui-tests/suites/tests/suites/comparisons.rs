//! What a run says of how values were compared, tried on `src/bin/comparisons.rs`.

use std::collections::BTreeMap;

use crosscheck::Outcome;

use crate::common::{Output, suite};

/// The recorded seeds by the name of the cell.
fn seeds(output: &Output) -> BTreeMap<String, u64> {
    let cells = output.outcomes().into_iter();
    cells.filter_map(|(name, cell)| Some((name.to_owned(), cell.seed?))).collect()
}

#[test]
fn terms_are_the_subjects_unless_a_test_has_its_own_or_a_budget() {
    let output = suite("comparisons").run();
    let outcomes: BTreeMap<_, _> =
        output.outcomes().into_iter().map(|(name, cell)| (name, (cell.outcome, cell.reason.as_str()))).collect();
    for (name, outcome, reason) in [
        ("in_the_terms_of_the_subject::near", Outcome::Passed, ""),
        (
            "in_terms_of_its_own::near",
            Outcome::Failed,
            "allowed: nothing but equality (sums of whole numbers are exact)",
        ),
        ("against_the_baseline::far", Outcome::Failed, "allowed: rtol 0e0, atol 2.5e-1 (these machines are rough)"),
        ("in_a_budget::near", Outcome::Passed, ""),
        ("in_a_budget::far", Outcome::Failed, "allowed: an amount for each element"),
        (
            "in_no_budget_at_all::near",
            Outcome::Failed,
            "nothing can be compared: a budget entry must be finite and ≥ 0",
        ),
        ("as_the_input_was::near", Outcome::Vacuous, "agrees, but so would its input 1, passed through unchanged"),
    ] {
        assert_eq!(outcomes[name].0, outcome, "{name}{output}");
        assert!(outcomes[name].1.contains(reason), "{name}: {:?} lacks {reason:?}", outcomes[name].1);
    }
    output.says("terms of their own: 1 test (--headroom says which and why)\n");
    output.says("nearest to its limit: in_the_terms_of_the_subject::near uses 50 % of what is allowed\n");
    assert!(!output.stdout.contains("\n headroom "), "nobody asked for the table{output}");
}

#[test]
fn the_table_of_headroom_is_for_those_who_ask() {
    let output = suite("comparisons").args(&["--headroom"]).run();
    output.says("\n headroom        near\n").says("  50 % ▁···▁·▁·\n");
    output.says(
        "terms of their own: 1 test\n  in_terms_of_its_own: nothing but equality (sums of whole numbers are exact)\n",
    );
    suite("comparisons").env("CROSSCHECK_HEADROOM", "1").run().says("\n headroom        near\n");
}

#[test]
fn the_baseline_can_be_the_one_that_is_alone() {
    suite("comparisons").run().says(
        "outliers\n  \
         against_the_baseline: reference is alone, far and far_too agree\n  \
         in_a_budget: far is alone, reference and near agree\n  \
         in_terms_of_its_own: no two of reference, far, far_too, near agree\n",
    );
    // Of two, nobody is outvoted.
    let two = suite("comparisons").args(&["--backend", "far"]).run();
    assert!(!two.exits(101).stdout.contains("outliers"), "{two}");
}

#[test]
fn a_seed_is_the_same_in_every_run_and_another_for_each_case_and_base() {
    let (output, again) = (suite("comparisons").run(), suite("comparisons").run());
    let first = seeds(&output);
    assert_eq!(first.keys().collect::<Vec<_>>(), ["by_the_seed::n_1::near", "by_the_seed::n_2::near"]);
    assert_eq!(first, seeds(&again));
    // The same on every platform: FNV-1a of eight zero bytes and `by_the_seed::n_1`.
    assert_eq!(first["by_the_seed::n_1::near"], 0xa4c3_7c7f_ea50_51ba);
    assert_ne!(first["by_the_seed::n_1::near"], first["by_the_seed::n_2::near"]);
    output.says("\n  seed of its inputs: 0xa4c37c7fea5051ba\n");

    let other = suite("comparisons").args(&["--seed", "7"]).run();
    assert!(seeds(&other).iter().all(|(name, seed)| first[name] != *seed), "{other}");
    other.says("-- --seed 7 --exact by_the_seed::n_1::near\n");
    assert_eq!(seeds(&suite("comparisons").env("CROSSCHECK_SEED", "7").run()), seeds(&other));
    suite("comparisons").args(&["--seed", "lucky"]).run().exits(2).complains("invalid value 'lucky' for '--seed <N>'");
}
