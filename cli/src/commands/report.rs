//! `cargo crosscheck report`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use crosscheck::internals::report::{Dialect, junit, markdown, paint};

use crate::Done;
use crate::output::{Existing, show, write};
use crate::records::{Run, load, workspace};
use crate::views::{self, Checkout};

/// Show a run, in the format that its reader wants
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo crosscheck report
  cargo crosscheck report linux.jsonl metal.jsonl --output report.txt
  cargo crosscheck report --output report.html
  cargo crosscheck report --format junit --output results.xml

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
    /// GitHub's Markdown, for a pull request
    Markdown,
    /// JUnit, as most read it
    Junit,
    /// JUnit as the xUnit plugin of Jenkins takes it
    Xunit,
    /// The Common Test Report Format
    Ctrf,
    /// The Test Anything Protocol, version 14
    Tap,
    /// Annotations of GitHub, at most the ten that it shows
    Github,
    /// The joined run as one document
    Json,
}

/// GitHub takes no longer comment, in bytes.
const MOST_OF_A_COMMENT: usize = 65_535;

/// Shows a run.
pub fn report(Options { records, format, output }: Options) -> Done {
    let format = format.or(output.as_deref().and_then(by_name)).unwrap_or(Format::Text);
    let shown = view(&load(records)?, format);
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
        "html" | "htm" => Some(Format::Html),
        "md" => Some(Format::Markdown),
        "xml" => Some(Format::Junit),
        "tap" => Some(Format::Tap),
        "json" => Some(Format::Json),
        _ => None,
    }
}

fn view(run: &Run, format: Format) -> String {
    match format {
        Format::Text => views::text(run),
        Format::Html => views::html(run),
        Format::Markdown => markdown(&run.results(), MOST_OF_A_COMMENT),
        Format::Junit => junit(&run.results(), Dialect::Properties),
        Format::Xunit => junit(&run.results(), Dialect::Strict),
        Format::Ctrf => views::ctrf(run),
        Format::Tap => views::tap(run),
        Format::Github => annotations(run),
        Format::Json => views::json(run),
    }
}

/// The files as GitHub names them: from the root of the repository on, which it says itself.
fn annotations(run: &Run) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let own = here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&here);
    let said = std::env::var_os("GITHUB_WORKSPACE").filter(|said| !said.is_empty()).map(PathBuf::from);
    let workspace = workspace().unwrap_or_else(|| here.clone());
    views::github(run, Checkout { root: said.as_deref().unwrap_or(own), workspace: &workspace })
}
