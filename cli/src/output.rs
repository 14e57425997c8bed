//! Where what a command makes goes: to a file, all of it or nothing, or to the terminal.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use crosscheck::internals::report;

use crate::error::Error;

/// Says something about the request, on standard error: `head` is `error:` or `note:`.
pub fn say(head: &str, text: &str) {
    anstream::eprintln!("{} {}", report::paint(head), report::line(&cut(text)));
}

/// How much of a message is shown, in bytes: it may quote what somebody wrote, of whatever length.
const SHOWN: usize = 4096;

fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= SHOWN {
        return text.into();
    }
    let (head, tail) = (text.floor_char_boundary(SHOWN / 2), text.ceil_char_boundary(text.len() - SHOWN / 2));
    format!("{} … {}", &text[..head], &text[tail..]).into()
}

/// Shows what a command makes. Who reads it may stop before its end.
///
/// # Errors
/// When it cannot be written.
pub fn show(text: &str) -> Result<(), Error> {
    let mut out = anstream::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(source) if source.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Output { path: "standard output".into(), source })
        }
        _ => Ok(()),
    }
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
/// When it cannot be written, is there and is to be kept, or is a record, which only another run can make again.
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
    if existing == Existing::Replace && is_a_record(path) {
        return Err(Error::IsARecord(path.to_owned()));
    }
    written().map_err(|source| Error::Output { path: path.to_owned(), source })
}

/// Whether a file begins as a record does, however it is written.
fn is_a_record(path: &Path) -> bool {
    /// No first line of a record is longer, in bytes.
    const LONGEST: u64 = 64 << 10;
    if !path.is_file() {
        return false;
    }
    let mut line = Vec::new();
    let read = File::open(path).and_then(|file| BufReader::new(file).take(LONGEST).read_until(b'\n', &mut line));
    let first = serde_json::from_slice::<serde_json::Value>(&line);
    read.is_ok() && first.is_ok_and(|first| first["line"] == "start")
}
