//! The programs that build and run the suites.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::matrix::Matrix;
use super::peer::Peer;
use super::work::{Cost, Work};
use crate::python::{self, Environment};
use crate::usage::{Used, used};
use crate::workspace::{cargo, root};

const PYTEST: Environment =
    Environment { requirements: "benches/costs/requirements.txt", folder: "target/costs/python" };

/// How many processes are measured together where one is too short.
const PROCESSES: u32 = 10;

/// The suites that are there, and how to run them.
pub struct Tools<'a> {
    scratch: PathBuf,
    matrix: &'a Matrix,
    /// The executables of the suites, by size.
    executables: BTreeMap<(Peer, usize), PathBuf>,
    python: Option<PathBuf>,
}

impl<'a> Tools<'a> {
    pub fn new(scratch: PathBuf, matrix: &'a Matrix) -> Self {
        Self { scratch, matrix, executables: BTreeMap::new(), python: None }
    }

    /// Makes what has to be there before this is measured.
    ///
    /// # Errors
    /// Why it cannot be measured.
    pub fn prepare(&mut self, work: Work, peer: Peer) -> Result<(), String> {
        let folder = self.folder(work, peer);
        peer.write(&folder, self.matrix, work.tests())?;
        if peer == Peer::Pytest {
            let python = python::provide(PYTEST).map_err(|error| error.to_string())?;
            self.python = Some(python);
            return Ok(());
        }
        lock(&folder)?;
        used(&mut cargo_in(&folder, &["fetch"]))?;
        match work {
            Work::FirstBuild => return Ok(()),
            Work::Nextest => used(clean(Command::new(cargo())).args(["nextest", "--version"])).map(drop)?,
            _ => {}
        }
        if let Entry::Vacant(entry) = self.executables.entry((peer, work.tests())) {
            used(&mut cargo_in(&folder, &["test", "--no-run"]))?;
            entry.insert(executable(&folder)?);
        }
        Ok(())
    }

    /// Measures it once.
    ///
    /// # Errors
    /// Why it could not be measured.
    pub fn measure(&self, work: Work, peer: Peer) -> Result<Cost, String> {
        let folder = self.folder(work, peer);
        let only = |Used { seconds, .. }: Used| Cost { seconds, crates: None };
        match work {
            Work::FirstBuild => {
                remove(&folder.join("target"))?;
                let used = used(&mut cargo_in(&folder, &["test", "--no-run"]))?;
                let own = |line: &&str| line.contains(" costs v0.0.0");
                let compiled = used.stderr.lines().filter(|line| line.trim_start().starts_with("Compiling "));
                Ok(Cost { seconds: used.seconds, crates: Some(compiled.filter(|line| !own(line)).count()) })
            }
            Work::Compile => {
                used(&mut cargo_in(&folder, &["clean", "-p", "costs"]))?;
                used(&mut cargo_in(&folder, &["test", "--no-run"])).map(only)
            }
            Work::Nextest => {
                // The first hundred tests.
                used(&mut cargo_in(&folder, &["nextest", "run", "--status-level", "none", "-E", "test(t000)"]))
                    .map(only)
            }
            Work::Exact => {
                let mut seconds = 0.0;
                for _ in 0..PROCESSES {
                    // As nextest starts it.
                    let mut command = self.suite(work, peer)?;
                    if peer != Peer::Bare {
                        command.args(["--exact", &peer.cell(work.tests()), "--nocapture"]);
                    }
                    let run = format!("costs-{}", std::process::id());
                    seconds += used(command.env("NEXTEST", "1").env("NEXTEST_RUN_ID", run))?.seconds;
                }
                Ok(Cost { seconds: seconds / f64::from(PROCESSES), crates: None })
            }
            Work::Run if peer == Peer::Pytest => {
                let python = self.python.as_ref().ok_or("there is no Python")?;
                used(clean(Command::new(python)).args(["-m", "pytest", "-q"]).current_dir(&folder)).map(only)
            }
            Work::Run => used(self.suite(work, peer)?.arg("--quiet")).map(only),
            Work::List => used(self.suite(work, peer)?.args(["--list", "--format", "terse"])).map(only),
        }
    }

    /// Where the suite lies.
    fn folder(&self, work: Work, peer: Peer) -> PathBuf {
        self.scratch.join(format!("{}-{}", format!("{peer:?}").to_lowercase(), work.tests()))
    }

    /// The executable of a suite, in the folder that Cargo starts it in.
    fn suite(&self, work: Work, peer: Peer) -> Result<Command, String> {
        let executable = self.executables.get(&(peer, work.tests())).ok_or("it was not built")?;
        let mut command = clean(Command::new(executable));
        command.current_dir(self.folder(work, peer));
        Ok(command)
    }
}

/// Cargo for the package in a folder; started elsewhere, because it looks for settings in every folder above its own.
fn cargo_in(folder: &Path, args: &[&str]) -> Command {
    let mut command = clean(Command::new(cargo()));
    // A command of one word, or of two.
    let (first, rest) = args.split_at(if args[0] == "nextest" { 2 } else { 1 });
    command.args(first).arg("--manifest-path").arg(folder.join("Cargo.toml")).args(rest);
    command.current_dir(std::env::temp_dir());
    command
}

/// The versions that this repository is tested with.
fn lock(folder: &Path) -> Result<(), String> {
    let lock = folder.join("Cargo.lock");
    if lock.exists() {
        return Ok(());
    }
    fs::copy(root().join("Cargo.lock"), &lock).map(drop).map_err(|error| format!("{}: {error}", lock.display()))
}

/// Without what a user, Cargo or this task has set.
fn clean(mut command: Command) -> Command {
    const KEPT: [&str; 2] = ["CARGO_HOME", "CARGO_NET_OFFLINE"];
    let ours = ["CARGO", "CROSSCHECK_", "RUSTFLAGS", "RUSTC", "RUST_", "NEXTEST", "PYTHON", "PYTEST"];
    for (variable, _) in std::env::vars_os() {
        let name = variable.to_string_lossy();
        if ours.iter().any(|prefix| name.starts_with(prefix)) && !KEPT.contains(&&*name) {
            command.env_remove(&variable);
        }
    }
    command
}

/// The one executable that Cargo has just built there.
fn executable(folder: &Path) -> Result<PathBuf, String> {
    let built = folder.join("target/debug/deps");
    let there = fs::read_dir(&built).map_err(|error| format!("{}: {error}", built.display()))?;
    let suites = there.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("suite-") && !name.ends_with(".d")
    });
    let newest = suites.max_by_key(|path| path.metadata().and_then(|metadata| metadata.modified()).ok());
    newest.ok_or_else(|| format!("{} holds no executable", built.display()))
}

fn remove(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(format!("{}: {error}", folder.display())),
        _ => Ok(()),
    }
}
