//! What an executable keeps beside its records for its next processes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Executable;
use crate::record::journal::runs;
use crate::record::way;

/// Where that lies which is called so; `None` where there is no place, or somebody else may have put something there: that is not
/// read, and not written over.
pub(super) fn place(own: &Executable, name: &str) -> Option<PathBuf> {
    // Beside the folder of the records, in which each entry is a run.
    let place = runs()?.with_file_name(".crosscheck").join(format!("{}-{}.{name}", own.package, own.target));
    way::to(&place).planted.is_none().then_some(place)
}

/// Writes it at once, because other processes read it.
pub(super) fn write(place: &Path, text: &str) -> io::Result<()> {
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let own = place.with_file_name(name);
    place.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(&own, text)?;
    fs::rename(&own, place).inspect_err(|_| drop(fs::remove_file(&own)))
}
