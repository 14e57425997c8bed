//! Checks that check nothing, tried on `src/bin/nothing.rs`.

use crosscheck::Outcome;

use crate::common::{Output, suite};

/// Each cell of `finds` is vacuous, and each of `is_content_with` passes.
fn is_found(output: &Output) {
    let outcomes = output.exits(101).outcomes();
    let (mut vacuous, mut passed) = (0, 0);
    for (name, cell) in &outcomes {
        if name.starts_with("finds::") {
            assert_eq!(cell.outcome, Outcome::Vacuous, "{cell:?}{output}");
            assert!(cell.reason.starts_with("finished without checking anything: "), "{cell:?}");
            vacuous += 1;
        } else {
            assert_eq!(cell.outcome, Outcome::Passed, "{cell:?}{output}");
            passed += 1;
        }
    }
    assert_eq!((vacuous, passed), (19, 22), "{output}");
}

#[test]
fn a_check_that_checks_nothing_is_vacuous_whichever_way_it_runs() {
    // One at a time: what another cell has a helper check on a thread of its own counts for all that run meanwhile.
    is_found(&suite("nothing").args(&["--test-threads", "1"]).run());
    #[cfg(unix)]
    is_found(&suite("nothing").args(&["--test-threads", "1", "--isolate"]).run());
}

/// What stands in the body of a check counts for no other one.
#[test]
fn what_a_check_asserts_on_its_threads_counts_for_itself_alone() {
    let args = ["--test-threads", "2", "a_loop_beside_a_busy_thread", "what_asserts_on_a_busy_thread"];
    suite("nothing").args(&args).run().exits(101).says("2 cells: 1 passed, 1 VACUOUS");
}

#[test]
fn the_reason_names_the_lines() {
    let source = include_str!("../../src/bin/nothing.rs");
    let line = |part: &str| 1 + source.lines().position(|line| line.contains(part)).unwrap();
    let output = suite("nothing").args(&["finds"]).run();
    output.says(&format!(
        "finished without checking anything: never reached: line {}. Where that is meant, say why",
        line("assert_eq!(results[0], 1)")
    ));
    output.says(&format!(
        "never reached: lines {0}, {1}",
        line("for_each(|result| assert_eq!(*result, 1))"),
        line("checked_sub(1).unwrap()")
    ));
    output.says("nothing in its body is known to assert (a `?` alone is none, nor is `debug_assert!`)");
}
