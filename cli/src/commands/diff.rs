//! `cargo crosscheck diff`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use crosscheck::internals::report::paint;

use crate::Done;
use crate::diff::{Diff, Kind};
use crate::error::Error;
use crate::output::{Existing, show, write};
use crate::records::{Run, load, named};
use crate::views;

/// Compare two runs of a suite: what fails that did not, what is gone, what proves less than before
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo crosscheck diff yesterday.jsonl today.jsonl
  cargo crosscheck diff main/ linux.jsonl,metal.jsonl --format markdown --output diff.md
  cargo crosscheck diff old.jsonl new.jsonl --fail-on failing,slower

Exit status: 0, 1 on a regression, 2 when a record cannot be read or the two are of different suites.")]
pub struct Options {
    /// The run before: a record, a folder of records, or several with commas between them, joined
    old: PathBuf,
    /// The run after
    new: PathBuf,
    /// The format [default: what the name of the output ends in, else text]
    #[arg(long, short, value_enum)]
    format: Option<Format>,
    /// The file to write, in place of the terminal; one that is there already is replaced, unless it is a record
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What is a regression
    #[arg(
        long,
        value_name = "KIND",
        value_delimiter = ',',
        value_parser = kinds(),
        default_values_t = Kind::REGRESSIONS.map(|kind| kind.as_str().to_owned()),
        hide_default_value = false,
    )]
    fail_on: Vec<String>,
    /// From how many times as long on a cell is slower, beside the whole run
    #[arg(long, value_name = "RATIO", default_value_t = 2.0, value_parser = ratio)]
    slower: f64,
    /// List everything, however much it is
    #[arg(long)]
    all: bool,
}

/// What a difference can be shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// For a pull request
    Markdown,
    /// A page
    Html,
    /// For a program
    Json,
}

const NONE: &str = "none";

fn kinds() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(Kind::ALL.map(Kind::as_str).into_iter().chain([NONE]))
}

fn ratio(text: &str) -> Result<f64, String> {
    let ratio = text.parse::<f64>().ok().filter(|ratio| ratio.is_finite() && *ratio >= 1.0);
    ratio.ok_or_else(|| "a ratio is a number from 1 on, such as 1.5".to_owned())
}

/// Compares them.
pub fn diff(Options { old, new, format, output, fail_on, slower, all }: Options) -> Done {
    let format = format.or(output.as_deref().and_then(by_name)).unwrap_or(Format::Text);
    let (old, new) = (load(named(&old))?, load(named(&new))?);
    check_same_suite(&old, &new)?;
    let diff = Diff::of(&old, &new, slower);
    let regressions: Vec<_> =
        Kind::ALL.into_iter().filter(|kind| fail_on.iter().any(|name| name == kind.as_str())).collect();
    let limit = if all { usize::MAX } else { views::diff::LIMIT };
    let shown = match format {
        Format::Text => views::diff::text(&diff, &regressions, limit),
        Format::Markdown => views::diff::markdown(&diff, &regressions, limit),
        Format::Html => views::diff::html(&diff, &regressions),
        Format::Json => views::diff::json(&diff, &regressions),
    };
    match output {
        Some(path) => write(&path, Existing::Replace, shown.as_bytes())?,
        None if format == Format::Text => show(&paint(&shown))?,
        None => show(&shown)?,
    }
    Ok(ExitCode::from(u8::from(!diff.counts(&regressions).is_empty())))
}

fn by_name(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "txt" => Some(Format::Text),
        "md" => Some(Format::Markdown),
        "html" | "htm" => Some(Format::Html),
        "json" => Some(Format::Json),
        _ => None,
    }
}

/// Two states of one suite can be compared, two suites cannot.
fn check_same_suite(old: &Run, new: &Run) -> Result<(), Error> {
    let (Some(before), Some(after)) = (old.starts.first(), new.starts.first()) else { return Ok(()) };
    let is_other_package =
        ![&before.package, &after.package].iter().any(|name| name.is_empty()) && before.package != after.package;
    if before.suite == after.suite && !is_other_package {
        return Ok(());
    }
    let of = |suite: &str, package: &str| match package {
        "" => format!("`{suite}`"),
        package => format!("`{suite}` of the package `{package}`"),
    };
    let (old, new) = (of(&before.suite, &before.package), of(&after.suite, &after.package));
    Err(Error::OtherSuites { old, new })
}
