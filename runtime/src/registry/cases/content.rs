//! What is read of a file.

use std::borrow::Borrow;
use std::fs;
use std::hash::Hasher;
use std::path::{Path, PathBuf};

/// A hash (SipHash 2-4) over the content of a file: the same on every machine, and fast in a debug build too, because the standard
/// library computes it.
#[expect(deprecated, reason = "what is to replace it may be another function in each release of Rust")]
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = std::hash::SipHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// What a check may get of a file.
#[diagnostic::on_unimplemented(
    message = "a case that is a file is given as `&str`, `&[u8]` or `&std::path::Path`, not as `&{Self}`",
    label = "not what is read of a file",
    note = "to decode files, list them by a function: `cases = list`, with `crosscheck::Case::file`"
)]
pub trait Content {
    /// What holds it.
    type Owned: Borrow<Self>;
    /// Reads it.
    ///
    /// # Errors
    /// Why it cannot be read, with the path.
    fn read(path: &Path) -> Result<Self::Owned, String>;
}

impl Content for [u8] {
    type Owned = Vec<u8>;

    fn read(path: &Path) -> Result<Vec<u8>, String> {
        fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
    }
}

impl Content for str {
    type Owned = String;

    fn read(path: &Path) -> Result<String, String> {
        String::from_utf8(<[u8]>::read(path)?).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let byte = error.as_bytes()[at];
            format!("{} is not UTF-8: byte {at} is 0x{byte:02x} (`&[u8]` takes it as it is)", path.display())
        })
    }
}

impl Content for Path {
    type Owned = PathBuf;

    fn read(path: &Path) -> Result<PathBuf, String> {
        Ok(path.to_owned())
    }
}
