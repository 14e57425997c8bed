use super::*;

/// Runs whose records go wrong in this way: a warning, and nothing else is any different.
#[track_caller]
fn unharmed(change: impl Fn(&Stage, Job) -> Job, warning: &str) {
    let stage = Stage::new();
    for (job, code, totals) in [
        (stage.run_anywhere(MIXED), 0, "\n34 cells: 33 passed, 1 xfailed\n"),
        (stage.run_anywhere(MIXED).env("RUNNER_FAILS", "1"), 101, "\n34 cells: 32 passed, 1 xfailed, 1 FAILED\n"),
    ] {
        let done = change(&stage, job).finish();
        done.exits(code).says(totals).complains(warning);
        assert_eq!(done.stderr.matches("warning: ").count(), 1, "{done}");
        assert!(!done.stdout.contains("record: "), "it says that there is a record{done}");
    }
}

#[test]
fn a_run_without_room_for_its_record_is_no_worse() {
    unharmed(|_, job| job.env("CROSSCHECK_RECORD", "/dev/full"), "warning: no record is written: /dev/full: ");
}

#[test]
fn a_run_without_a_folder_for_its_record_is_no_worse() {
    let below_a_file =
        |stage: &Stage, job: Job| job.env("CROSSCHECK_RECORD", stage.program().join("runs/record.jsonl"));
    unharmed(below_a_file, "runner/runs/record.jsonl: ");
    let no_folder = |stage: &Stage, job: Job| {
        std::fs::write(stage.folder.join("target/crosscheck"), "").unwrap();
        job
    };
    unharmed(no_folder, "warning: no record is written: ");
}

#[test]
fn a_run_whose_record_becomes_too_long_is_no_worse() {
    /// A few lines, and a part of one.
    const ROOM: u64 = 6000;
    let stage = Stage::new();
    let done = stage.run(MIXED).args(&["--quiet"]).with_room(ROOM).finish();
    done.exits(0)
        .complains("warning: the record cannot be written from here on: ")
        .says("34 cells: 33 passed, 1 xfailed\n");
    assert_eq!(std::fs::metadata(stage.record()).unwrap().len(), ROOM, "{done}");
    let recorded = stage.recorded();
    let known = recorded.cells.len();
    assert!((1..34).contains(&known), "{known} cells{done}");
    // The next run has room, and goes on.
    let record = stage.record();
    let done = stage.run(MIXED).args(&["--resume", record.to_str().unwrap()]).finish();
    done.exits(0)
        .complains(&format!("resumed: {known} cells were recorded in "))
        .says("34 cells: 33 passed, 1 xfailed\n");
    assert_eq!(once(&stage.recorded().cells).len(), 34);
}

#[test]
fn a_record_may_go_to_something_that_is_no_file() {
    let stage = Stage::new();
    let done = stage.run(MIXED).env("CROSSCHECK_RECORD", "/dev/null").finish();
    done.exits(0).says("record: /dev/null\n");
    assert_eq!(done.stderr, "", "{done}");
}
