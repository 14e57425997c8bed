//! Where what a command makes goes: to a file, all of it or nothing, or to the terminal.

use std::io::{self, Write};
use std::path::Path;

use crosscheck::internals::report;

use crate::error::Error;

/// Says something about the request, on standard error: `head` is `error:` or `note:`.
pub fn say(head: &str, text: &str) {
    anstream::eprintln!("{} {}", report::paint(head), report::line(text));
}

/// What may become of a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It is written over.
    Replace,
    /// It is left as it is, and the command refuses.
    Keep,
}

/// Writes a file: all of it, or nothing.
///
/// # Errors
/// When it cannot be written, or is there and is to be kept.
pub fn write(path: &Path, existing: Existing, contents: &[u8]) -> Result<(), Error> {
    let written = || -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // A device or a pipe cannot be replaced by another file.
        if std::fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir()) && existing == Existing::Replace {
            return std::fs::write(path, contents);
        }
        let mut builder = tempfile::Builder::new();
        // As every other new file, with what the umask leaves.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(contents)?;
        file.as_file().sync_all()?;
        let kept = match existing {
            Existing::Replace => file.persist(path),
            Existing::Keep => file.persist_noclobber(path),
        };
        kept.map(drop).map_err(|error| error.error)
    };
    written().map_err(|source| Error::Output { path: path.to_owned(), source })
}
