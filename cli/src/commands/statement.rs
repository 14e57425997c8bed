//! `cargo crosscheck statement`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::Done;
use crate::error::Error;
use crate::output::{Existing, show, write};
use crate::records::load_whole;
use crate::statement::{make, unfit, unknown_backend};
use crate::views;

/// Write what a backend publishes: what it supports, what it does not and why, and what that was checked with
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo crosscheck statement mlx_metal metal.jsonl --output mlx_metal.json
  cargo crosscheck statement mlx_metal metal.jsonl --output mlx_metal.md
  cargo crosscheck statement mlx_metal metal.jsonl --output mlx_metal.svg

Exit status: 0, also for a backend that fails, which the statement says; 2 when the records prove nothing of it (filtered, open, \
missing cells) or cannot be read, or the output cannot be written.")]
pub struct Options {
    /// The backend
    backend: String,
    /// The records of the run, joined; the newest one below Cargo's target folder where none is named
    records: Vec<PathBuf>,
    /// The format [default: what the name of the output ends in, else json]
    #[arg(long, short, value_enum)]
    format: Option<Format>,
    /// The file to write, in place of the terminal; one that is there already is replaced, unless it is a record
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What a statement can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// What `verify` reads
    Json,
    /// For whoever chooses a backend
    Markdown,
    /// A badge, as SVG
    Badge,
}

/// Writes it.
pub fn statement(Options { backend, records, format, output }: Options) -> Done {
    let format = format.or(output.as_deref().and_then(by_name)).unwrap_or(Format::Json);
    let run = load_whole(records, &[])?;
    let Some(statement) = make(&run, &backend) else {
        return Err(Error::Unknown(unknown_backend(&run, &backend)).into());
    };
    let reasons = unfit(&run, &backend);
    if !reasons.is_empty() {
        let backend = || backend.clone();
        return Err(reasons.into_iter().map(|reason| Error::Unfit { backend: backend(), reason }).collect());
    }
    let shown = match format {
        Format::Json => views::statement::json(&statement),
        Format::Markdown => views::statement::markdown(&statement),
        Format::Badge => views::statement::badge(&statement),
    };
    match output {
        Some(path) => write(&path, Existing::Replace, shown.as_bytes())?,
        None => show(&shown)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn by_name(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "json" => Some(Format::Json),
        "md" => Some(Format::Markdown),
        "svg" => Some(Format::Badge),
        _ => None,
    }
}
