//! The runner as a process among others: killed, interrupted, out of time, without a disk, twice at once, in parts. Tried on
//! `src/bin/runner.rs`.

mod devices;
mod interrupted;
mod killed;
mod live;
mod numbers;
mod out_of_time;
mod output;
mod resumed;
mod shards;
mod two_at_once;
mod without_a_disk;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crosscheck::Outcome;
use crosscheck::internals::{Recorded, read_all};
use crosscheck::record::CellRecord;

use crate::common::{clean, executable};

/// Longer than anything here takes, on any machine.
const LONG: Duration = Duration::from_secs(60);

/// How many cells run at a time, unless a test says otherwise.
const THREADS: usize = 4;

/// Cells of all kinds: 34.
const MIXED: &[&str] = &["--exact", "known", "moody", "slow", "device"];

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
        runs.map(|run| run.unwrap().path().join("crosscheck-ui-tests-suites-runner.jsonl")).collect()
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
        command
            .env("RUNNER_EVENTS", self.folder.join("events"))
            .env("TMPDIR", self.folder.join("tmp"))
            .env("TERM", "xterm");
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
