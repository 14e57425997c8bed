//! What is done with the records of runs.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use crosscheck::Outcome;
use crosscheck::internals::{Line, Merged, RecordError, merge, read_all, report};

#[derive(Parser)]
#[command(about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Join the records of several machines or shards into one run, and print the result
    Merge {
        /// The records
        #[arg(required = true)]
        records: Vec<PathBuf>,
        /// Where the joined record goes; a file that is there already is left as it is
        #[arg(long, short)]
        output: Option<PathBuf>,
    },
}

#[derive(Debug, thiserror::Error)]
enum MergeError {
    #[error("{0}")]
    Record(#[from] RecordError),
    #[error("{}: {source}", path.display())]
    Output { path: PathBuf, source: io::Error },
}

/// A cell failed, as libtest has it.
const FAILED: u8 = 101;
/// The request makes no sense.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let Command::Merge { records, output } = Cli::parse().command;
    match joined(records, output.as_deref()) {
        Ok(merged) => status(&merged),
        Err(errors) => {
            errors.iter().for_each(|error| {
                anstream::eprintln!("{} {}", report::paint("error:"), report::line(&error.to_string()))
            });
            ExitCode::from(USAGE)
        }
    }
}

/// By the rules of a run.
fn status(Merged { cells, open, .. }: &Merged) -> ExitCode {
    for path in open {
        anstream::eprintln!("{} {}: the run has not concluded", report::paint("error:"), path.display());
    }
    let stale = report::stale_disputes(cells);
    stale.iter().for_each(|row| anstream::eprintln!("{} {row}", report::paint("error:")));
    if !(open.is_empty() && stale.is_empty()) || cells.iter().any(|cell| cell.outcome.fails_the_run()) {
        return ExitCode::from(FAILED);
    }
    if !cells.iter().any(|cell| cell.outcome.ran()) {
        let totals = report::totals(cells);
        let hint = "records in which nothing ran prove nothing";
        anstream::eprintln!("{} no body was run: {}; {hint}", report::paint("error:"), totals.trim_end());
        return ExitCode::from(USAGE);
    }
    ExitCode::SUCCESS
}

fn joined(paths: Vec<PathBuf>, output: Option<&Path>) -> Result<Merged, Vec<MergeError>> {
    let (read, errors): (Vec<_>, Vec<_>) =
        paths.into_iter().map(|path| read_all(&path).map(|recorded| (path, recorded))).partition(Result::is_ok);
    let errors: Vec<_> = errors.into_iter().filter_map(Result::err).map(MergeError::from).collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let records: Vec<_> = read.into_iter().flatten().collect();
    for (path, recorded) in &records {
        let shown = path.display().to_string();
        let shown = report::line(&shown);
        for line in &recorded.torn {
            anstream::eprintln!("note: {shown}:{line} is incomplete and is ignored");
        }
        if recorded.planned.is_empty() {
            anstream::eprintln!("note: {shown} does not say what was to run: what is missing there does not show");
        }
    }
    let merged = merge(records).expect("clap demands one record").map_err(|error| vec![error.into()])?;
    if let Some(path) = output {
        write(path, &merged).map_err(|source| vec![MergeError::Output { path: path.to_owned(), source }])?;
    }
    anstream::print!("{}", report::paint(&text(&merged)));
    Ok(merged)
}

/// The record of the whole, as a run would have written it.
fn write(path: &Path, merged: &Merged) -> io::Result<()> {
    let mut file = BufWriter::new(File::create_new(path)?);
    let cells = merged.cells.iter().map(|cell| Line::Cell(Box::new(cell.clone())));
    let plan = Line::Plan { cells: merged.planned.clone(), resumes: false };
    let end = merged.open.is_empty().then_some(Line::End);
    for line in [Line::Start(merged.start.clone()), plan].into_iter().chain(cells).chain(end) {
        serde_json::to_writer(&mut file, &line)?;
        file.write_all(b"\n")?;
    }
    file.into_inner()?.sync_all()
}

/// The result of the run, and which cells fail it.
fn text(Merged { cells, .. }: &Merged) -> String {
    let mut failures: BTreeMap<Outcome, Vec<String>> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.outcome.fails_the_run()) {
        let reason = cell.reason.lines().next().unwrap_or_default();
        let line = format!("{}: {reason}", cell.name);
        failures.entry(cell.outcome).or_default().push(format!("  {}\n", report::line(&line)));
    }
    let failures: String =
        failures.iter().map(|(outcome, cells)| format!("{} {outcome}\n{}", cells.len(), cells.concat())).collect();
    format!("{}\n{failures}{}{}", report::of_records(cells), report::unavailable(cells), report::totals(cells))
}
