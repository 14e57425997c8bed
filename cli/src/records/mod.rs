//! Records: found, read, and joined into one run.

mod corrupt;
mod find;
mod history;
mod merge;
mod sources;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crosscheck::internals::{Recorded, read_all};

pub use find::workspace;
pub use history::{Dated, history};
pub use merge::Run;
pub use sources::{named, read_text};

use crate::error::Error;
use crate::output::say;

/// Joins these records into one run; without any, the newest one below Cargo's target folder.
///
/// # Errors
/// Everything that is wrong with them: one cannot be read, or is of another suite or state of it than the first one.
pub fn load(paths: Vec<PathBuf>) -> Result<Run, Vec<Error>> {
    Ok(merge::merge(read(paths)?).map_err(Error::from)?)
}

/// The same, a run for each kind of machine: what one saw is not what another one saw.
///
/// # Errors
/// As [`load`]'s.
pub fn load_each(paths: Vec<PathBuf>) -> Result<Vec<Run>, Vec<Error>> {
    let records = read(paths)?;
    merge::merge(records.clone()).map_err(Error::from)?;
    let mut machines: BTreeMap<String, Vec<(PathBuf, Recorded)>> = BTreeMap::new();
    for (path, recorded) in records {
        let machine = recorded.starts.first().map(|(_, start)| start.machine.clone()).unwrap_or_default();
        machines.entry(machine).or_default().push((path, recorded));
    }
    Ok(machines.into_values().map(merge::merge).collect::<Result<_, _>>().map_err(Error::from)?)
}

fn read(paths: Vec<PathBuf>) -> Result<Vec<(PathBuf, Recorded)>, Vec<Error>> {
    let paths = if paths.is_empty() { vec![find::newest()?] } else { paths };
    let (paths, mut errors) = sources::expand(paths);
    let (read, unread): (Vec<_>, Vec<_>) =
        paths.into_iter().map(|path| read_all(&path).map(|recorded| (path, recorded))).partition(Result::is_ok);
    errors.extend(unread.into_iter().filter_map(Result::err).map(corrupt::located));
    if !errors.is_empty() {
        return Err(errors);
    }
    let records: Vec<_> = read.into_iter().flatten().collect();
    for (path, recorded) in &records {
        let shown = path.display();
        for line in &recorded.torn {
            say("note:", &format!("{shown}:{line} is incomplete and is ignored"));
        }
        if recorded.planned.is_empty() {
            say("note:", &format!("{shown} does not say what was to run: what is missing there does not show"));
        }
    }
    Ok(records)
}
