//! Why a model computed nothing.

use std::fmt;

use crosscheck_backends::KernelError;

use crate::weights::LoadError;

/// Why a model was not loaded, or returned no logits.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file was refused.
    #[error(transparent)]
    Weights(Box<LoadError>),
    /// The device refused or failed.
    #[error("{place}: {source}")]
    Kernel {
        /// Where in the model.
        place: Place,
        /// What it said.
        source: KernelError,
    },
    /// Nothing to compute.
    #[error("no token was given: a model needs at least one")]
    NoTokens,
    /// A token of another vocabulary.
    #[error("token {id} is not in the model's vocabulary of {vocabulary}: it must be in 0..{vocabulary}")]
    UnknownToken {
        /// The token.
        id: u32,
        /// How many the model knows.
        vocabulary: usize,
    },
    /// More tokens than the model was made for.
    #[error("{new} more tokens do not fit behind {held}: the context holds {context}")]
    ContextFull {
        /// How many the cache holds.
        held: usize,
        /// How many were to come.
        new: usize,
        /// How many the model was made for.
        context: usize,
    },
    /// Another model's cache.
    #[error("the cache was made for a model of other sizes: make one for this model with `Llama::cache`")]
    OtherCache,
}

impl From<LoadError> for ModelError {
    fn from(error: LoadError) -> Self {
        Self::Weights(Box::new(error))
    }
}

/// Where in a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// While the weights were copied to the device.
    Loading,
    /// The rows of the embedding.
    Embedding,
    /// A layer, counted from 0.
    Layer(usize),
    /// The last norm and the output; for a lazy device anything before it as well.
    Output,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loading => f.write_str("loading the weights"),
            Self::Embedding => f.write_str("the embedding"),
            Self::Layer(number) => write!(f, "layer {number}"),
            Self::Output => f.write_str("the output"),
        }
    }
}
