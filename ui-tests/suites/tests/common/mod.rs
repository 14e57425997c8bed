//! Runs the suites of `src/bin/` as child processes with a clean environment.

pub mod model;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crosscheck::record::CellRecord;

/// A suite of `src/bin/`, about to be run.
pub struct Suite {
    command: Command,
    shown: String,
    folder: Folder,
}

/// What became of it.
pub struct Output {
    shown: String,
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// The cells of the record file, in the order in which they ended; `None` without a file.
    pub record: Option<Vec<CellRecord>>,
    /// How often each body was run, by `module::test::case::backend`.
    pub bodies: BTreeMap<String, usize>,
}

/// A suite with a record file and a file of bodies of its own.
pub fn suite(name: &str) -> Suite {
    suite_at(Path::new(executable(name)), name)
}

/// The same for a suite that is another program than those.
pub fn suite_at(program: &Path, name: &str) -> Suite {
    let folder = Folder::new();
    let mut command = clean(program);
    command.env("CROSSCHECK_RECORD", folder.record()).env("OUTCOMES_BODIES", folder.bodies());
    Suite { command, shown: name.to_owned(), folder }
}

/// The program, in an environment that says nothing to it.
pub fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (variable, _) in std::env::vars_os() {
        let text = variable.to_string_lossy();
        let said = ["NEXTEST", "CROSSCHECK_", "RUST_", "CLICOLOR", "GITHUB_STEP_SUMMARY", "XML_OUTPUT_FILE"];
        if said.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&variable);
        }
    }
    command.env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

impl Suite {
    pub fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self.shown = args.iter().fold(self.shown, |shown, arg| format!("{shown} {arg:?}"));
        self
    }

    pub fn env(mut self, variable: &str, value: impl AsRef<OsStr>) -> Self {
        self.shown = format!("{variable}={:?} {}", value.as_ref(), self.shown);
        self.command.env(variable, value);
        self
    }

    pub fn run(mut self) -> Output {
        let output = self.command.output().unwrap_or_else(|error| panic!("{}: {error}", self.shown));
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("a suite prints UTF-8");
        let (record, bodies) = (self.folder.record(), self.folder.bodies());
        let record = record.exists().then(|| CellRecord::read(&record).unwrap_or_else(|error| panic!("{error}")));
        let bodies = std::fs::read_to_string(bodies).unwrap_or_default();
        Output {
            shown: self.shown,
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            record,
            bodies: bodies.lines().fold(BTreeMap::new(), |mut counts, body| {
                *counts.entry(body.to_owned()).or_default() += 1;
                counts
            }),
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shown, code, stdout, stderr, .. } = self;
        write!(f, "\n$ {shown}\nexit code {code:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
    }
}

impl Output {
    /// Nothing was run: no record, no body, and nothing that a reader could take for a result.
    #[track_caller]
    pub fn ran_nothing(&self) -> &Self {
        assert!(self.record.is_none(), "a record was written: {:?}{self}", self.record);
        assert!(self.bodies.is_empty(), "bodies were run: {:?}{self}", self.bodies);
        assert!(!self.stdout.contains("running "), "the runner was started{self}");
        self
    }

    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "another exit code{self}");
        self
    }

    #[track_caller]
    pub fn says(&self, part: &str) -> &Self {
        assert!(self.stdout.contains(part), "stdout lacks {part:?}{self}");
        self
    }

    #[track_caller]
    pub fn complains(&self, part: &str) -> &Self {
        assert!(self.stderr.contains(part), "stderr lacks {part:?}{self}");
        self
    }

    /// The recorded outcomes by the name of the cell; each cell once.
    #[track_caller]
    pub fn outcomes(&self) -> BTreeMap<&str, &CellRecord> {
        let mut cells = BTreeMap::new();
        for cell in self.record.iter().flatten() {
            assert!(cells.insert(cell.name.as_str(), cell).is_none(), "`{}` is recorded twice{self}", cell.name);
        }
        cells
    }
}

/// Where Cargo put the suite; it builds all of them before this test.
pub fn executable(suite: &str) -> &'static str {
    match suite {
        "again" => env!("CARGO_BIN_EXE_again"),
        "audits" => env!("CARGO_BIN_EXE_audits"),
        "cases" => env!("CARGO_BIN_EXE_cases"),
        "comparisons" => env!("CARGO_BIN_EXE_comparisons"),
        "devices" => env!("CARGO_BIN_EXE_devices"),
        "ends" => env!("CARGO_BIN_EXE_ends"),
        "faults" => env!("CARGO_BIN_EXE_faults"),
        "leftovers" => env!("CARGO_BIN_EXE_leftovers"),
        "liar" => env!("CARGO_BIN_EXE_liar"),
        "partial" => env!("CARGO_BIN_EXE_partial"),
        "empty" => env!("CARGO_BIN_EXE_empty"),
        "lives" => env!("CARGO_BIN_EXE_lives"),
        "misregistered" => env!("CARGO_BIN_EXE_misregistered"),
        "misnamed" => env!("CARGO_BIN_EXE_misnamed"),
        "nothing" => env!("CARGO_BIN_EXE_nothing"),
        "outcomes" => env!("CARGO_BIN_EXE_outcomes"),
        "quiet" => env!("CARGO_BIN_EXE_quiet"),
        "readme" => env!("CARGO_BIN_EXE_readme"),
        "rows" => env!("CARGO_BIN_EXE_rows"),
        "runner" => env!("CARGO_BIN_EXE_runner"),
        "scalars" => env!("CARGO_BIN_EXE_scalars"),
        "strength" => env!("CARGO_BIN_EXE_strength"),
        "strengthless" => env!("CARGO_BIN_EXE_strengthless"),
        "subjects" => env!("CARGO_BIN_EXE_subjects"),
        "values" => env!("CARGO_BIN_EXE_values"),
        "tour" => env!("CARGO_BIN_EXE_tour"),
        _ => panic!("`{suite}` is no suite of `src/bin/`"),
    }
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self(path)
    }

    fn record(&self) -> PathBuf {
        self.0.join("record.jsonl")
    }

    fn bodies(&self) -> PathBuf {
        self.0.join("bodies")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is below Cargo's target folder and in nobody's way.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
