//! `cargo crosscheck verify`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use crosscheck::internals::report;
use serde_json::Value;

use crate::Done;
use crate::error::Error;
use crate::output::{say, show};
use crate::records::{load_whole, read_text};
use crate::statement::{Difference, FORMAT, Statement, differs, make, unfit, unknown_backend};

/// Hold a backend's statement against the records of a run
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo crosscheck verify mlx_metal.json metal.jsonl
  cargo crosscheck verify mlx_metal.json mine.jsonl --another-run

Exit status: 0 where the statement holds, 1 where it does not, with everything that is wrong, 2 when a file cannot be read.")]
pub struct Options {
    /// The statement, as JSON
    statement: PathBuf,
    /// The records, joined
    #[arg(required = true)]
    records: Vec<PathBuf>,
    /// The records are of another run than the statement: when, on which machine and device it ran may be different
    #[arg(long)]
    another_run: bool,
}

/// Says whether it holds.
pub fn verify(Options { statement: path, records, another_run }: Options) -> Done {
    // What is wrong with either is said at once.
    let (statement, run) = match (read(&path), load_whole(records, &[])) {
        (Ok(statement), Ok(run)) => (statement, run),
        (statement, run) => {
            return Err(statement.err().into_iter().chain(run.err().into_iter().flatten()).collect());
        }
    };
    let backend = &statement.backend.name;
    let mut reasons = unfit(&run, backend);
    match make(&run, backend) {
        None => reasons.push(unknown_backend(&run, backend)),
        Some(made) => {
            let differences = differs(&statement, &made, another_run).into_iter();
            reasons.extend(differences.map(|Difference { field, says, is }| {
                format!("`{field}`: the statement says {says}, the records say {is}")
            }));
        }
    }
    if reasons.is_empty() {
        let (suite, cells) = (&statement.suite.name, statement.cells);
        let holds = format!("the statement of `{backend}` holds for `{suite}`: {cells} cells");
        show(&format!("{}\n", report::line(&holds)))?;
        return Ok(ExitCode::SUCCESS);
    }
    for reason in &reasons {
        say("error:", &format!("{}: {reason}", path.display()));
    }
    Ok(ExitCode::FAILURE)
}

fn read(path: &Path) -> Result<Statement, Error> {
    let wrong = |reason: String| Error::NoStatement { path: path.to_owned(), reason };
    let text = read_text(path)?;
    let value: Value = serde_json::from_str(&text).map_err(|error| wrong(format!("not a statement: {error}")))?;
    match value.get("format").map(|format| format.as_u64().ok_or(format)) {
        Some(Ok(format)) if format == u64::from(FORMAT) => {}
        Some(Ok(format)) => {
            return Err(wrong(format!("a statement in format {format}, this version reads {FORMAT}")));
        }
        Some(Err(format)) => return Err(wrong(format!("not a statement: `format` is {format}"))),
        None => return Err(wrong("not a statement: it has no field `format`".to_owned())),
    }
    serde_path_to_error::deserialize(&value).map_err(|error| {
        let path = error.path().to_string();
        wrong(format!("not a statement: `{path}`: {}", error.into_inner()))
    })
}
