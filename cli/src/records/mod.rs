//! Records: found, read, and joined into one run.

mod corrupt;
mod find;
mod history;
mod merge;
mod sources;

use std::path::PathBuf;

use crosscheck::internals::read_all;

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
    Ok(merge::merge(records).map_err(Error::from)?)
}
