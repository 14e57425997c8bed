//! Panics that a row expects are not printed: `src/bin/quiet.rs` panics in every way.

use crate::common::suite;

#[test]
fn a_green_run_prints_nothing_of_the_panics_that_it_expects() {
    // Where each attempt has a process of its own, the flaky one fails in all of them.
    for more in [&["--test-threads", "1"][..], &["--test-threads", "4"], &["--isolate", "--skip", "panics_once"]] {
        let run = suite("quiet").args(more).env("RUST_BACKTRACE", "1").run();
        run.exits(0);
        assert_eq!(run.stderr, "", "{run}");
        assert!(!run.stdout.contains("panicked at"), "{run}");
        let expected: Vec<_> = run.outcomes().into_values().filter(|cell| cell.row.is_some()).collect();
        assert_eq!(expected.len(), if more.len() == 3 { 8 } else { 9 }, "{run}");
    }
}

/// What happened on its thread is there to be read where it is not what the row expects.
#[test]
fn a_panic_on_a_thread_is_printed_where_nothing_excuses_it() {
    let at_once = suite("quiet").args(&["--exact", "may_fail"]).env("QUIET_FAILS", "1").run();
    at_once.exits(101).complains("unexpected");
    // Beside others that are expected to fail.
    for _ in 0..5 {
        let beside = suite("quiet").args(&["--test-threads", "4"]).env("QUIET_FAILS", "1").run();
        beside.exits(101).complains("unexpected");
    }
    // Of what is known to be flaky, where no attempt passes.
    for more in [&[][..], &["--isolate"]] {
        let flaky = suite("quiet").args(&["--exact", "panics_once"]).args(more).env("QUIET_FAILS", "1").run();
        flaky.exits(101);
        assert!(flaky.to_string().contains("the first time"), "{flaky}");
    }
    let stale = suite("quiet").args(&["--exact", "panics_on_a_thread"]).env("QUIET_WORKS", "1").run();
    stale.exits(101).says("XPASSED");
}
