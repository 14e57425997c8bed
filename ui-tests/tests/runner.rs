//! The runner as a process among others: killed, interrupted, out of time, without a disk, twice at once, in parts. Tried on
//! `src/bin/runner.rs`.

#![cfg(unix)]

#[allow(dead_code, reason = "the other tests use more of it")]
mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::{clean, executable};
use crosscheck::Outcome;
use crosscheck::internals::{Recorded, read_all};
use crosscheck::record::CellRecord;

/// Longer than anything here takes, on any machine.
const LONG: Duration = Duration::from_secs(60);

/// How many cells run at a time, unless a test says otherwise.
const THREADS: usize = 4;

/// Waits until there is something.
#[track_caller]
fn wait_until<T>(what: &str, mut is: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + LONG;
    loop {
        match is() {
            Some(found) => return found,
            None => assert!(Instant::now() < until, "waited in vain: {what}"),
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Where runs take place: a target folder of its own, with the suite in it, and what its runs share.
struct Stage {
    folder: PathBuf,
    /// Stands in the arguments of every process of this stage.
    tag: String,
    runs: AtomicUsize,
}

impl Stage {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let tag = format!("stage-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&tag);
        let stage = Self { folder, tag, runs: AtomicUsize::new(0) };
        std::fs::create_dir_all(stage.folder.join("target/debug")).unwrap();
        std::fs::create_dir_all(stage.folder.join("tmp")).unwrap();
        std::fs::write(stage.folder.join("target/CACHEDIR.TAG"), "").unwrap();
        let suite = executable("runner");
        if std::fs::hard_link(suite, stage.program()).is_err() {
            std::fs::copy(suite, stage.program()).unwrap();
        }
        stage
    }

    fn program(&self) -> PathBuf {
        self.folder.join("target/debug/runner")
    }

    fn record(&self) -> PathBuf {
        self.folder.join("record.jsonl")
    }

    /// What the record holds.
    #[track_caller]
    fn recorded(&self) -> Recorded {
        read_all(&self.record()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The records that lie where they belong when nobody names a place.
    fn records(&self) -> Vec<PathBuf> {
        let Ok(runs) = std::fs::read_dir(self.folder.join("target/crosscheck")) else { return Vec::new() };
        runs.map(|run| run.unwrap().path().join("crosscheck-ui-tests-runner.jsonl")).collect()
    }

    /// The bodies that wait may go on.
    fn open_the_gate(&self) {
        File::create(self.folder.join("gate")).unwrap();
    }

    /// Forgets what was run so far.
    fn clear(&self) {
        for name in ["record.jsonl", "events", "gate"] {
            let _ = std::fs::remove_file(self.folder.join(name));
        }
    }

    /// What bodies have noted: the event, and the cell.
    fn events(&self) -> Vec<(String, String)> {
        let events = std::fs::read_to_string(self.folder.join("events")).unwrap_or_default();
        let lines = events.lines().filter_map(|line| line.rsplit_once(' '));
        lines.map(|(event, cell)| (event.to_owned(), cell.to_owned())).collect()
    }

    /// How often each cell has come to this event.
    fn noted(&self, event: &str) -> BTreeMap<String, usize> {
        self.events().into_iter().filter(|(noted, _)| noted == event).fold(BTreeMap::new(), |mut counts, (_, cell)| {
            *counts.entry(cell).or_default() += 1;
            counts
        })
    }

    /// Waits until so many bodies have begun.
    #[track_caller]
    fn wait_for_bodies(&self, count: usize) {
        wait_until("bodies begin", || (self.noted("begin").values().sum::<usize>() >= count).then_some(()));
    }

    /// A run of the suite with a record at a place that is known.
    fn run(&self, args: &[&str]) -> Job {
        self.run_anywhere(args).env("CROSSCHECK_RECORD", self.record())
    }

    /// The same with the record where it belongs by itself.
    fn run_anywhere(&self, args: &[&str]) -> Job {
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        let place = |what: &str| self.folder.join(format!("{what}-{number}"));
        let mut command = clean(&self.program());
        command.args(args).args(["--skip", &self.tag]);
        command.env("RUNNER_EVENTS", self.folder.join("events")).env("TMPDIR", self.folder.join("tmp"));
        let job = Job { command, stdout: place("stdout"), stderr: place("stderr"), shown: format!("{args:?}") };
        if args.contains(&"--test-threads") { job } else { job.args(&["--test-threads", &THREADS.to_string()]) }
    }

    /// The same, and bodies that wait do so until the gate is opened.
    fn run_gated(&self, args: &[&str]) -> Job {
        self.run(args).env("RUNNER_GATE", self.folder.join("gate"))
    }

    /// Waits until no worker is left.
    #[track_caller]
    fn has_no_workers(&self) {
        wait_until("the workers end", || {
            let workers = arguments_of_all();
            let mut mine = workers.iter().filter(|line| line.contains(&self.tag));
            (!mine.any(|line| line.contains("--crosscheck-worker"))).then_some(())
        });
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Who still waits at the gate is not to wait for ever.
        let _ = File::create(self.folder.join("gate"));
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// The command lines of all processes; that of one that has ended is empty.
#[cfg(target_os = "linux")]
fn arguments_of_all() -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).collect()
}

#[cfg(not(target_os = "linux"))]
fn arguments_of_all() -> Vec<String> {
    let listed = Command::new("ps").args(["-A", "-o", "args="]).output().unwrap();
    String::from_utf8_lossy(&listed.stdout).lines().map(str::to_owned).collect()
}

/// A run that is about to begin.
struct Job {
    command: Command,
    stdout: PathBuf,
    stderr: PathBuf,
    shown: String,
}

impl Job {
    fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    fn env(mut self, variable: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(variable, value);
        self
    }

    /// No file that it writes becomes longer than this.
    fn with_room(mut self, bytes: u64) -> Self {
        // SAFETY: between fork and exec, two calls are made that may be made there.
        unsafe {
            self.command.pre_exec(move || {
                libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
                let limit = libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
                match libc::setrlimit(libc::RLIMIT_FSIZE, &limit) {
                    0 => Ok(()),
                    _ => Err(std::io::Error::last_os_error()),
                }
            })
        };
        self
    }

    fn start(mut self) -> Running {
        let file = |path: &Path| Stdio::from(File::create(path).unwrap());
        self.command.stdout(file(&self.stdout)).stderr(file(&self.stderr));
        self.go()
    }

    /// Starts it with its standard output into a pipe, of which the end for reading comes back as well.
    fn start_piped(mut self) -> (Running, std::io::PipeReader) {
        let (reader, writer) = std::io::pipe().unwrap();
        File::create(&self.stdout).unwrap();
        self.command.stdout(writer).stderr(File::create(&self.stderr).unwrap());
        (self.go(), reader)
    }

    fn go(mut self) -> Running {
        let child = self.command.spawn().unwrap();
        Running { child, stdout: self.stdout, stderr: self.stderr, shown: self.shown }
    }

    #[track_caller]
    fn finish(self) -> Done {
        self.start().finish()
    }

    /// It is refused with this text: nothing is run, and the record stays as it was.
    #[track_caller]
    fn refused(self, stage: &Stage, text: &str) {
        let state = || (std::fs::read(stage.record()).ok(), stage.records(), stage.events());
        let before = state();
        let done = self.finish();
        done.exits(2).complains(text);
        assert_eq!(done.stdout, "", "something stands on stdout{done}");
        assert!(state() == before, "something was run or written{done}");
    }
}

/// A run that has begun.
struct Running {
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
    shown: String,
}

impl Running {
    fn send(&self, signal: i32) {
        // SAFETY: a signal is sent to a child that was not waited for, so that the number is still its own.
        unsafe { libc::kill(i32::try_from(self.child.id()).unwrap(), signal) };
    }

    /// Waits until it says this on its standard error.
    #[track_caller]
    fn wait_for(&self, part: &str) {
        wait_until(part, || std::fs::read_to_string(&self.stderr).unwrap().contains(part).then_some(()));
    }

    #[track_caller]
    fn finish(mut self) -> Done {
        let status = wait_until("the run ends", || self.child.try_wait().unwrap());
        // What has no room may be cut within a character.
        let read = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        let (stdout, stderr) = (read(&self.stdout), read(&self.stderr));
        Done { status, stdout, stderr, shown: std::mem::take(&mut self.shown) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A run that has ended.
struct Done {
    status: ExitStatus,
    stdout: String,
    stderr: String,
    shown: String,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, stdout, stderr, shown } = self;
        write!(f, "\n$ {shown}\n{status}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
    }
}

impl Done {
    #[track_caller]
    fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.status.code(), Some(code), "another exit code{self}");
        self
    }

    #[track_caller]
    fn says(&self, part: &str) -> &Self {
        assert!(self.stdout.contains(part), "stdout lacks {part:?}{self}");
        self
    }

    #[track_caller]
    fn complains(&self, part: &str) -> &Self {
        assert!(self.stderr.contains(part), "stderr lacks {part:?}{self}");
        self
    }
}

/// The cells by name, each of which is there once.
#[track_caller]
fn once(cells: &[CellRecord]) -> BTreeMap<&str, &CellRecord> {
    let by_name: BTreeMap<_, _> = cells.iter().map(|cell| (cell.name.as_str(), cell)).collect();
    assert_eq!(by_name.len(), cells.len(), "a cell is recorded twice");
    by_name
}

fn names(cells: &[CellRecord]) -> BTreeSet<String> {
    cells.iter().map(|cell| cell.name.clone()).collect()
}

/// The names of what would run.
fn listed(stage: &Stage, args: &[&str]) -> Vec<String> {
    let list = stage.run(args).args(&["--list", "--format", "terse"]).finish();
    list.exits(0).stdout.lines().map(|line| line.strip_suffix(": test").unwrap().to_owned()).collect()
}

/// Numbers that look random (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

// ---- Killed.

/// Kills runs of these cells at random moments, and goes on with them.
#[track_caller]
fn killed_at_random_moments(seed: u64, more: &[&str]) {
    let args = [&["--exact", "quick", "slow", "device", "known", "moody"], more].concat();
    let stage = Stage::new();
    let all: BTreeSet<_> = listed(&stage, &args).into_iter().collect();
    let (mut random, mut midway) = (Random(seed), 0);
    for round in 0..20 {
        stage.clear();
        let moody = |job: Job| if round % 2 == 1 { job.env("RUNNER_FAILS", "1") } else { job };
        // Somewhere between the first event and the last, and then a little later.
        let events = 1 + random.below(2 * all.len() as u64 - 1) as usize;
        let later = Duration::from_micros(random.below(3000));
        let running = moody(stage.run(&args)).start();
        wait_until("something happens", || (stage.events().len() >= events).then_some(()));
        std::thread::sleep(later);
        running.send(libc::SIGKILL);
        let killed = running.finish();
        midway += usize::from(killed.status.signal() == Some(libc::SIGKILL));
        stage.has_no_workers();

        let context = format!("round {round}, after {events} events and {later:?}");
        let before = stage.recorded().cells;
        let known: BTreeSet<_> = once(&before).into_keys().collect();
        let (begun, ended) = (stage.noted("begin"), stage.noted("end"));
        let lost = ended.keys().filter(|cell| !known.contains(cell.as_str())).count();
        assert!(known.iter().all(|cell| ended.contains_key(*cell)), "{context}: recorded before it has ended");
        assert!(lost <= THREADS, "{context}: {lost} cells are lost, of {}", ended.len());
        assert!(begun.len() <= known.len() + THREADS, "{context}: {} bodies, {} cells", begun.len(), known.len());

        let record = stage.record();
        let done = moody(stage.run(&args)).args(&["--resume", record.to_str().unwrap()]).finish();
        done.exits(if round % 2 == 1 { 101 } else { 0 });
        done.complains(&format!("resumed: {} cells were recorded in {}\n", known.len(), record.display()));
        done.says(&format!("\n{} cells: ", all.len()));
        let recorded = stage.recorded();
        once(&recorded.cells);
        assert_eq!(names(&recorded.cells), all, "{context}");
        assert_eq!(recorded.cells[..before.len()], before, "{context}: what was known is written over");
        let again = stage.noted("begin");
        assert!(known.iter().all(|cell| again[*cell] == 1), "{context}: what was known is run again");
        assert!(again.iter().all(|(cell, count)| count - begun.get(cell).unwrap_or(&0) <= 1), "{context}");
        stage.has_no_workers();
    }
    // Who is quicker than the signal has come to his end, which proves less.
    assert!(midway >= 10, "only {midway} runs were killed");
}

#[test]
fn a_run_that_is_killed_is_gone_on_with() {
    killed_at_random_moments(1, &["--backend", "reference,plain,gpu"]);
}

#[test]
fn a_run_in_workers_that_is_killed_is_gone_on_with() {
    killed_at_random_moments(2, &["--isolate"]);
}

#[test]
fn what_a_body_has_started_ends_with_the_run() {
    let child_of = |stage: &Stage| {
        let child = |(event, _): (String, String)| event.strip_prefix("child ").map(str::to_owned);
        wait_until("a child is started", || stage.events().into_iter().find_map(child))
    };
    let stage = Stage::new();
    let running = stage.run_gated(&["leaves_a_child"]).start();
    let child = child_of(&stage);
    running.send(libc::SIGKILL);
    running.finish();
    stage.has_no_workers();
    is_gone(&child);
    // A run that finishes leaves nothing behind either.
    for _ in 0..5 {
        stage.clear();
        stage.run(&["leaves_a_child"]).finish().exits(0);
        is_gone(&child_of(&stage));
    }
}

/// Waits until the process that `leaves_a_child` has started is no more.
#[track_caller]
fn is_gone(child: &str) {
    wait_until("the child ends", || {
        let line = Command::new("ps").args(["-o", "args=", "-p", child]).output().unwrap();
        (!String::from_utf8_lossy(&line.stdout).contains("77.125")).then_some(())
    });
}

// ---- Interrupted.

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

// ---- Out of time.

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

// ---- Without a disk.

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

/// Cells of all kinds: 34.
const MIXED: &[&str] = &["--exact", "known", "moody", "slow", "device"];

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

// ---- Two at once.

#[test]
fn two_runs_at_once_have_a_record_each() {
    let stage = Stage::new();
    let args = ["--exact", "quick", "slow", "known"];
    let all: BTreeSet<_> = listed(&stage, &args).into_iter().collect();
    let both = [stage.run_anywhere(&args).start(), stage.run_anywhere(&args).start()];
    both.into_iter().for_each(|run| {
        run.finish().exits(0);
    });
    let records = stage.records();
    assert_eq!(records.len(), 2, "{records:?}");
    for path in &records {
        let recorded = read_all(path).unwrap();
        assert_eq!(recorded.starts.len(), 1);
        once(&recorded.cells);
        assert_eq!(names(&recorded.cells), all);
        assert_eq!(recorded.planned, all.iter().cloned().collect::<Vec<_>>());
    }
}

#[test]
fn two_runs_into_one_record_leave_each_line_whole() {
    let stage = Stage::new();
    let args = ["--exact", "quick", "slow", "known"];
    let all: BTreeSet<_> = listed(&stage, &args).into_iter().collect();
    let both = [stage.run(&args).start(), stage.run(&args).start()];
    both.into_iter().for_each(|run| {
        run.finish().exits(0);
    });
    let recorded = stage.recorded();
    assert_eq!((recorded.starts.len(), recorded.cells.len(), &recorded.torn[..]), (2, 2 * all.len(), &[][..]));
    assert_eq!(names(&recorded.cells), all);
}

// ---- In parts.

#[test]
fn shards_share_the_cells_among_them() {
    for more in [&[][..], &["slow", "moody", "--backend", "plain"]] {
        let stage = Stage::new();
        let (mut run, mut sizes) = (BTreeSet::new(), Vec::new());
        let without = ["--skip", "prints", "--skip", "floods", "--skip", "chatters", "--skip", "gone"];
        let all = listed(&stage, &[&without, more].concat());
        for shard in ["1/3", "2/3", "3/3"] {
            stage.clear();
            let args = [&without[..], &["--shard", shard], more].concat();
            stage.run(&args).finish().exits(0);
            let recorded = stage.recorded();
            let part = names(&recorded.cells);
            assert_eq!(once(&recorded.cells).len(), stage.noted("end").len(), "not one body a cell");
            assert_eq!(part, listed(&stage, &args).into_iter().collect(), "another list");
            // A record of a part knows the whole.
            assert_eq!(recorded.planned, all.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
            sizes.push(part.len());
            run.extend(part);
        }
        assert_eq!(run, all.iter().cloned().collect());
        assert_eq!(sizes.iter().sum::<usize>(), all.len(), "a cell is in two shards: {sizes:?}");
        assert!(sizes.iter().all(|size| *size > 0), "{sizes:?}");
    }
}

#[test]
fn what_is_no_shard_is_a_usage_error() {
    let stage = Stage::new();
    for text in ["", "2", "0/5", "6/5", "1/0", "-1/5", "a/b", "1/2/3"] {
        let hint = format!("invalid shard `{text}`: write `2/5` for the second of five");
        stage.run(&[&format!("--shard={text}")]).refused(&stage, &hint);
    }
    stage.run(&["moody"]).env("CROSSCHECK_SHARD", "2").refused(&stage, "invalid shard `2`: write `2/5`");
    let nothing = "none of the 331 cells matches `moody`, --shard ";
    let selects_nothing = |number: u32| {
        let done = stage.run(&["moody", "--shard", &format!("{number}/2")]).finish();
        done.status.code() == Some(2) && done.stderr.contains(nothing)
    };
    assert_eq!((1..=2).filter(|number| selects_nothing(*number)).count(), 1, "the one cell is in one shard of two");
}

// ---- Gone on with.

/// A record of a whole run of these cells.
fn with_record(args: &[&str]) -> Stage {
    let stage = Stage::new();
    stage.run(args).finish().exits(0);
    stage
}

#[test]
fn only_a_record_of_this_very_suite_is_gone_on_with() {
    let stage = with_record(MIXED);
    let path = stage.record();
    let (shown, whole) = (path.display(), std::fs::read_to_string(&path).unwrap());
    let resume = |path: &str| stage.run(MIXED).args(&["--resume", path]);
    let fingerprint = stage.recorded().starts[0].1.fingerprint.to_string();
    let other = if fingerprint.starts_with('0') {
        fingerprint.replacen('0', "1", 1)
    } else {
        format!("0{}", &fingerprint[1..])
    };
    let lines: Vec<_> = whole.lines().collect();
    for (text, expected) in [
        (
            whole.replacen("\"suite\":\"runner\"", "\"suite\":\"walker\"", 1),
            format!(
                "{shown}:1: a record of `walker` (fingerprint {fingerprint}), not of `runner` (fingerprint {fingerprint})"
            ),
        ),
        (
            whole.replacen(&fingerprint, &other, 1),
            format!(
                "{shown}:1: a record of `runner` (fingerprint {other}), not of `runner` (fingerprint {fingerprint})"
            ),
        ),
        (
            format!("{whole}{}\n", lines[0].replace(&fingerprint, &other)),
            format!("{shown}:{}: a record of `runner` (fingerprint {other})", lines.len() + 1),
        ),
        (
            whole.replacen("\"format\":3", "\"format\":99", 1),
            format!("{shown}:1: written in format 99, this version reads 3"),
        ),
        (
            format!("{}\nnonsense\n{}\n", lines[..4].join("\n"), lines[4..].join("\n")),
            format!("{shown}:5: not a line of a crosscheck record: "),
        ),
        ("nonsense\n".to_owned(), format!("{shown}: not a crosscheck record: the first line is not a `start` line")),
        (String::new(), format!("{shown}: not a crosscheck record: ")),
    ] {
        assert_ne!(text, whole);
        std::fs::write(&path, &text).unwrap();
        resume(path.to_str().unwrap()).refused(&stage, &format!("error: --resume (CROSSCHECK_RESUME): {expected}"));
    }
    std::fs::write(&path, &whole).unwrap();
    let missing = stage.folder.join("nowhere.jsonl");
    resume(missing.to_str().unwrap())
        .refused(&stage, &format!("error: --resume (CROSSCHECK_RESUME): {}: ", missing.display()));
    assert!(!missing.exists());
    // There is none where it would be looked for.
    let text = "error: --resume (CROSSCHECK_RESUME): there is no record of `runner` to resume";
    stage.run_anywhere(&["--resume"]).refused(&stage, text);
    let one = ["--exact", "moody::plain", "--nocapture", "--resume", path.to_str().unwrap()];
    let text = "--resume (CROSSCHECK_RESUME): nextest starts each cell in its own process; use its own `--rerun`";
    stage.run(&one).env("NEXTEST", "1").refused(&stage, text);
}

#[test]
fn a_line_that_was_not_written_to_its_end_is_run_again() {
    let stage = with_record(MIXED);
    let path = stage.record();
    let whole = std::fs::read(&path).unwrap();
    let last = stage.recorded().cells.last().unwrap().name.clone();
    let lines = whole.iter().filter(|byte| **byte == b'\n').count();
    std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
    let done = stage.run(MIXED).args(&["--resume", path.to_str().unwrap()]).finish();
    done.exits(0).says("\n34 cells: 33 passed, 1 xfailed\n").complains("resumed: 33 cells were recorded in ");
    done.complains(&format!("note: {}:{lines} is incomplete and is ignored\n", path.display()));
    let begun = stage.noted("begin");
    assert!(begun.iter().all(|(name, count)| *count == if *name == last { 2 } else { 1 }), "{begun:?}");
    assert_eq!(once(&stage.recorded().cells).len(), 34);
}

#[test]
fn what_failed_before_has_failed() {
    let stage = Stage::new();
    stage.run(MIXED).env("RUNNER_FAILS", "1").finish().exits(101);
    let path = stage.record();
    let done = stage.run(MIXED).args(&["--resume", path.to_str().unwrap()]).finish();
    done.exits(101).says("\n34 cells: 32 passed, 1 xfailed, 1 FAILED\n");
    assert!(stage.noted("begin").values().all(|count| *count == 1), "something is run again{done}");
    // It is of no interest to a run of other cells.
    let done = stage.run(&["--exact", "slow", "--resume", path.to_str().unwrap()]).finish();
    done.exits(0).says("\n20 cells: 20 passed\n");
}

#[test]
fn the_last_record_is_that_of_the_place_where_records_go() {
    let stage = Stage::new();
    let few = ["--exact", "slow"];
    stage.run_anywhere(&few).finish().exits(0);
    stage.run_anywhere(&["--exact", "known"]).finish().exits(0);
    let done = stage.run_anywhere(MIXED).args(&["--resume"]).finish();
    done.exits(0).complains("resumed: 1 cells were recorded in ").says("\n34 cells: ");
    let sizes: BTreeSet<_> = stage.records().iter().map(|path| CellRecord::read(path).unwrap().len()).collect();
    assert_eq!(sizes, [20, 34].into());
    // Where a place is given, the last record is the one that is there.
    stage.run(&few).finish().exits(0);
    let done = stage.run(MIXED).env("CROSSCHECK_RESUME", "last").finish();
    done.exits(0).complains(&format!("resumed: 20 cells were recorded in {}\n", stage.record().display()));
    assert_eq!(once(&stage.recorded().cells).len(), 34);
}

// ---- Devices.

#[test]
fn a_device_is_for_one_cell_at_a_time_and_everything_else_runs_beside_it() {
    let stage = Stage::new();
    let args = ["--exact", "device", "held_device", "held", "--backend", "gpu,plain", "--test-threads", "22"];
    let record = |number: u32| stage.folder.join(format!("record-{number}"));
    let start = |number| stage.run_gated(&args).env("CROSSCHECK_RECORD", record(number)).start();
    let both = [start(1), start(2)];
    // Each of the other backend's waits for the others, so that they can only run at the same time.
    wait_until("all others run", || {
        let begun = stage.events().into_iter().filter(|(event, cell)| event == "begin" && cell.ends_with("::plain"));
        (begun.count() == 12).then_some(())
    });
    stage.open_the_gate();
    both.into_iter().for_each(|run| {
        run.finish().exits(0);
    });
    let on_device: Vec<_> = stage.events().into_iter().filter(|(_, cell)| cell.ends_with("::gpu")).collect();
    assert_eq!(on_device.len(), 2 * 2 * 16);
    for pair in on_device.chunks(2) {
        let [(first, cell), (second, other)] = pair else { panic!("an event without another") };
        assert_eq!((first.as_str(), second.as_str(), cell), ("begin", "end", other), "two at a time: {on_device:?}");
    }
}

// ---- Numbers.

#[test]
fn what_is_no_number_is_a_usage_error() {
    let stage = Stage::new();
    let seconds = "not a number of seconds above 0, such as `2.5`";
    let times = "not a number of times, such as `2`";
    for (flag, variable, values, text) in [
        ("timeout", "CROSSCHECK_TIMEOUT", &["0", "-1", "soon", "1e300", "NaN", "inf", "1s"][..], seconds),
        ("run-timeout", "CROSSCHECK_RUN_TIMEOUT", &["0", "-1", "soon", "1e300", "NaN", "inf", "1s"], seconds),
        ("retries", "CROSSCHECK_RETRIES", &["-1", "often", "1.5", "4294967296"], times),
    ] {
        for value in values {
            let expected = format!("error: invalid value '{value}' for '--{flag} <");
            for job in [
                stage.run(&[&format!("--{flag}={value}")]),
                stage.run(&[&format!("--{flag}"), value]),
                stage.run(&[]).env(variable, value),
            ] {
                job.refused(&stage, &expected);
            }
            stage.run(&[&format!("--{flag}"), value]).refused(&stage, text);
        }
    }
}

/// As a CI system has it that passes on an input which nobody gave.
#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() {
    let stage = Stage::new();
    let names =
        ["TIMEOUT", "RUN_TIMEOUT", "SHARD", "RESUME", "RETRIES", "NO_TESTS", "TODAY", "SEED", "ISOLATE", "HEADROOM"];
    let job = stage.run(&["--exact", "slow"]);
    let job = names.iter().fold(job, |job, name| job.env(&format!("CROSSCHECK_{name}"), ""));
    job.finish().exits(0).says("\n20 cells: 20 passed\n");
    stage.run(&["--backend", ""]).refused(&stage, "--backend (CROSSCHECK_BACKEND): ");
}

// ---- Output.

/// The text of each failing cell, as the terminal has it.
fn messages(stdout: &str) -> BTreeMap<&str, &str> {
    let failures = stdout.split_once("\nfailures:\n").and_then(|(_, rest)| rest.split_once("\nfailures:\n"));
    let parts = failures.map_or("", |(messages, _)| messages).split("\n---- ").skip(1);
    parts.map(|part| part.split_once(" ----\n").expect("a name and a text")).collect()
}

/// What stands in the text of all that cells have printed.
fn markers(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter(|word| ["rust-out-", "rust-err-", "c-out-"].iter().any(|prefix| word.starts_with(prefix))).collect()
}

#[test]
fn what_a_cell_prints_stands_with_its_own_failure_and_nowhere_else() {
    let stage = Stage::new();
    let done = stage.run(&["--exact", "prints", "--isolate"]).finish();
    let messages = messages(&done.exits(101).stdout);
    assert_eq!(messages.len(), 16, "{done}");
    let recorded = stage.recorded();
    let cells = once(&recorded.cells);
    assert_eq!(cells.len(), 32);
    for (name, cell) in cells {
        let (number, machine) = name.strip_prefix("prints::n_").and_then(|rest| rest.split_once("::")).unwrap();
        let number: u32 = number.parse().unwrap();
        let own: Vec<_> =
            ["rust-out", "rust-err", "c-out"].iter().map(|way| format!("{way}-{number:02}-{machine}")).collect();
        let own: BTreeSet<_> = if number % 2 == 1 { own.iter().map(String::as_str).collect() } else { BTreeSet::new() };
        assert_eq!(markers(messages.get(name).copied().unwrap_or_default()), own, "{name}{done}");
        assert_eq!(markers(cell.output.as_deref().unwrap_or_default()), own, "{name}: {:?}", cell.output);
        assert!(own.iter().all(|marker| done.stdout.matches(marker).count() == 1), "{name}{done}");
    }
    assert_eq!(markers(&done.stdout).len(), 3 * 16, "{done}");
    assert!(markers(&done.stderr).is_empty(), "{done}");
}

#[test]
fn what_comes_too_late_is_nobody_elses() {
    let stage = Stage::new();
    let done = stage.run(&["--exact", "chatters", "--isolate", "--test-threads", "1"]).finish();
    let messages = messages(&done.exits(101).stdout);
    assert!(!messages["chatters::n_1::apart"].contains("late-0"), "{done}");
}

#[test]
fn a_test_has_a_process_of_its_own_if_it_asks_for_one() {
    let stage = Stage::new();
    // Whose number it is stands behind the name of the body.
    let process_of = |body: &str| {
        let running = stage.run(&["--exact", body]).start();
        let runner = running.child.id();
        running.finish().exits(0);
        let noted = stage.noted("begin").into_keys().find_map(|cell| Some(cell.strip_prefix(body)?.to_owned()));
        let pid = noted.unwrap().trim_start_matches("::").trim_end_matches("::plain").parse::<u32>().unwrap();
        (pid, runner)
    };
    let (body, runner) = process_of("with_others");
    assert_eq!(body, runner);
    let (body, runner) = process_of("by_itself");
    assert_ne!(body, runner);
    // Where there is no backend there is nothing to start: nextest hears of it before.
    let ignored = ["--list", "--format", "terse", "--ignored", "by_itself"];
    let listed = stage.run(&ignored).env("NEXTEST", "1").finish();
    assert_eq!(listed.exits(0).stdout, "by_itself::gone: test\n");
}

#[test]
fn of_much_output_the_beginning_and_the_end_are_shown() {
    let stage = Stage::new();
    let done = stage.run(&["--exact", "floods"]).finish();
    let messages = messages(&done.exits(101).stdout);
    let message = messages["floods::apart"];
    for part in [
        "  | the beginning\n  | line 00000 of too many\n",
        " bytes are left out]\n",
        "  | line 19999 of too many\n  | the end\n",
    ] {
        assert!(message.contains(part), "{part:?} is missing{done}");
    }
    assert!(message.len() < 30_000, "{} bytes", message.len());
    assert!(stage.recorded().cells[0].output.as_ref().is_some_and(|output| output.len() < 20_000));
}
