use std::path::{Path, PathBuf};

use crosscheck::internals::read_all;

use super::*;
use crate::common::{clean, executable};

#[test]
fn nextest_lists_everything_and_again_what_is_ignored() {
    let list = ["--list", "--format", "terse"];
    let output = suite("outcomes").env("NEXTEST", "1").args(&list).run();
    assert_eq!(output.exits(0).ran_nothing().stdout, listed(CELLS), "another list{output}");
    let output = suite("outcomes").env("NEXTEST", "1").args(&list).args(&["--ignored"]).run();
    assert_eq!(output.exits(0).ran_nothing().stdout, listed(&cells(Cell::is_ignored)), "another list{output}");
    // A required backend is not ignored, so that it can fail.
    let required = suite("outcomes").env("NEXTEST", "1").env("CROSSCHECK_REQUIRE", "absent");
    let output = required.args(&list).args(&["--ignored"]).run();
    let skipped = cells(|cell| cell.is_ignored() && cell.outcome() != Outcome::Unavailable);
    assert_eq!(output.exits(0).ran_nothing().stdout, listed(&skipped), "another list{output}");
}

#[test]
fn nextest_runs_each_cell_in_a_process_of_its_own() {
    for cell in CELLS {
        let output = suite("outcomes").env("NEXTEST", "1").args(&["--exact", cell.name, "--nocapture"]).run();
        // What carries the ignored flag is not started.
        let started = cells(|other| other.name == cell.name && !other.is_ignored());
        came_to(&output, &started, Cell::outcome);
        assert_eq!(output.bodies.contains_key(cell.name), cell.runs(), "bodies: {:?}{output}", output.bodies);
        let word = cell.outcome().as_str();
        let says = |line: &str| line.starts_with(&format!("Error: {word}: ")) && line.contains(cell.expect.reason());
        // A mismatch gives its numbers in later lines.
        let complains = output.stderr.lines().any(says) || matches!(cell.expect, Expect::Fails(_));
        assert_eq!(complains, fails(cell.outcome()), "a line `Error: {word}: …` on stderr{output}");
        assert!(!output.stdout.contains("all cells"), "a report for one cell{output}");
        let errors = output.stderr.lines().filter(|line| line.starts_with("Error: ")).count();
        assert_eq!(errors, usize::from(fails(cell.outcome())), "another number of errors on stderr{output}");
    }
}

#[test]
fn an_ignored_cell_that_is_run_all_the_same_does_not_pass_unrun() {
    // What nextest passes for `--run-ignored`, and an IDE's run button.
    for (cell, flag) in
        cells(Cell::is_ignored).iter().flat_map(|cell| [(*cell, "--ignored"), (*cell, "--include-ignored")])
    {
        let output = suite("outcomes").env("NEXTEST", "1").args(&["--exact", cell.name, "--nocapture", flag]).run();
        let outcome = output.outcomes()[cell.name].outcome;
        assert_eq!(outcome, cell.outcome(), "{output}");
        assert!(output.exits(101).bodies.is_empty(), "bodies: {:?}{output}", output.bodies);
        output
            .complains(&format!("Error: {outcome}: "))
            .complains("its body was not run: CROSSCHECK_RUN_EXCLUDED=1 runs it");
    }
    let skipped = cells(|cell| cell.outcome() == Outcome::Skipped);
    for cell in &skipped {
        let output = suite("outcomes").args(&["--exact", cell.name, "--include-ignored", "--no-tests", "pass"]).run();
        came_to(&output, &[*cell], Cell::outcome);
        assert!(output.exits(0).bodies.is_empty(), "bodies: {:?}{output}", output.bodies);
        output.says(&format!("ignored ({})", cell.expect.reason()));
    }
}

/// One run of nextest after the other into one record, as it starts its processes.
struct Run {
    folder: PathBuf,
    id: &'static str,
}

impl Run {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("nextest-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder, id: "8f2c-1" }
    }

    fn record(&self) -> PathBuf {
        self.folder.join("record.jsonl")
    }

    /// What a process with these arguments ends with.
    fn process(&self, args: &[&str]) -> i32 {
        let mut command = clean(Path::new(executable("outcomes")));
        command.args(args).env("NEXTEST", "1").env("NEXTEST_RUN_ID", self.id).env("CROSSCHECK_RECORD", self.record());
        command.env("OUTCOMES_BODIES", self.folder.join("bodies")).output().unwrap().status.code().unwrap()
    }

    fn lists(&self) {
        let list = ["--list", "--format", "terse"];
        assert_eq!((self.process(&list), self.process(&[&list[..], &["--ignored"]].concat())), (0, 0));
    }

    fn left(&self) -> Vec<PathBuf> {
        let left = std::fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        left.filter(|path| !path.ends_with("bodies") && *path != self.record()).collect()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn what_nextest_is_told_of_stands_in_the_record_of_what_it_runs() {
    let mut run = Run::new("plan");
    run.lists();
    // Whoever only lists leaves no record.
    assert!(!run.record().exists());
    let started = cells(|cell| cell.outcome() == Outcome::Passed);
    for cell in &started {
        assert_eq!(run.process(&["--exact", cell.name, "--nocapture"]), 0);
    }
    let recorded = read_all(&run.record()).unwrap();
    let mut names: Vec<_> = CELLS.iter().map(|cell| cell.name.to_owned()).collect();
    names.sort_unstable();
    assert_eq!(recorded.planned, names);
    assert!(recorded.listed && recorded.concluded && !recorded.suites.is_empty());
    // The first process has said it for all, and with it what nextest does not start.
    assert_eq!(recorded.starts.len(), started.len());
    let outcomes: BTreeMap<_, _> = recorded.cells.iter().map(|cell| (cell.name.as_str(), cell.outcome)).collect();
    let expected = cells(|cell| cell.is_ignored() || cell.outcome() == Outcome::Passed);
    assert_eq!(outcomes, expected.iter().map(|cell| (cell.name, cell.outcome())).collect());
    assert_eq!(outcomes.len(), recorded.cells.len());
    assert_eq!(run.left(), Vec::<PathBuf>::new());

    // The next run says it again, and takes nothing that is another one's.
    run.lists();
    run.id = "8f2c-2";
    assert_eq!(run.process(&["--exact", started[0].name, "--nocapture"]), 0);
    assert_eq!(read_all(&run.record()).unwrap().cells.len(), recorded.cells.len() + 1);
    run.id = "8f2c-1";
    assert_eq!(run.process(&["--exact", started[0].name, "--nocapture"]), 0);
    assert_eq!(read_all(&run.record()).unwrap().cells.len(), 2 * recorded.cells.len() - started.len() + 2);
    assert_eq!(run.left(), Vec::<PathBuf>::new());
}

/// The name of a run becomes that of a file.
#[test]
fn a_run_of_which_the_name_leads_elsewhere_leaves_nothing() {
    let mut run = Run::new("name");
    for id in ["", "../../gone", "a/b", "."] {
        run.id = id;
        run.lists();
        assert_eq!(run.left(), Vec::<PathBuf>::new(), "{id:?}");
    }
}
