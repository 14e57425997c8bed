//! `cargo crosscheck trend`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use crosscheck::internals::report::paint;

use crate::Done;
use crate::output::{Existing, show, write};
use crate::records::history;
use crate::trend::Trend;
use crate::views;

/// Show what becomes of a suite from run to run: support by backend, debt, time and headroom
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo crosscheck trend records/
  cargo crosscheck trend records/ --suite conformance --output trend.html

Exit status: 0, 2 when there is no record, one cannot be read, there are several suites and none is named, or the output cannot be \
written.")]
pub struct Options {
    /// A folder: each record in it is a run, and so are the records in each folder in it
    folder: PathBuf,
    /// The suite, where there are records of several
    #[arg(long, value_name = "NAME")]
    suite: Option<String>,
    /// The format [default: what the name of the output ends in, else text]
    #[arg(long, short, value_enum)]
    format: Option<Format>,
    /// The file to write, in place of the terminal; one that is there already is replaced, unless it is a record
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What a trend can be shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// The numbers
    Csv,
    /// The charts
    Svg,
    /// A page of charts and numbers
    Html,
}

/// Shows it.
pub fn trend(Options { folder, suite, format, output }: Options) -> Done {
    let format = format.or(output.as_deref().and_then(by_name)).unwrap_or(Format::Text);
    let (suite, runs) = history(&folder, suite.as_deref())?;
    let trend = Trend::of(suite, runs);
    let shown = match format {
        Format::Text => views::trend::text(&trend),
        Format::Csv => views::trend::csv(&trend),
        Format::Svg => views::trend::svg(&trend),
        Format::Html => views::trend::html(&trend),
    };
    match output {
        Some(path) => write(&path, Existing::Replace, shown.as_bytes())?,
        None if format == Format::Text => show(&paint(&shown))?,
        None => show(&shown)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn by_name(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "txt" => Some(Format::Text),
        "csv" => Some(Format::Csv),
        "svg" => Some(Format::Svg),
        "html" | "htm" => Some(Format::Html),
        _ => None,
    }
}
