//! `cargo crosscheck report`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use crosscheck::internals::report::paint;

use crate::Done;
use crate::output::{Existing, write};
use crate::records::{Run, load};
use crate::views;

/// Show a run, in the format that its reader wants
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo crosscheck report
  cargo crosscheck report linux.jsonl metal.jsonl --output report.txt
  cargo crosscheck report --output report.html

Exit status: 0 whatever became of the cells, 2 when a record cannot be read or joined, or the output cannot be written.")]
pub struct Options {
    /// The records, joined; the newest one below Cargo's target folder where none is named
    records: Vec<PathBuf>,
    /// The format [default: what the name of the output ends in, else text]
    #[arg(long, short, value_enum)]
    format: Option<Format>,
    /// The file to write, in place of the terminal; one that is there already is replaced
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What a run can be shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// A page to look around in
    Html,
}

/// Shows a run.
pub fn report(Options { records, format, output }: Options) -> Done {
    let format = format.or(output.as_deref().and_then(by_name)).unwrap_or(Format::Text);
    let shown = show(&load(records)?, format);
    match output {
        Some(path) => write(&path, Existing::Replace, shown.as_bytes())?,
        None if format == Format::Text => anstream::print!("{}", paint(&shown)),
        None => anstream::print!("{shown}"),
    }
    Ok(ExitCode::SUCCESS)
}

fn by_name(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "txt" => Some(Format::Text),
        "html" | "htm" => Some(Format::Html),
        _ => None,
    }
}

fn show(run: &Run, format: Format) -> String {
    match format {
        Format::Text => views::text(run),
        Format::Html => views::html(run),
    }
}
