//! `cargo xtask fuzz`: files that people have, with something at random in them, loaded and used in processes of their own.
//!
//! It needs no nightly toolchain, and follows no coverage: `backends/inference/fuzz` does that for the weights.

mod change;
mod process;
mod seeds;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use sha2::{Digest, Sha256};

use crate::built::{build, find};
use crate::error::{TaskError, io_error};
use crate::workspace::root;
use change::Changes;
use process::{End, Process};
use seeds::{KINDS, Kind};

/// Where what is found is written.
const FINDINGS: &str = "target/fuzz";
/// How much an input may take. A template's own limits are 256 MiB and 20 s.
const MEMORY: u64 = 2 << 30;
const TIME: Duration = Duration::from_secs(60);
/// The arguments of Cargo that name the program and nothing else.
const ALONE: [&str; 2] = ["-p", "crosscheck-inference"];

/// How long, and where to begin.
#[derive(Debug, Args)]
pub struct Options {
    /// For how many minutes: all kinds of files run at a time
    #[arg(long, default_value_t = 3.0)]
    minutes: f64,
    /// Where to begin: the same number has the same inputs
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Only these kinds: template, tokenizer, gguf, safetensors
    #[arg(long, value_name = "KIND", value_parser = KINDS.map(|kind| kind.name))]
    kind: Vec<String>,
}

/// What came of one kind of file.
#[derive(Debug, Default)]
struct Tally {
    runs: u64,
    /// What took longest, and how long.
    slowest: (Duration, u64),
    /// What went wrong, the first input for each, and how often.
    findings: BTreeMap<String, (PathBuf, u64)>,
}

/// Ten seconds, for a run of everything. `packages` are arguments of Cargo that name the program's package.
pub fn in_ci(packages: &[&str]) -> Result<(), TaskError> {
    run(&Options { minutes: 1.0 / 6.0, seed: 0, kind: Vec::new() }, packages)
}

/// Loads changed files until the time is over. What crashes, hangs or takes too much memory is an error.
pub fn fuzz(options: &Options) -> Result<(), TaskError> {
    run(options, &ALONE)
}

fn run(options: &Options, packages: &[&str]) -> Result<(), TaskError> {
    let built = build(&[packages, &["--example", "load"]].concat())?;
    let program = &find(&built, "crosscheck-inference", "load")?.path;
    let end = Instant::now() + Duration::from_secs_f64(options.minutes.max(0.0) * 60.0);
    let wanted = |kind: &&Kind| options.kind.is_empty() || options.kind.iter().any(|name| name == kind.name);
    let kinds: Vec<_> = KINDS.iter().filter(wanted).collect();
    let tallies = thread::scope(|scope| {
        let start = |kind: &&'static Kind| {
            let kind = *kind;
            scope.spawn(move || one(kind, program, options.seed, end))
        };
        let threads: Vec<_> = kinds.iter().map(start).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect::<Result<Vec<Tally>, TaskError>>()
    })?;
    let findings: String = kinds.iter().zip(&tallies).map(|(kind, tally)| report(kind, tally, program)).collect();
    println!("{:.0} s of the processor's time in all", process::seconds_of_children());
    if findings.is_empty() { Ok(()) } else { Err(TaskError::Fuzz(findings)) }
}

/// One kind of file.
fn one(kind: &Kind, program: &Path, seed: u64, end: Instant) -> Result<Tally, TaskError> {
    let changes = Changes::new(kind.seeds()?, kind.is_json);
    let folder = root().join(FINDINGS);
    fs::create_dir_all(&folder).map_err(io_error(&folder))?;
    let said = folder.join(format!("{}.stderr", kind.name));
    let start = || Process::start(program, kind.name, MEMORY, &said);
    let (mut process, mut tally) = (start()?, Tally::default());
    // The seeds as they are come first.
    for number in 0.. {
        if Instant::now() >= end {
            break;
        }
        let input = changes.input(seed, number);
        let began = Instant::now();
        let first = process.load(&input, TIME);
        tally.runs += 1;
        tally.slowest = tally.slowest.max((began.elapsed(), number));
        if first.is_none() {
            continue;
        }
        // Once more in a new process, which has done nothing else and has more time: another task may have had the processor.
        process = start()?;
        if let Some(End { what }) = process.load(&input, 2 * TIME) {
            let path = folder.join(format!("{}-{}", kind.name, hash(&input)));
            fs::write(&path, &input).map_err(io_error(&path))?;
            println!("{}: {what}: {}", kind.name, path.display());
            tally.findings.entry(what).or_insert((path, 0)).1 += 1;
            process = start()?;
        }
    }
    Ok(tally)
}

fn hash(input: &[u8]) -> String {
    Sha256::digest(input).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Prints what came of a kind; returns a line for each finding.
fn report(kind: &Kind, tally: &Tally, program: &Path) -> String {
    let Tally { runs, slowest: (took, number), findings } = tally;
    println!(
        "{:<12} {runs:>9} inputs, the slowest {:.2} s (number {number}), {} findings",
        kind.name,
        took.as_secs_f64(),
        findings.len()
    );
    let line = |(what, (path, count)): (&String, &(PathBuf, u64))| {
        let again = format!("{} {} {}", program.display(), kind.name, path.display());
        format!("  {}: {what} ({count} times); again by `{again}`\n", kind.name)
    };
    findings.iter().map(line).collect()
}
