use super::*;

#[test]
fn what_runs_when_the_time_is_over_has_timed_out() {
    for more in [&[][..], &["--isolate"]] {
        let args = [&["--exact", "held", "--test-threads", "2", "--run-timeout", "3"], more].concat();
        let stage = Stage::new();
        let done = stage.run_gated(&args).finish();
        done.exits(101).says("\n2 cells: 2 TIMED OUT\n").says("\n10 cells were not run (--resume runs them)\n");
        done.says(&format!("\nrecord: {}\n", stage.record().display()));
        let recorded = stage.recorded();
        let begun: BTreeSet<_> = stage.noted("begin").into_keys().collect();
        assert_eq!(names(&recorded.cells), begun, "{done}");
        let text = "did not end within 3s (it was running when --run-timeout ended the run)";
        for cell in &recorded.cells {
            assert_eq!((cell.outcome, cell.reason.as_str()), (Outcome::TimedOut, text), "{done}");
            done.complains(&format!("TIMED OUT: {text}\n")).complains(&format!("--exact {}\n", cell.name));
        }
        assert!(stage.noted("end").is_empty(), "{done}");
        stage.has_no_workers();
    }
}

/// Also where it has not concluded, a job has its summary.
#[test]
fn a_run_whose_time_is_over_writes_its_summary() {
    let stage = Stage::new();
    let summary = stage.folder.join("summary.md");
    let args = ["--exact", "held", "--test-threads", "2", "--run-timeout", "3"];
    let done = stage.run_gated(&args).env("GITHUB_STEP_SUMMARY", &summary).finish();
    let text = std::fs::read_to_string(&summary).unwrap_or_else(|error| panic!("{error}: {done}"));
    assert!(
        text.contains("❌ **2 of 2 cells fail the run**: 2 TIMED OUT. ❌ **The run has not concluded.**"),
        "{text}"
    );
}

#[test]
fn a_run_that_nobody_listens_to_ends_when_its_time_is_over() {
    let stage = Stage::new();
    let args = ["--exact", "held", "--test-threads", "2", "--run-timeout", "3"];
    let (running, reader) = stage.run_gated(&args).start_piped();
    stage.wait_for_bodies(2);
    drop(reader);
    running.finish().exits(101);
    assert!(stage.recorded().cells.iter().all(|cell| cell.outcome == Outcome::TimedOut));
}

/// Whatever the number is, the run neither fails nor ends early by it.
#[test]
fn a_limit_may_be_as_long_as_anybody_likes() {
    let stage = Stage::new();
    let args = ["--exact", "slow", "--timeout", "1e19", "--run-timeout", "1e19"];
    stage.run(&args).finish().exits(0).says("\n20 cells: 20 passed\n");
}
