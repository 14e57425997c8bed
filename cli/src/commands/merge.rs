//! `cargo crosscheck merge`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use crosscheck::internals::{Line, report};

use crate::output::{Existing, say, show, write};
use crate::records::{Run, load};
use crate::views::escape::inert;
use crate::views::text;
use crate::{Done, USAGE};

/// Join the records of several machines or shards into one run, print the result, and judge it as a run is judged
#[derive(Args)]
#[command(after_help = "\
Example:
  cargo crosscheck merge linux-1.jsonl linux-2.jsonl metal.jsonl --output all.jsonl

Exit status: 0, 101 when a cell fails or is missing or a run has not concluded, 2 when a record cannot be read or joined or no \
body was run.")]
pub struct Options {
    /// The records
    #[arg(required = true)]
    records: Vec<PathBuf>,
    /// Where the joined record goes; a file that is there already is left as it is
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A cell failed, as libtest has it.
const FAILED: u8 = 101;

/// Joins the records.
pub fn merge(Options { records, output }: Options) -> Done {
    let run = load(records)?;
    if let Some(path) = output {
        write(&path, Existing::Keep, &lines(&run))?;
    }
    show(&report::paint(&text(&run)))?;
    Ok(status(&run))
}

/// By the rules of a run.
fn status(Run { cells, open, .. }: &Run) -> ExitCode {
    open.iter().for_each(|path| say("error:", &format!("{}: the run has not concluded", path.display())));
    let stale = report::stale_disputes(cells);
    stale.iter().for_each(|row| say("error:", row));
    if !(open.is_empty() && stale.is_empty()) || cells.iter().any(|cell| cell.outcome.fails_the_run()) {
        return ExitCode::from(FAILED);
    }
    if !cells.iter().any(|cell| cell.outcome.ran()) {
        let totals = report::totals(cells);
        let hint = "records in which nothing ran prove nothing";
        say("error:", &format!("no body was run: {}; {hint}", totals.trim_end()));
        return ExitCode::from(USAGE);
    }
    ExitCode::SUCCESS
}

/// The record of the whole, as a run would have written it.
fn lines(run: &Run) -> Vec<u8> {
    let mut bytes = Vec::new();
    let suites = run.suites.iter().map(|suite| Line::Suite(Box::new(suite.clone())));
    let plan = Line::Plan { cells: run.planned.clone(), resumes: false, narrowed: run.narrowed.clone() };
    let cells = run.cells.iter().map(|cell| Line::Cell(Box::new(cell.clone())));
    let end = run.open.is_empty().then_some(Line::End);
    for line in run.starts.iter().cloned().map(Line::Start).chain(suites).chain([plan]).chain(cells).chain(end) {
        let json = serde_json::to_string(&line).expect("what was read from JSON can be written as JSON");
        bytes.extend_from_slice(inert(json).as_bytes());
        bytes.push(b'\n');
    }
    bytes
}
