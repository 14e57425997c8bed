//! Whatever a backend does to its process, every other cell comes to its own outcome: tried on `src/bin/faults.rs`.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crosscheck::Outcome;
use crosscheck::internals::read_all;
use crosscheck::record::CellRecord;

use crate::common::{Output, clean, executable, suite};

/// What a body does, in words and in the name of its cell, what becomes of the cell, and what the reason says.
const FAULTS: [(&str, &str, Outcome, &str); 42] = [
    ("panics", "panic", Outcome::Failed, "the cogs jammed"),
    (
        "panics with something that is not a string",
        "odd_panic",
        Outcome::Failed,
        "a panic whose payload is not a string",
    ),
    ("panics in `Drop` while it unwinds", "panic_in_drop", Outcome::Crashed, "SIGABRT"),
    ("aborts", "abort", Outcome::Crashed, "SIGABRT"),
    ("writes through a null pointer", "null_write", Outcome::Crashed, "SIGSEGV"),
    ("writes beyond the end of a mapped file", "bus_error", Outcome::Crashed, "SIGBUS"),
    ("overflows its stack", "stack_overflow", Outcome::Crashed, "SIGABRT"),
    ("takes all memory", "out_of_memory", Outcome::Crashed, "SIGABRT"),
    ("`exit(0)`", "exit_zero", Outcome::Crashed, "exit code 0 before the check ended"),
    ("`exit(7)`", "exit_seven", Outcome::Crashed, "exit code 7 before the check ended"),
    ("`_exit(0)`", "exit_at_once", Outcome::Crashed, "exit code 0 before the check ended"),
    ("loops forever", "loop", Outcome::TimedOut, "did not end within 10s"),
    ("leaves a thread behind that panics later", "late_panic", Outcome::Passed, ""),
    ("deadlocks", "deadlock", Outcome::TimedOut, "did not end within 10s"),
    ("prints a gigabyte", "flood", Outcome::Passed, ""),
    ("prints binary junk", "junk", Outcome::Passed, ""),
    ("closes its standard output", "close_stdout", Outcome::Passed, ""),
    ("writes into every open file descriptor", "write_everywhere", Outcome::Crashed, "wrote into the result channel"),
    ("changes the working directory", "change_folder", Outcome::Passed, ""),
    ("changes the environment", "change_environment", Outcome::Passed, ""),
    ("changes the panic hook", "change_hook", Outcome::Passed, ""),
    ("blocks all signals", "change_mask", Outcome::Passed, ""),
    ("leaks 10,000 file descriptors", "leak", Outcome::Passed, ""),
    ("poisons a lock that all share", "poison", Outcome::Failed, "it holds a lock"),
    ("returns another cell's result", "stale", Outcome::Failed, "[2] 4 instead of 3"),
    ("forks, and returns in both processes", "fork_twice", Outcome::Passed, ""),
    ("crashes while a child of it still runs", "crash_beside_child", Outcome::Crashed, "SIGSEGV"),
    ("leaves a child behind", "leave_child", Outcome::Passed, ""),
    ("leaves a child behind in a session of its own", "leave_daemon", Outcome::Passed, ""),
    ("crashes while such a child still runs", "crash_beside_daemon", Outcome::Crashed, "SIGABRT"),
    ("turns flush-to-zero on", "flush_to_zero", Outcome::Failed, "left the floating-point state of its thread changed"),
    ("changes the rounding mode", "round", Outcome::Failed, "for whatever comes next: the rounding mode"),
    ("changes the umask", "umask", Outcome::Passed, ""),
    ("lowers a resource limit", "limit", Outcome::Passed, ""),
    ("changes the locale", "locale", Outcome::Passed, ""),
    ("ignores a signal", "ignore_signal", Outcome::Passed, ""),
    ("leaves an alarm that ends the process", "alarm", Outcome::Passed, ""),
    ("makes the process nicer", "nice", Outcome::Passed, ""),
    ("redirects standard output", "redirect", Outcome::Passed, ""),
    (
        "leaves a thread behind that aborts later",
        "late_abort",
        Outcome::Crashed,
        "SIGABRT (signal 6), by a thread that it had left behind",
    ),
    (
        "leaves a thread behind that ends the process later",
        "late_exit",
        Outcome::Crashed,
        "by a thread that it had left behind",
    ),
    ("succeeds every other time", "tuesday", Outcome::Flaky, "passed at attempt 2, before that: panicked at "),
];

/// A run of everything, in so many threads, with fresh counters for the flaky ones.
fn run(threads: &str, args: &[&str]) -> Output {
    run_with(threads, args, &[])
}

fn run_with(threads: &str, args: &[&str], variables: &[(&str, &str)]) -> Output {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let counters = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("faults-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&counters).unwrap();
    let suite = suite("faults").args(&["--timeout", "10", "--test-threads", threads]).args(args);
    let suite = suite.args(&["--backend", "faulty,reference"]);
    let suite = variables.iter().fold(suite, |suite, (variable, value)| suite.env(variable, value));
    let output = suite.env("FAULTS_COUNTERS", &counters).run();
    nothing_is_left(&counters, &output);
    std::fs::remove_dir_all(&counters).unwrap();
    output
}

/// Everything that the run and its bodies have started comes to its end with it: what they have started knows the folder.
fn nothing_is_left(counters: &Path, output: &Output) {
    if !cfg!(target_os = "linux") {
        return;
    }
    let left = || started_with(counters);
    // Workers that have nothing to do end when they see that their run has.
    let until = Instant::now() + Duration::from_secs(60);
    while !left().is_empty() {
        assert!(Instant::now() < until, "{:?} are left behind{output}", left());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The processes that know the folder.
fn started_with(counters: &Path) -> Vec<PathBuf> {
    let variable = [b"FAULTS_COUNTERS=", counters.as_os_str().as_encoded_bytes()].concat();
    let is_one = |process: &PathBuf| {
        let variables = std::fs::read(process.join("environ")).unwrap_or_default();
        variables.split(|byte| *byte == 0).any(|it| it == variable)
    };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    processes.filter(is_one).collect()
}

/// Of a cell that turns out later to have ended its process, what was recorded last counts.
fn last(output: &Output) -> BTreeMap<&str, &CellRecord> {
    output.record.iter().flatten().map(|cell| (cell.name.as_str(), cell)).collect()
}

fn healthy(name: &str) -> bool {
    name.starts_with("healthy::") || name.starts_with("beside::")
}

/// The table that the page on isolation shows.
fn table(lost: &BTreeMap<&str, usize>) -> String {
    let rows = FAULTS.iter().map(|(what, name, outcome, _)| {
        let lost = lost.get(name).copied().unwrap_or_default();
        let isolated = if outcome.fails_the_run() { "101" } else { "0" };
        let ends = ends_together(name).join(" or ");
        format!("| {what} | {} | {lost} | {isolated} | {ends} |\n", outcome.as_str().to_lowercase())
    });
    let head = "| a body that … | outcome | healthy cells lost | the run ends with | in the process of the run |";
    format!("{head}\n|---|---|---|---|---|\n{}", rows.collect::<String>())
}

/// How the process ends that runs such a body itself: that of a whole run, and that of one cell, as nextest starts it.
fn ends_together(name: &str) -> &'static [&'static str] {
    match name {
        "panic_in_drop" | "abort" | "stack_overflow" | "out_of_memory" | "crash_beside_daemon" => &["SIGABRT"],
        "null_write" | "crash_beside_child" => &["SIGSEGV"],
        "bus_error" => &["SIGBUS"],
        // Whichever comes first.
        "late_abort" => &["0", "SIGABRT"],
        "late_exit" => &["0", "101"],
        "alarm" => &["0", "SIGALRM"],
        "panic" | "odd_panic" | "exit_zero" | "exit_seven" | "loop" | "deadlock" | "poison" | "stale"
        | "flush_to_zero" | "round" | "tuesday" => &["101"],
        _ => &["0"],
    }
}

#[test]
fn every_fault_comes_to_its_own_outcome_and_no_healthy_cell_is_lost() {
    // Most of it is waiting, so that both may run at a time.
    let outputs = std::thread::scope(|scope| {
        let runs = ["2", "8"].map(|threads| (threads, scope.spawn(|| run(threads, &["--retries", "1"]))));
        runs.map(|(threads, output)| (threads, output.join().unwrap()))
    });
    for (threads, output) in outputs {
        let cells = last(output.exits(101));
        for (_, name, outcome, reason) in FAULTS {
            let cell = cells[format!("fault::{name}::faulty").as_str()];
            // Another fault may have had the worker replaced before its thread came to do any harm.
            if matches!(name, "late_abort" | "late_exit") && cell.outcome == Outcome::Passed {
                continue;
            }
            assert_eq!(cell.outcome, outcome, "{threads} threads: {cell:?}{output}");
            assert!(cell.reason.contains(reason), "{cell:?}{output}");
        }
        let well = cells.iter().filter(|(name, _)| healthy(name));
        let well: Vec<_> = well.filter(|(_, cell)| cell.outcome == Outcome::Passed).collect();
        assert_eq!(well.len(), 100, "{threads} threads: a healthy cell was lost{output}");
        // Nothing of what a cell prints shows up anywhere but with what went wrong with it.
        assert!(!output.stdout.contains(" of /"), "a healthy cell's output is shown{output}");
        assert!(!output.stderr.contains("jammed"), "{output}");
    }
}

/// Each fault by itself beside the healthy ones, so that the table says of each how many it cost.
#[test]
fn the_table_of_the_page_on_isolation_is_what_happens() {
    let mut lost = BTreeMap::new();
    for (_, name, outcome, _) in FAULTS {
        let fault = format!("fault::{name}::");
        // Only a flaky cell comes to another outcome when it is tried again.
        let retries = if outcome == Outcome::Flaky { "1" } else { "0" };
        // A thread that ends the process after the run has ended is nobody's business.
        let waits: &[_] = if name.starts_with("late_") { &[("FAULTS_WAIT", "1")] } else { &[] };
        let args = ["--retries", retries, "--exact", &fault[..fault.len() - 2], "healthy", "beside"];
        let output = run_with("2", &args, waits);
        output.exits(if outcome.fails_the_run() { 101 } else { 0 });
        let cells = last(&output);
        assert_eq!(cells.len(), 101, "{output}");
        assert_eq!(cells[format!("{fault}faulty").as_str()].outcome, outcome, "{output}");
        lost.insert(name, cells.iter().filter(|(name, cell)| healthy(name) && cell.outcome != Outcome::Passed).count());
    }
    let table = table(&lost);
    let page = include_str!("../../../../docs/src/isolation.md");
    assert!(page.contains(&table), "docs/src/isolation.md should have:\n{table}");
}

/// A run of a fault in the process of the run: what its status is, and what its record says.
struct Together {
    folder: PathBuf,
    record: PathBuf,
}

impl Together {
    fn new(name: &str, mode: &str) -> Self {
        let folder = format!("faults-{name}-{mode}-{}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self { record: folder.join("record.jsonl"), folder }
    }

    /// What it prints may be anything, and a gigabyte of it.
    fn run(&self, args: &[&str], nextest: bool, hangs: bool) -> ExitStatus {
        let mut command = clean(Path::new(executable("faults")));
        command.args(args).env("CROSSCHECK_RECORD", &self.record).env("FAULTS_COUNTERS", &self.folder);
        command.env("FAULTS_WAIT", "1").stdout(Stdio::null()).stderr(Stdio::null());
        if hangs {
            // nextest has a limit of its own.
            command.env("CROSSCHECK_RUN_TIMEOUT", "5");
        }
        if nextest {
            command.env("NEXTEST", "1").env("NEXTEST_EXECUTION_MODE", "process-per-test");
        }
        command.status().unwrap()
    }

    /// What the next run says of this one.
    fn next(&self) -> String {
        let mut command = clean(Path::new(executable("faults")));
        let output = command.args(["--exact", FINE]).env("CROSSCHECK_RECORD", &self.record).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stderr).unwrap()
    }
}

impl Drop for Together {
    fn drop(&mut self) {
        // Nobody ends what a body leaves behind there.
        for process in started_with(&self.folder) {
            let number = process.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let _ = Command::new("kill").args(["-9", &number]).status();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A cell that does nothing wrong.
const FINE: &str = "nothing_is_wrong_with_the_reference::reference";

/// In the process of a run, and in one that runs one cell, as nextest starts it: no fault looks like a success, unless a body ends
/// the process in a way that nobody can see; then the record says so, and so does the next run.
#[test]
fn a_fault_in_the_process_of_the_run_ends_it_as_the_page_says() {
    let next = AtomicUsize::new(0);
    let all: Vec<_> = FAULTS.iter().flat_map(|fault| [(fault, false), (fault, true)]).collect();
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(((_, name, outcome, _), nextest)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    wrong.lock().unwrap().extend(ends_as_the_page_says(name, *outcome, *nextest));
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is not as the page says.
fn ends_as_the_page_says(name: &str, outcome: Outcome, nextest: bool) -> Vec<String> {
    let cell = format!("fault::{name}::together");
    let stage = Together::new(name, if nextest { "nextest" } else { "run" });
    let waits = name.starts_with("late_").then_some("healthy::tens_40_ones_9::together");
    let status = if nextest {
        stage.run(&["--exact", &cell, "--nocapture"], true, outcome == Outcome::TimedOut)
    } else {
        let args = ["--test-threads", "2", "--exact", &cell, FINE];
        stage.run(&[&args[..], &waits.into_iter().collect::<Vec<_>>()].concat(), false, outcome == Outcome::TimedOut)
    };
    let ended = match (status.code(), status.signal()) {
        (Some(code), _) => code.to_string(),
        (None, Some(libc::SIGABRT)) => "SIGABRT".to_owned(),
        (None, Some(libc::SIGSEGV)) => "SIGSEGV".to_owned(),
        (None, Some(libc::SIGBUS)) => "SIGBUS".to_owned(),
        (None, Some(libc::SIGALRM)) => "SIGALRM".to_owned(),
        (None, signal) => format!("{signal:?}"),
    };
    let mut wrong = Vec::new();
    let mut holds = |what: bool, why: &str| {
        if !what {
            wrong.push(format!("{cell}, nextest {nextest}, ended with {ended}: {why}"));
        }
    };
    holds(ends_together(name).contains(&ended.as_str()), "another end");
    if name == "write_everywhere" {
        // The record is a file like any other; whoever wants to read it is told that it cannot be read.
        holds(read_all(&stage.record).is_err(), "a record that was written into is read");
        return wrong;
    }
    let recorded = read_all(&stage.record).unwrap();
    let known = recorded.cells.iter().find(|recorded| recorded.name == cell);
    // What has taken its process down has begun there and not ended.
    // A machine that has much else to do may come to the end of a body only after what it has left behind.
    let died = match name {
        "alarm" => false,
        "late_abort" => ended == "SIGABRT" && known.is_none(),
        _ => ended.starts_with("SIG") || name.starts_with("exit_"),
    };
    holds(known.is_some() != died, "another number of records of it");
    holds(recorded.begun.contains(&cell) == died, "what has begun is another matter");
    let plain = if outcome == Outcome::Flaky { Outcome::Failed } else { outcome };
    let is_as_apart =
        |known: &CellRecord| known.outcome == plain || name.starts_with("late_") && known.outcome == Outcome::Passed;
    holds(known.is_none_or(is_as_apart), &format!("{known:?}"));
    if nextest {
        return wrong;
    }
    // A run whose time is over gives cells up.
    let is_over = !died && outcome != Outcome::TimedOut && (ended == "0" || ended == "101" && name != "late_exit");
    holds(recorded.concluded == is_over, "whether it has concluded");
    let said = stage.next();
    let begun = format!("the last run has not concluded ({}): `{cell}` ", stage.record.display());
    // The other thread may have begun a cell as well.
    let says_so = said.split_once(&begun).is_some_and(|(_, rest)| {
        rest.starts_with("began and did not end") || rest.starts_with("and 1 more began and did not end")
    });
    holds(says_so == died, &format!("the next run says {said}"));
    holds(said.contains("the last run has not concluded") != recorded.concluded, &format!("the next run says {said}"));
    wrong
}

#[test]
fn what_ends_a_process_is_expected_like_any_other_failure() {
    let output = run("2", &["expected"]);
    let outcomes: BTreeMap<_, _> =
        output.outcomes().into_iter().map(|(name, cell)| (name, (cell.outcome, cell.reason.as_str()))).collect();
    for (name, outcome, reason) in [
        ("crash", Outcome::XFailed, "takes the process down: ended its process: SIGABRT (signal 6)"),
        ("timeout", Outcome::XFailed, "goes on and on: did not end within 10s"),
        (
            "crash_that_merely_fails",
            Outcome::XChanged,
            "expects a crash, but this is a panic, an improvement; if that is meant, say `.by(Failure::Panic)` there: panicked at ",
        ),
        (
            "failure_that_crashes",
            Outcome::XChanged,
            "expects a failure, but this is a crash; if that is meant, say `.by(Failure::Crash)` there: ended its process: SIGSEGV",
        ),
        ("flake", Outcome::KnownFlaky, "depends on the day: passed at attempt 2, before that: panicked at "),
    ] {
        let (seen, why) = outcomes[format!("expected::{name}::faulty").as_str()];
        assert_eq!(seen, outcome, "{name}: {why}{output}");
        assert!(why.contains(reason), "{name}: {why:?} lacks {reason:?}");
    }
}

#[test]
fn a_flaky_cell_is_a_failed_one_where_nobody_tries_again() {
    let output = run("3", &["fault::tuesday"]);
    let cell = output.outcomes()["fault::tuesday::faulty"];
    assert_eq!((cell.outcome, cell.attempts), (Outcome::Failed, None), "{output}");
}

/// What it printed stands with what went wrong, cut to what is worth reading.
#[test]
fn the_output_of_a_cell_is_kept_with_its_failure() {
    let output = run("4", &["fault::abort", "fault::stack_overflow", "fault::null_write"]);
    let cells = output.outcomes();
    let printed = |name: &str| cells[name].output.clone().unwrap_or_default();
    assert!(printed("fault::stack_overflow::faulty").contains("has overflowed its stack"), "{output}");
    assert_eq!(printed("fault::null_write::faulty"), "");
    output.says("it printed:\n  | \n  | thread 'main'");
}
