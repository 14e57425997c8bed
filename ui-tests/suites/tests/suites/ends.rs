//! No run that has not concluded ends well, and none is kept from ending: tried on `src/bin/ends.rs`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crosscheck::Outcome;
use crosscheck::internals::read_all;

use crate::common::{Output, suite};

/// A place for a record that several runs share.
struct Record(PathBuf);

impl Record {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ends-{name}-{}.jsonl", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }

    fn run(&self, args: &[&str]) -> Output {
        suite("ends").args(args).env("CROSSCHECK_RECORD", &self.0).run()
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn whoever_calls_exit_ends_the_run_as_a_failure_that_names_the_cell() {
    for threads in ["1", "4"] {
        for cell in ["in_a_body", "in_a_destructor"] {
            let output = suite("ends").args(&["--test-threads", threads, "--exact", cell, "passes"]).run();
            output.exits(101);
            // A thread that comes to its end runs no cell any more.
            let what = if cell == "in_a_body" { " while `in_a_body::reference`" } else { "" };
            let concluded = output.stdout.contains("1 passed");
            if cell == "in_a_body" || !concluded {
                output.complains(&format!("error: the process was ended before the run concluded{what}"));
                output.complains("--isolate runs each cell in a process of its own");
            }
        }
    }
}

/// Each call takes a handler from the C library's list; one that finds none left would end the process well.
#[test]
fn exit_on_many_threads_at_once_is_no_better() {
    for _ in 0..30 {
        let output = suite("ends").args(&["--exact", "at_once_on_threads", "passes"]).run();
        output.exits(101).complains("error: the process was ended before the run concluded");
    }
}

#[test]
fn a_function_that_lists_cases_does_not_end_the_run_before_it_begins() {
    for more in [&[][..], &["--list"], &["passes"], &["--matrix"]] {
        let ended = suite("ends").args(more).env("ENDS_LISTING", "1").run();
        ended.exits(101).complains("error: the process was ended before the run concluded, or began");
        let well = suite("ends").args(&["--exact", "of_a_list", "--format", "terse"]).run();
        well.exits(0).says("1 passed");
    }
}

#[test]
fn no_handler_changes_the_status_of_a_run() {
    let output = suite("ends").args(&["--exact", "in_a_handler", "passes", "fails"]).run();
    output.exits(101).says("2 passed, 1 FAILED");
    suite("ends").args(&["--exact", "in_a_handler", "passes"]).run().exits(0).says("2 passed");
    // What cannot be caught is a run that has not concluded, and the next one says so.
    let record = Record::new("handler");
    assert_eq!(record.run(&["--exact", "at_once_in_a_handler", "passes", "fails"]).code, Some(0));
    let left = read_all(&record.0).unwrap();
    assert_eq!((left.cells.len(), left.begun.len(), left.concluded), (3, 0, false));
    record.run(&["--exact", "passes"]).exits(0).complains("note: the last run has not concluded");
}

#[test]
fn a_constructor_that_exits_ends_the_run_as_a_failure() {
    for more in [&[][..], &["--require", "exits"]] {
        let args = [&["--exact", "opens", "passes", "--backend", "reference,exits"][..], more].concat();
        suite("ends").args(&args).run().exits(101).complains("the process was ended before the run concluded");
        let output = suite("ends").args(&args).args(&["--isolate"]).run();
        let cells = output.exits(101).outcomes();
        assert_eq!(cells["opens::exits"].outcome, Outcome::Failed, "{output}");
        assert_eq!(cells["opens::reference"].outcome, Outcome::Passed, "{output}");
    }
}

#[test]
fn limits_hold_in_constructors_and_at_the_end_of_the_process() {
    let begun = Instant::now();
    let limits: [&[&str]; 5] = [
        &["--run-timeout", "2", "--exact", "opens", "--backend", "stuck"],
        &["--run-timeout", "2", "--exact", "opens", "--backend", "stuck", "--require", "stuck"],
        &["--timeout", "2", "--exact", "opens", "--backend", "stuck", "--require", "stuck"],
        &["--run-timeout", "2", "--exact", "never_in_a_handler", "passes"],
        &["--run-timeout", "4", "--timeout", "2", "--exact", "never_in_a_handler", "passes"],
    ];
    std::thread::scope(|scope| {
        for args in limits {
            scope.spawn(move || {
                let output = suite("ends").args(args).run();
                // In a worker, what is left to be done at the end is not done at all.
                let code = if args.contains(&"--timeout") && args.contains(&"passes") { 0 } else { 101 };
                output.exits(code);
            });
        }
    });
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn what_ended_the_process_is_named_and_resumed_in_a_process_of_its_own() {
    for (cell, status) in [("by_abort", None), ("in_a_body", Some(101))] {
        let record = Record::new(cell);
        let args = ["--test-threads", "1", "--backend", "reference", "--exact", cell, "passes", "opens"];
        assert_eq!(record.run(&args).code, status, "{cell}");
        let left = read_all(&record.0).unwrap();
        let name = format!("{cell}::reference");
        assert_eq!((&left.begun[..], left.concluded), (&[name.clone()][..], false));

        // The next run says so, and ends in the same way.
        let again = record.run(&args);
        again.complains("note: the last run has not concluded").complains(&format!("`{name}` began and did not end"));
        assert_eq!(again.code, status, "{again}");

        let resumed = record.run(&[&args[..], &["--resume"]].concat());
        resumed.exits(101).says("2 passed, 1 CRASHED");
        resumed
            .complains(&format!("note: `{name}` was running when that run ended; now it runs in a process of its own"));
        let whole = read_all(&record.0).unwrap();
        assert!(whole.begun.is_empty() && whole.concluded, "{whole:?}");
        // Then there is nothing more to say.
        assert!(!record.run(&["--exact", "passes"]).stderr.contains("note: the last run"));
    }
}

#[test]
fn every_body_has_the_same_stack() {
    for args in [&["--test-threads", "1"][..], &["--test-threads", "4"], &["--isolate"]] {
        let run = |stack: Option<&str>| {
            let run = suite("ends").args(args).args(&["--exact", "deep", "passes"]);
            stack.into_iter().fold(run, |run, stack| run.env("RUST_MIN_STACK", stack)).run()
        };
        // What takes 4 MiB has a process or a run that ends.
        let output = run(None);
        assert_ne!(output.code, Some(0), "{output}");
        assert!(output.to_string().contains("has overflowed its stack"), "{output}");
        run(Some("8388608")).exits(0).says("2 passed");
    }
}

/// Its constructors exit, or never come to an end.
#[test]
fn a_list_opens_no_backend() {
    for nextest in [false, true] {
        let list = |more: &[&str]| {
            let list = suite("ends").args(&["--list", "--format", "terse"]).args(more);
            if nextest { list.env("NEXTEST", "1") } else { list }.run()
        };
        let all = list(&[]);
        assert!(all.exits(0).ran_nothing().stdout.contains("opens::exits: test\nopens::stuck: test\n"), "{all}");
        assert_eq!(list(&["--ignored"]).exits(0).ran_nothing().stdout, "");
    }
}
