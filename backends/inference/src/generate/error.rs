//! Why a generation did not begin, or ended early.

use crate::model::ModelError;
use crate::sampler::SamplingError;

/// Why a generation did not begin, or ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// The model refused the tokens, or its device failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The parameters of the sampler, or the logits, make no sense.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// The session's last stream has not ended.
    #[error("the session is still generating: read its stream to the end, or drop it, before the next one")]
    Busy,
    /// No tokens to generate, or no room for them on the way.
    #[error("`{option}` is 0: it must be at least 1")]
    Zero {
        /// Which option.
        option: &'static str,
    },
    /// Something panicked while it was computed.
    #[error("the generation panicked: {0}")]
    Panicked(String),
}
