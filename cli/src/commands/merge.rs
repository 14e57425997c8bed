//! `cargo crosscheck merge`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use crosscheck::internals::{Line, PlanRecord, report};

use crate::output::{Existing, say, show, write};
use crate::records::{Lost, Run, load_whole};
use crate::views::escape::inert;
use crate::views::text;
use crate::{Done, USAGE};

/// Join the records of several machines or shards into one run, print the result, and judge it as a run is judged
#[derive(Args)]
#[command(after_help = "\
Example:
  cargo crosscheck merge linux-1.jsonl linux-2.jsonl metal.jsonl --output all.jsonl
  cargo crosscheck merge one.jsonl two.jsonl --nextest-list <(cargo nextest list -E 'test(add)' --message-format json)

Exit status: 0, 101 when a cell fails or is missing or a run has not concluded, 2 when a record cannot be read or joined or no \
body was run.")]
pub struct Options {
    /// The records
    #[arg(required = true)]
    records: Vec<PathBuf>,
    /// What nextest's own filter selects, from `cargo nextest list --message-format json` with that filter: cells that it leaves
    /// out are not missing (may be given several times)
    #[arg(long, value_name = "FILE")]
    nextest_list: Vec<PathBuf>,
    /// Where the joined record goes; a file that is there already is left as it is
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A cell failed, as libtest has it.
const FAILED: u8 = 101;

/// Joins the records.
pub fn merge(Options { records, nextest_list, output }: Options) -> Done {
    let run = load_whole(records, &nextest_list)?;
    if let Some(path) = output {
        write(&path, Existing::Keep, &lines(&run))?;
    }
    show(&report::paint(&text(&run)))?;
    Ok(status(&run))
}

/// By the rules of a run.
fn status(Run { cells, open, lost, .. }: &Run) -> ExitCode {
    lost.iter().for_each(say_lost);
    open.iter().for_each(|path| say("error:", &format!("{}: the run has not concluded", path.display())));
    let stale = report::stale_disputes(cells);
    stale.iter().for_each(|row| say("error:", row));
    let unnamed = lost.iter().any(|lost| lost.unnamed > 0);
    if unnamed || !(open.is_empty() && stale.is_empty()) || cells.iter().any(|cell| cell.outcome.fails_the_run()) {
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

/// Which shards are not here, and how many cells of theirs nobody can name.
fn say_lost(Lost { numbers, count, unnamed }: &Lost) {
    const SHOWN: usize = 10;
    let more = numbers.len().saturating_sub(SHOWN);
    let shown: Vec<_> = numbers.iter().take(SHOWN).map(u32::to_string).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let what = format!("there is no record of shard {}{more} of {count}", shown.join(", "));
    match unnamed {
        0 => say("note:", &what),
        _ => say("error:", &format!("{what}, and none that names {unnamed} of the cells that were planned")),
    }
}

/// The record of the whole, as a run would have written it.
fn lines(run: &Run) -> Vec<u8> {
    let mut bytes = Vec::new();
    let suites = run.suites.iter().map(|suite| Line::Suite(Box::new(suite.clone())));
    let (cells, narrowed) = (run.planned.clone(), run.narrowed.clone());
    let plan = Line::Plan(PlanRecord { cells, narrowed, ..PlanRecord::default() });
    // Of a cell, what comes last counts.
    let cells = run.elsewhere.iter().chain(&run.cells).map(|cell| Line::Cell(Box::new(cell.clone())));
    let end = run.open.is_empty().then_some(Line::End);
    for line in run.starts.iter().cloned().map(Line::Start).chain(suites).chain([plan]).chain(cells).chain(end) {
        let json = serde_json::to_string(&line).expect("what was read from JSON can be written as JSON");
        bytes.extend_from_slice(inert(json).as_bytes());
        bytes.push(b'\n');
    }
    bytes
}
