//! `cargo crosscheck fix`

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use crosscheck::internals::report::{self, paint};

use crate::Done;
use crate::error::Error;
use crate::fix::{Advised, FilePatch, Patch, Workspace, advise, patch};
use crate::output::{Existing, say, write};
use crate::records::{Run, load_each};
use crate::views;

/// Turn what a run shows of the exclusion matrix into a patch of its rows
///
/// Rows that no cell needs are deleted, those that only some cells need are narrowed, those whose cells fail in another way are
/// relabelled, and what fails without a row gets one that says what was seen. An audit (`--run-excluded`) shows it of skipped
/// cells as well.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo test -- --run-excluded; cargo crosscheck fix
  cargo crosscheck fix --apply
  cargo crosscheck fix linux.jsonl metal.jsonl --check
  cargo test; cargo crosscheck fix --baseline --apply

Exit status: 0, also where a patch is shown; 1 with --check when there is something to change; 2 when a record cannot be read, a \
row cannot be changed as it is written, or its file has changed since.")]
pub struct Options {
    /// The records; the newest one below Cargo's target folder where none is named
    records: Vec<PathBuf>,
    /// Change the files
    #[arg(long)]
    apply: bool,
    /// End with status 1 when there is something to change
    #[arg(long, conflicts_with = "apply")]
    check: bool,
    /// Write a row for everything that fails today, also where the row can only skip the cell or call it flaky
    #[arg(long)]
    baseline: bool,
    /// The workspace in which the rows are written [default: that of the current folder]
    #[arg(long, value_name = "Cargo.toml")]
    manifest_path: Option<PathBuf>,
}

/// There is something to change.
const TO_DO: u8 = 1;

/// A row cannot be changed.
const REFUSED: u8 = 2;

/// Makes the patch, and shows or applies it.
pub fn fix(Options { records, apply, check, baseline, manifest_path }: Options) -> Done {
    let (whole, runs) = load_each(records)?;
    let workspace = Workspace::load(manifest_path.as_deref())?;
    if let Some(why) = lacks_cells(&whole) {
        return Err(vec![why]);
    }
    let Advised { changes, left, refused } = advise(&runs, baseline);
    let Patch { files, refused: unwritten } = patch(&workspace, &runs, &changes);
    let refused = [refused, unwritten].concat();
    anstream::print!("{}", paint(&views::patch(&files)));
    left.iter().for_each(|what| say("note:", what));
    refused.iter().for_each(|what| say("error:", what));
    if apply {
        let written: Vec<_> = files.iter().map(replace).filter_map(Result::err).collect();
        if !written.is_empty() {
            return Err(written);
        }
    }
    match (files.len(), apply) {
        (0, _) if refused.is_empty() => say("note:", "nothing to change"),
        (0, _) | (_, false) => {}
        (1, true) => say("note:", "one file changed: run the suite again"),
        (count, true) => say("note:", &format!("{count} files changed: run the suite again")),
    }
    Ok(match () {
        () if !refused.is_empty() => ExitCode::from(REFUSED),
        () if check && !files.is_empty() => ExitCode::from(TO_DO),
        () => ExitCode::SUCCESS,
    })
}

/// That cells are in no record which rows may need.
fn lacks_cells(run: &Run) -> Option<Error> {
    if !run.unstarted.is_empty() {
        return Some(Error::Unstarted(some_of(&run.unstarted)));
    }
    // A backend that was chosen was chosen with all of its cells, and nothing is said of the others.
    let is_chosen = |option: &&String| option.starts_with("--backend");
    let options: Vec<_> = run.narrowed.iter().filter(|option| !is_chosen(option)).cloned().collect();
    let Some(left_out) = &run.left_out else {
        return (!options.is_empty()).then(|| Error::Narrowed(options.join(", ")));
    };
    let backend = |name: &str| name.rsplit_once("::").map(|(_, backend)| backend.to_owned());
    let here: BTreeSet<_> = run.planned.iter().map(|name| backend(name)).collect();
    let chooses = options.len() < run.narrowed.len();
    let lacking: Vec<_> = left_out.iter().filter(|name| !chooses || here.contains(&backend(name))).cloned().collect();
    (!lacking.is_empty()).then(|| Error::LeftOut { cells: some_of(&lacking), options: run.narrowed.join(", ") })
}

/// `12 cells (a::b::c, d::e::f and 10 more)`
fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 2;
    let shown = names.iter().take(SHOWN).map(|name| report::line(name)).collect::<Vec<_>>().join(", ");
    match names {
        [_] => format!("1 cell ({shown})"),
        _ if names.len() <= SHOWN => format!("{} cells ({shown})", names.len()),
        _ => format!("{} cells ({shown} and {} more)", names.len(), names.len() - SHOWN),
    }
}

/// Writes a file, unless somebody did since it was read.
fn replace(FilePatch { file, old, new, .. }: &FilePatch) -> Result<(), Error> {
    let failed = |source| Error::Output { path: file.path.clone(), source };
    let permissions = std::fs::metadata(&file.path).map_err(failed)?.permissions();
    if std::fs::read_to_string(&file.path).map_err(failed)? != *old {
        return Err(failed(std::io::Error::other("it has changed just now")));
    }
    write(&file.path, Existing::Replace, new.as_bytes())?;
    std::fs::set_permissions(&file.path, permissions).map_err(failed)
}
