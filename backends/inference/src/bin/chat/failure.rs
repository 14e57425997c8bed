//! Why there is no answer, or no whole one.

use std::path::PathBuf;

use crosscheck::{OpenError, Unavailable};
use crosscheck_backends::KernelError;
use crosscheck_inference::generate::GenerateError;
use crosscheck_inference::model::ModelError;
use crosscheck_inference::sampler::SamplingError;
use crosscheck_inference::tokenizer::TokenizerError;
use crosscheck_inference::weights::LoadError;

/// Why there is no answer, or no whole one.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    UnknownBackend(OpenError),
    #[error("the backend `{name}` is not available: {reason}")]
    Unavailable { name: String, reason: Unavailable },
    #[error("no model was given: name one with `--model PATH`")]
    NoModel,
    #[error("{} does not describe its tokens, so it cannot be given text", .0.display())]
    NoVocabulary(PathBuf),
    #[error(
        "the prompt has {tokens} tokens, but the model has room for {context}, with its answer: shorten the prompt"
    )]
    LongPrompt { tokens: usize, context: usize },
    #[error("{0}, so `--system` cannot be used")]
    NoSystem(TokenizerError),
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    #[error(transparent)]
    Weights(#[from] LoadError),
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    #[error(transparent)]
    Kernel(#[from] KernelError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Generate(#[from] GenerateError),
    #[error("{doing}: {source}")]
    Io { doing: &'static str, source: std::io::Error },
}

impl Failure {
    /// The exit status: 2 where the command line is to blame, as everywhere.
    pub fn status(&self) -> u8 {
        match self {
            Self::UnknownBackend(_) | Self::NoModel | Self::Sampling(_) => 2,
            _ => 1,
        }
    }
}
