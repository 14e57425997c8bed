//! `cargo crosscheck matrix`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use crosscheck::internals::report::{self, Table};

use crate::Done;
use crate::output::{Existing, show, write};
use crate::records::load;
use crate::views;

/// Show what each backend does, as a table of features, functions or tags
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo crosscheck matrix
  cargo crosscheck matrix linux.jsonl metal.jsonl --by function
  cargo crosscheck matrix --output support.csv

Exit status: 0 whatever became of the cells, 2 when a record cannot be read or joined, or the output cannot be written.")]
pub struct Options {
    /// The records, joined; the newest one below Cargo's target folder where none is named
    records: Vec<PathBuf>,
    /// What the rows are
    #[arg(long, value_enum, default_value_t = By::Feature)]
    by: By,
    /// The format [default: what the name of the output ends in, else text]
    #[arg(long, short, value_enum)]
    format: Option<Format>,
    /// The file to write, in place of the terminal; one that is there already is replaced
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What the rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// The features that the cells use
    Feature,
    /// The functions of the contract that the tests are about
    Function,
    /// The tags of the tests
    Tag,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// GitHub's Markdown
    Markdown,
    /// A document
    Json,
    /// A line for each row, backend and outcome
    Csv,
}

/// Shows the table.
pub fn matrix(Options { records, by, format, output }: Options) -> Done {
    let format = format.or(output.as_deref().and_then(by_name)).unwrap_or(Format::Text);
    let run = load(records)?;
    let by = match by {
        By::Feature => report::By::Feature,
        By::Function => report::By::Function,
        By::Tag => report::By::Tag,
    };
    let table = Table::new(&run.results(), by);
    let shown = match format {
        Format::Text => table.text(),
        Format::Markdown => report::markdown_table(&table),
        Format::Json => views::matrix_json(&table),
        Format::Csv => views::matrix_csv(&table),
    };
    match output {
        Some(path) => write(&path, Existing::Replace, shown.as_bytes())?,
        None if format == Format::Text => show(&report::paint(&shown))?,
        None => show(&shown)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn by_name(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "txt" => Some(Format::Text),
        "md" => Some(Format::Markdown),
        "json" => Some(Format::Json),
        "csv" => Some(Format::Csv),
        _ => None,
    }
}
