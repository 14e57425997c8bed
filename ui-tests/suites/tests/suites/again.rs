//! Whatever happens when something is done once more, the run has the outcomes of the first time: tried on `src/bin/again.rs`.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crosscheck::Outcome;

use crate::common::{Output, suite};

fn run(args: &[&str]) -> Output {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let counters = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("again-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&counters).unwrap();
    let output = suite("again").args(args).env("AGAIN_COUNTERS", &counters).run();
    std::fs::remove_dir_all(&counters).unwrap();
    output
}

#[test]
#[cfg(unix)]
fn a_vote_cannot_change_how_the_run_ends() {
    for mode in [&[][..], &["--isolate"], &["--timeout", "3"]] {
        for end in ["well", "exit", "crash", "hang", "panic"] {
            // A body that hangs in a vote is ended at the limit of a cell.
            if end == "hang" && mode != ["--timeout", "3"] {
                continue;
            }
            let case = format!("disagrees::{end}");
            let output = run(&[mode, &["--exact", &case]].concat());
            let cells = output.exits(101).outcomes();
            assert_eq!(cells[format!("{case}::right").as_str()].outcome, Outcome::Passed, "{output}");
            assert_eq!(cells[format!("{case}::wrong").as_str()].outcome, Outcome::Failed, "{output}");
            output.says("1 passed, 1 FAILED");
            let voted = output.stdout.contains(&format!("{case}: wrong is alone, reference and right agree"));
            assert_eq!(voted, end == "well", "{output}");
        }
    }
}

/// Each number of attempts that are needed with each number of retries that are given, with a row and without one.
#[test]
fn a_flaky_cell_is_tried_as_often_as_its_row_or_the_run_says() {
    for retries in 0..5 {
        let output = run(&["--retries", &retries.to_string(), "passes_at_last"]);
        let cells = output.outcomes();
        for (backend, allowed, known) in [("right", retries.max(2) + 1, true), ("wrong", retries + 1, false)] {
            for needed in 1..=5 {
                let outcome = match needed {
                    1 => Outcome::Passed,
                    needed if needed > allowed => Outcome::Failed,
                    _ if known => Outcome::KnownFlaky,
                    _ => Outcome::Flaky,
                };
                let cell = cells[format!("passes_at_last::attempt_{needed}::{backend}").as_str()];
                assert_eq!(cell.outcome, outcome, "{retries} retries: {cell:?}");
                assert_eq!(cell.attempts.unwrap_or(1), needed.min(allowed), "{retries} retries: {cell:?}");
            }
        }
        output.exits(101);
    }
}

/// Whichever row stands there: a constructor or the baseline that ends its process, or never comes to an end.
#[test]
#[cfg(unix)]
fn no_row_excuses_a_set_up_that_ends_its_process_or_hangs() {
    let output = run(&["--timeout", "10", "--test-threads", "4", "set_up"]);
    let cells = output.exits(101).outcomes();
    for (name, reason) in [
        ("set_up::crashes::dies", "the constructor of `dies`, the baseline, or a fixture) ended its process: SIGABRT"),
        ("set_up::hangs::stays", "did not end within 10s"),
        ("set_up::crashes_on_the_baseline::right", "ended its process: SIGABRT"),
        ("set_up::hangs_on_the_baseline::right", "did not end within 10s"),
    ] {
        let cell = cells[name];
        assert!(cell.row.is_some() && cell.setup, "{cell:?}{output}");
        assert_eq!(cell.outcome, Outcome::Failed, "{cell:?}{output}");
        assert!(cell.reason.contains(reason), "{cell:?}{output}");
    }
    assert_eq!(cells.len(), 4, "{output}");
}

/// It has not had the time that a cell has: neither its body nor its set-up is known to hang.
#[test]
#[cfg(unix)]
fn no_row_excuses_a_cell_that_is_given_up_with_its_run() {
    for cell in ["set_up::hangs::stays", "set_up::hangs_on_the_baseline::right"] {
        let output = run(&["--run-timeout", "3", "--exact", cell]);
        let found = output.exits(101).outcomes()[cell];
        assert_eq!(found.outcome, Outcome::TimedOut, "{found:?}{output}");
        assert!(found.row.is_some(), "{found:?}{output}");
    }
}

#[test]
fn a_function_may_have_a_keyword_for_a_name_and_a_long_default_body() {
    for mode in [&[][..], &["--isolate"]] {
        let output = run(&[mode, &["raw"]].concat());
        let cells = output.exits(0).outcomes();
        let outcomes: Vec<_> = cells.iter().map(|(name, cell)| (*name, cell.outcome, cell.reason.as_str())).collect();
        let lacks = "`loop` is not implemented";
        assert_eq!(
            outcomes,
            [
                ("raw::of_a_helper::reference", Outcome::Passed, ""),
                ("raw::of_a_helper::typed", Outcome::NotImplemented, lacks),
                ("raw::r#loop::reference", Outcome::Passed, ""),
                ("raw::r#loop::typed", Outcome::NotImplemented, lacks),
                ("raw::r#type::reference", Outcome::Passed, ""),
                ("raw::r#type::typed", Outcome::Passed, ""),
                ("raw::r#type::wrong", Outcome::Passed, ""),
            ],
            "{output}"
        );
        // By the names that the contract gives them.
        for name in ["loop", "type"] {
            let output = run(&["--function", name]);
            assert_eq!(output.exits(0).outcomes().len(), if name == "loop" { 2 } else { 3 }, "{output}");
        }
    }
}

#[test]
#[cfg(unix)]
fn a_vote_ends_with_the_run() {
    let started = std::time::Instant::now();
    let output = run(&["--run-timeout", "2", "--exact", "disagrees::hang"]);
    output.exits(101).says("1 passed, 1 FAILED");
    assert!(started.elapsed() < std::time::Duration::from_secs(30), "{output}");
}

#[test]
#[cfg(unix)]
fn a_backend_that_was_open_and_is_gone_has_failed() {
    let output = run(&["--test-threads", "1", "on_a_device"]);
    let cells = output.exits(101).outcomes();
    assert_eq!(cells["on_a_device::n_1::lost"].outcome, Outcome::Crashed, "{output}");
    for n in [2, 3] {
        let cell = cells[format!("on_a_device::n_{n}::lost").as_str()];
        let why = "was open earlier in this run, and is not available now: the cable is out";
        assert_eq!((cell.outcome, cell.reason.as_str()), (Outcome::Failed, why), "{output}");
    }
    // What was never open is not available.
    let output = run(&["--test-threads", "1", "on_a_device::n_2", "--skip", "nothing"]);
    assert_eq!(output.exits(0).outcomes()["on_a_device::n_2::lost"].outcome, Outcome::Passed, "{output}");
}
