use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};

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

/// Makes a FIFO.
fn fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

#[test]
fn a_record_may_go_through_a_fifo_to_whoever_reads_it() {
    let stage = Stage::new();
    let path = stage.folder.join("fifo");
    fifo(&path);
    let reader = std::thread::spawn({
        let path = path.clone();
        move || fs::read(path).unwrap()
    });
    let done = stage.run(MIXED).env("CROSSCHECK_RECORD", &path).finish();
    done.exits(0).says(&format!("record: {}\n", path.display()));
    assert_eq!(done.stderr, "", "{done}");
    fs::write(stage.record(), reader.join().unwrap()).unwrap();
    assert_eq!(once(&stage.recorded().cells).len(), 34);
}

/// A FIFO that somebody has open who does not read, with room for a few lines.
#[cfg(target_os = "linux")]
fn full_fifo(path: &Path) -> File {
    use std::os::fd::AsRawFd;
    fifo(path);
    let idle = File::options().read(true).write(true).open(path).unwrap();
    // SAFETY: the descriptor is open, and the command takes a number.
    assert!(unsafe { libc::fcntl(idle.as_raw_fd(), libc::F_SETPIPE_SZ, 4096) } >= 4096);
    idle
}

#[test]
#[cfg(target_os = "linux")]
fn a_record_that_nobody_reads_does_not_keep_a_run_from_ending() {
    let stage = Stage::new();
    let path = stage.folder.join("fifo");
    let _idle = full_fifo(&path);
    let run = |args: &[&str]| stage.run(args).env("CROSSCHECK_RECORD", &path).finish();
    let warning = "record cannot be written from here on: nobody has read from it for 5s\n";
    run(MIXED).exits(0).says("\n34 cells: 33 passed, 1 xfailed\n").complains(warning);
    // Its first line has no room any more.
    let started = Instant::now();
    let done = run(&[MIXED, &["--run-timeout", "1"]].concat());
    done.exits(101).complains("nobody has read from it for 5s\n");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}{done}", started.elapsed());
}

/// Whatever the end of a run waits for.
#[test]
#[cfg(target_os = "linux")]
fn a_run_whose_report_nobody_takes_ends_all_the_same() {
    use std::os::fd::AsRawFd;
    let stage = Stage::new();
    let started = Instant::now();
    let (running, reader) = stage.run(&["--exact", "quick", "--run-timeout", "2"]).start_piped();
    // SAFETY: the descriptor is open, and the command takes a number.
    assert!(unsafe { libc::fcntl(reader.as_raw_fd(), libc::F_SETPIPE_SZ, 4096) } >= 4096);
    let done = running.finish();
    done.exits(101).complains("error: the time of the run is over, and its end takes longer than 10s\n");
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    drop(reader);
}

#[test]
fn a_file_that_is_no_record_is_left_as_it_is() {
    let stage = Stage::new();
    let start = r#"{"line":"start","format":3,"suite":"runner","fingerprint":"0000000000000007"}"#;
    for text in ["precious\n", "precious", "\n", "{}\n", &format!("\n{start}\n"), &"x".repeat(100_000), "\0\u{1b}[2J\n"]
    {
        fs::write(stage.record(), text).unwrap();
        let said = format!(
            "error: the record {}: there is a file already, and it is no crosscheck record",
            stage.record().display()
        );
        stage.run(MIXED).refused(&stage, &said);
    }
    // What is empty is nobody's, and what begins as a record is gone on with, also where it was torn there.
    for text in ["", &format!("{start}\n"), &start[..30], "{\"line\":\"start\",\"format\":99}\n"] {
        fs::write(stage.record(), text).unwrap();
        let done = stage.run(&["--exact", "moody"]).finish();
        done.exits(0).says("record: ");
        assert!(fs::read_to_string(stage.record()).unwrap().starts_with(text), "{done}");
    }
    // A file that is this process's output already is not taken for one of somebody's.
    let (running, mut reader) = stage.run(&["--exact", "moody"]).env("CROSSCHECK_RECORD", "/dev/stdout").start_piped();
    running.finish().exits(0);
    let mut printed = String::new();
    reader.read_to_string(&mut printed).unwrap();
    assert!(printed.contains("{\"line\":\"cell\",") && printed.contains("\n1 cell: 1 passed\n"), "{printed}");
}

#[test]
fn a_link_that_anybody_may_have_made_is_not_followed() {
    let stage = Stage::new();
    let (shared, own) = (stage.folder.join("shared"), stage.folder.join("own"));
    for folder in [&shared, &own] {
        fs::create_dir(folder).unwrap();
    }
    fs::set_permissions(&shared, Permissions::from_mode(0o1777)).unwrap();
    symlink(&own, shared.join("folder")).unwrap();
    symlink(own.join("record.jsonl"), shared.join("file")).unwrap();
    for (record, link) in [("folder/record.jsonl", "folder"), ("folder/new/record.jsonl", "folder"), ("file", "file")] {
        let said =
            format!("`{}` is a symbolic link in a folder in which everybody may make one", shared.join(link).display());
        stage.run(MIXED).env("CROSSCHECK_RECORD", shared.join(record)).refused(&stage, &said);
        assert_eq!(fs::read_dir(&own).unwrap().count(), 0, "{record}");
    }
    // A file of one's own may lie there, and links lead to it elsewhere.
    symlink(&shared, own.join("back")).unwrap();
    let record = own.join("back/record.jsonl");
    let done = stage.run(&["--exact", "moody"]).env("CROSSCHECK_RECORD", &record).finish();
    done.exits(0).says(&format!("record: {}\n", record.display()));
    // The place where records go by themselves is no other.
    let target = stage.folder.join("target");
    fs::set_permissions(&target, Permissions::from_mode(0o1777)).unwrap();
    symlink(&own, target.join("crosscheck")).unwrap();
    stage.run_anywhere(MIXED).refused(&stage, "target/crosscheck` is a symbolic link in a folder");
}
