use super::*;

/// At this signal the running cells finish, no other begins, and what is known is reported.
#[track_caller]
fn interrupted(signal: i32, code: i32, more: &[&str]) {
    let args = [&["--exact", "held", "--test-threads", "2"], more].concat();
    let stage = Stage::new();
    let running = stage.run_gated(&args).start();
    stage.wait_for_bodies(2);
    running.send(signal);
    running.wait_for("interrupted: waiting for ");
    running.wait_for(" (Ctrl-C again to stop at once)\n");
    stage.open_the_gate();
    let done = running.finish();
    done.exits(code).says("\n2 cells: 2 passed\n").says(&format!("\nrecord: {}\n", stage.record().display()));
    let begun: BTreeSet<_> = stage.noted("begin").into_keys().collect();
    assert_eq!(begun.len(), 2, "another cell began{done}");
    assert_eq!(names(&stage.recorded().cells), begun, "{done}");
    stage.has_no_workers();
    // The rest is for later.
    let record = stage.record();
    stage
        .run_gated(&args)
        .args(&["--resume", record.to_str().unwrap()])
        .finish()
        .exits(0)
        .says("\n12 cells: 12 passed\n");
    assert!(stage.noted("begin").values().all(|count| *count == 1));
}

#[test]
fn an_interrupt_lets_what_runs_come_to_its_end() {
    interrupted(libc::SIGINT, 130, &[]);
    interrupted(libc::SIGINT, 130, &["--isolate"]);
    interrupted(libc::SIGTERM, 143, &[]);
}

#[test]
fn a_second_interrupt_ends_the_run_at_once() {
    for (signal, code, more) in
        [(libc::SIGINT, 130, &[][..]), (libc::SIGINT, 130, &["--isolate"]), (libc::SIGTERM, 143, &["--isolate"])]
    {
        let stage = Stage::new();
        let running = stage.run_gated(&["--exact", "held", "--test-threads", "2"]).args(more).start();
        stage.wait_for_bodies(2);
        running.send(signal);
        running.wait_for("interrupted");
        running.send(signal);
        let done = running.finish();
        done.exits(code);
        assert!(!done.stdout.contains("cells:"), "a summary of a run that was to end at once{done}");
        assert!(stage.noted("end").is_empty() && stage.recorded().cells.is_empty(), "{done}");
        stage.has_no_workers();
    }
}

/// A cell that only waits for its device is not running.
#[test]
fn nobody_gets_a_device_after_an_interrupt() {
    let stage = Stage::new();
    let running = stage.run_gated(&["--exact", "held_device"]).start();
    stage.wait_for_bodies(1);
    running.send(libc::SIGINT);
    running.wait_for("interrupted");
    stage.open_the_gate();
    let done = running.finish();
    done.exits(130).says("\n1 cell: 1 passed\n").says("\n3 cells were not run (--resume runs them)\n");
    assert_eq!(stage.noted("begin").len(), 1, "another one began{done}");
}

/// As `suite | tee log` has it at Ctrl-C: the reader goes first.
#[test]
fn an_interrupt_ends_a_run_that_nobody_listens_to() {
    let stage = Stage::new();
    let (running, reader) = stage.run_gated(&["--exact", "held", "--test-threads", "2"]).start_piped();
    stage.wait_for_bodies(2);
    drop(reader);
    running.send(libc::SIGINT);
    running.wait_for("interrupted");
    stage.open_the_gate();
    running.finish().exits(130);
    assert_eq!(stage.recorded().cells.len(), 2);
}

/// As at Ctrl-C where a full disk takes no more of the output.
#[test]
fn an_interrupt_ends_a_run_that_has_no_room_for_its_output() {
    let stage = Stage::new();
    let args = ["--exact", "held", "--test-threads", "2"];
    let running = stage.run_gated(&args).env("CROSSCHECK_RECORD", "/dev/null").with_room(150).start();
    stage.wait_for_bodies(2);
    running.send(libc::SIGINT);
    running.wait_for("interrupted");
    stage.open_the_gate();
    let done = running.finish();
    done.exits(130);
    assert!(!done.stdout.contains("cells:"), "there was room for a summary{done}");
}
