//! Records: found, read, and joined into one run.

mod corrupt;
mod find;
mod history;
mod machines;
mod merge;
mod nextest;
mod sources;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crosscheck::internals::{RecordError, Recorded, read_all, report};

pub use find::workspace;
pub use history::{Dated, history};
use merge::{Joined, Unstarted};
pub use merge::{Lost, Run};
pub use sources::{named, read_text};

use crate::error::Error;
use crate::output::say;

/// Joins these records into one run; without any, the newest one below Cargo's target folder.
///
/// # Errors
/// Everything that is wrong with them: one cannot be read, or is of another suite or state of it than the first one.
pub fn load(paths: Vec<PathBuf>) -> Result<Run, Vec<Error>> {
    let run = join(paths)?.finish(Unstarted::Excused);
    if !run.unstarted.is_empty() {
        let what =
            "its own filter left them out, or it did not come to them (cargo crosscheck merge counts them as missing)";
        say("note:", &format!("nextest did not start {} of the cells that it listed: {what}", run.unstarted.len()));
    }
    Ok(run)
}

/// The same for the judgement of the whole: what nextest knew of and did not run is missing, except where these files of its lists
/// (`cargo nextest list --message-format json`) say that its filter leaves it out.
///
/// # Errors
/// The same, and what is wrong with the lists.
pub fn load_whole(paths: Vec<PathBuf>, lists: &[PathBuf]) -> Result<Run, Vec<Error>> {
    let mut joined = join(paths)?;
    if !lists.is_empty() {
        let start = joined.of().expect("a record has a first line").clone();
        let selected = nextest::selected(lists, &start)?;
        joined.select(|name| selected.contains(&*report::line(name)));
    }
    Ok(joined.finish(Unstarted::Missing))
}

/// The run, and one for each kind of machine: what one saw is not what another one saw.
///
/// # Errors
/// As [`load`]'s.
pub fn load_each(paths: Vec<PathBuf>) -> Result<(Run, Vec<Run>), Vec<Error>> {
    let mut records = Vec::new();
    each(paths, |path, recorded| {
        records.push((path, recorded));
        Ok(())
    })?;
    let whole = merge::merge(records.clone()).map_err(Error::from)?;
    let mut machines: BTreeMap<String, Vec<(PathBuf, Recorded)>> = BTreeMap::new();
    for (path, recorded) in records {
        let machine = recorded.starts.first().map(|(_, start)| start.machine.clone()).unwrap_or_default();
        machines.entry(machine).or_default().push((path, recorded));
    }
    Ok((whole, machines.into_values().map(merge::merge).collect::<Result<_, _>>().map_err(Error::from)?))
}

fn join(paths: Vec<PathBuf>) -> Result<Joined, Vec<Error>> {
    let mut joined = Joined::default();
    each(paths, |path, recorded| joined.add(&path, recorded))?;
    Ok(joined)
}

/// Reads the records, and says what is odd about them: one is in memory at a time, besides what is kept of it.
fn each(
    paths: Vec<PathBuf>,
    mut keep: impl FnMut(PathBuf, Recorded) -> Result<(), RecordError>,
) -> Result<(), Vec<Error>> {
    let paths = if paths.is_empty() { vec![find::newest()?] } else { paths };
    let (paths, mut errors) = sources::expand(paths);
    for path in paths {
        let kept = read_all(&path).and_then(|recorded| {
            note(&path, &recorded);
            keep(path, recorded)
        });
        errors.extend(kept.err().map(corrupt::located));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn note(path: &Path, recorded: &Recorded) {
    let shown = path.display();
    for line in &recorded.torn {
        say("note:", &format!("{shown}:{line} is incomplete and is ignored"));
    }
    if recorded.planned.is_empty() && recorded.shards.is_empty() {
        say("note:", &format!("{shown} does not say what was to run: what is missing there does not show"));
    }
}
