//! `cargo xtask instructions`: how many instructions the stages take in a debug build, as users have it. Unlike seconds, they are
//! nearly the same on every run, so a small growth shows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::built::{build, find};
use crate::cargo::program;
use crate::ci::ALL;
use crate::error::{TaskError, io_error};
use crate::unpacked;
use crate::workspace::root;

/// What to do with the numbers.
#[derive(Debug, Default, Args)]
pub struct Options {
    /// Write nothing, and fail where one has grown by more than 3 %
    #[arg(long)]
    pub check: bool,
}

const FILE: &str = "benches/instructions.json";
/// What a number may grow by without being written again.
const GROWTH: f64 = 0.03;

/// The numbers, and the compiler that they hold for.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Committed {
    rustc: String,
    target: String,
    instructions: BTreeMap<String, u64>,
}

/// Counts, and writes the numbers or compares them.
pub fn instructions(options: &Options) -> Result<(), TaskError> {
    let valgrind = valgrind().map_err(TaskError::NotMeasured)?;
    let built = build(&[&ALL[..], &["--bin", "thousand", "--bin", "pieces"]].concat())?;
    let executable = |target| find(&built, "crosscheck-benches", target).map(|found| found.path.clone());
    let (rustc, target) = compiler()?;
    let instructions = count(&valgrind, &executable("thousand")?, &executable("pieces")?)?;
    let now = Committed { rustc, target, instructions };
    let path = root().join(FILE);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let committed = serde_json::from_str::<Committed>(&text);
    if options.check && committed.is_err() {
        return Err(TaskError::NotCurrent { file: FILE, task: "cargo xtask instructions" });
    }
    let committed = committed.unwrap_or_default();
    println!("\n{}", table(&committed, &now));
    if !options.check {
        let text = serde_json::to_string_pretty(&now).unwrap_or_default() + "\n";
        return std::fs::write(&path, text).map_err(io_error(&path));
    }
    if (&committed.rustc, &committed.target) != (&now.rustc, &now.target) {
        println!(
            "not compared: the numbers of {FILE} are of {} for {}, and this is {} for {}",
            committed.rustc, committed.target, now.rustc, now.target
        );
        return Ok(());
    }
    let grown = grown(&committed, &now);
    if grown.is_empty() { Ok(()) } else { Err(TaskError::Grown(grown.join("\n"))) }
}

/// What takes more than it may.
fn grown(committed: &Committed, now: &Committed) -> Vec<String> {
    let one = |(stage, count): (&String, &u64)| match committed.instructions.get(stage) {
        Some(before) if *count as f64 <= *before as f64 * (1.0 + GROWTH) => None,
        Some(before) => {
            Some(format!("{stage}: {count}, {:.1} % more than {before}", (ratio(*count, *before) - 1.0) * 100.0))
        }
        None => Some(format!("{stage}: {count}, and no number is committed")),
    };
    let gone = committed.instructions.keys().filter(|stage| !now.instructions.contains_key(*stage));
    let gone = gone.map(|stage| format!("{stage}: is not counted any more"));
    now.instructions.iter().filter_map(one).chain(gone).collect()
}

fn table(committed: &Committed, now: &Committed) -> String {
    let row = |(stage, count): (&String, &u64)| {
        let before = committed.instructions.get(stage);
        let change =
            before.map(|before| format!("  {:+.1} %", (ratio(*count, *before) - 1.0) * 100.0)).unwrap_or_default();
        format!("  {stage:<8} {count:>12}{change}")
    };
    now.instructions.iter().map(row).collect::<Vec<_>>().join("\n")
}

fn ratio(one: u64, other: u64) -> f64 {
    one as f64 / other.max(1) as f64
}

/// How many instructions each stage takes.
fn count(valgrind: &Path, suite: &Path, pieces: &Path) -> Result<BTreeMap<String, u64>, TaskError> {
    // What lies there already is read.
    drop(std::fs::remove_file(record()));
    let one = |executable: &Path, args: &[&str]| counted(valgrind, executable, args, &[]);
    let mut counts = BTreeMap::from([
        ("list".to_owned(), one(suite, &["--list", "--format", "terse"])?),
        ("run".to_owned(), one(suite, &["--quiet", "--test-threads", "1"])?),
    ]);
    // As nextest starts it, and not for the first time in its run.
    let nextest = [("NEXTEST", "1"), ("NEXTEST_RUN_ID", "instructions")];
    let exact = || counted(valgrind, suite, &["--exact", "five::five::of_few_bits::one", "--nocapture"], &nextest);
    exact()?;
    counts.insert("exact".to_owned(), exact()?);
    for stage in ["plan", "judge", "compare"] {
        counts.insert(stage.to_owned(), one(pieces, &[stage, "2"])? - one(pieces, &[stage, "1"])?);
    }
    Ok(counts)
}

/// The instructions of one process, all of its threads together.
fn counted(valgrind: &Path, executable: &Path, args: &[&str], variables: &[(&str, &str)]) -> Result<u64, TaskError> {
    let mut command = Command::new(valgrind);
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(executable).args(args);
    // A process looks through all variables for each that it asks for, and here and elsewhere there are more or less of them.
    let needed = std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME");
    command.env_clear().envs(needed).env("CROSSCHECK_RECORD", record()).envs(variables.iter().copied());
    let output = command.output().map_err(|source| TaskError::Start { command: "valgrind".to_owned(), source })?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().filter_map(|line| line.split_once("Collected :")).next_back();
    collected.and_then(|(_, number)| number.trim().parse().ok()).filter(|_| output.status.success()).ok_or_else(|| {
        let name = executable.file_name().unwrap_or_default().display();
        TaskError::NotMeasured(format!("`{name} {}` under valgrind ({}):\n{said}", args.join(" "), output.status))
    })
}

fn record() -> PathBuf {
    root().join("target/instructions/record.jsonl")
}

/// The version of the compiler, and what it compiles for.
fn compiler() -> Result<(String, String), TaskError> {
    let said = program(Path::new("rustc"), &["-vV"]).output()?;
    let field =
        |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
    Ok((field("release:"), field("host:")))
}

/// The valgrind of the machine, or one that is unpacked into a cache folder.
///
/// # Errors
/// Why neither can be had.
fn valgrind() -> Result<PathBuf, String> {
    if let Some(valgrind) = unpacked::in_path("valgrind") {
        return Ok(valgrind);
    }
    let folder = unpacked::folder("valgrind")?;
    let wrapped = folder.join("valgrind.sh");
    if !wrapped.is_file() {
        println!("\nthere is no valgrind; it is unpacked into {}", folder.display());
        let files = unpacked::unpack(&["valgrind"], &folder)?;
        let tools = files.join("usr/libexec/valgrind");
        unpacked::script(&wrapped, &[("VALGRIND_LIB", tools.display().to_string())], &files.join("usr/bin/valgrind"))?;
    }
    Ok(wrapped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(counts: &[(&str, u64)]) -> Committed {
        let instructions = counts.iter().map(|(stage, count)| ((*stage).to_owned(), *count)).collect();
        Committed { instructions, ..Committed::default() }
    }

    #[test]
    fn what_grows_by_more_than_three_percent_is_named() {
        let committed = of(&[("list", 1000), ("run", 1000), ("plan", 1000)]);
        assert_eq!(grown(&committed, &of(&[("list", 1030), ("run", 500), ("plan", 1000)])), [""; 0]);
        assert_eq!(
            grown(&committed, &of(&[("list", 1031), ("run", 1000), ("exact", 1)])),
            [
                "exact: 1, and no number is committed",
                "list: 1031, 3.1 % more than 1000",
                "plan: is not counted any more"
            ]
        );
    }
}
