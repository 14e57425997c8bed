//! The GGUF format, versions 2 and 3: metadata, tensors, and the data.

mod architecture;
mod error;
mod header;
mod metadata;
mod quantization;
mod reader;

use super::stored::{Named, Table};
use crate::config::{Config, ConfigError};
pub use error::GgufError;
pub use metadata::GgufVocabulary;
#[cfg(test)]
pub(super) use quantization::encoding;

/// What a file has in front of the data.
pub(super) struct Contents {
    pub config: Config,
    pub tensors: Table,
    pub vocabulary: Option<GgufVocabulary>,
}

/// What is wrong with a file, its metadata, or with a tensor in it.
#[derive(Debug)]
pub(super) enum Problem {
    File(GgufError),
    Config(ConfigError),
    Tensor(Named),
}

impl From<GgufError> for Problem {
    fn from(error: GgufError) -> Self {
        Self::File(error)
    }
}

impl From<ConfigError> for Problem {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<Named> for Problem {
    fn from(named: Named) -> Self {
        Self::Tensor(named)
    }
}

/// Whether a file says that it is one.
pub(super) fn is_gguf(bytes: &[u8]) -> bool {
    bytes.starts_with(&header::MAGIC)
}

pub(super) fn read(bytes: &[u8]) -> Result<Contents, Problem> {
    let (metadata, tensors) = header::read(bytes)?;
    let config = metadata.config(&tensors)?;
    let vocabulary = metadata.vocabulary()?;
    Ok(Contents { config, tensors, vocabulary })
}
