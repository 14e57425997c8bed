//! What can be wrong with a request.

use std::io;
use std::path::PathBuf;

use crosscheck::internals::RecordError;

/// Why a command does nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A record cannot be read, or does not belong to the others.
    #[error("{0}")]
    Record(#[from] RecordError),
    /// There is none, and none was named.
    #[error("there is no record below {}: run the suite first, or name a record", .0.display())]
    NoRecord(PathBuf),
    /// A file cannot be written.
    #[error("{}: {source}", path.display())]
    Output {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl From<Error> for Vec<Error> {
    fn from(error: Error) -> Self {
        vec![error]
    }
}
