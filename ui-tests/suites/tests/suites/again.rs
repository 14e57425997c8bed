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
