//! How to generate.

use crate::sampler::Sampling;

/// How to generate.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How the next token is chosen.
    pub sampling: Sampling,
    /// How many tokens at most.
    pub max_tokens: usize,
    /// Tokens that end the text, and do not belong to it.
    pub stop: Vec<u32>,
    /// How many tokens the engine computes before the reader takes one.
    pub buffer: usize,
}

impl Default for Options {
    /// Greedy, 256 tokens, without an end, a buffer of 4.
    fn default() -> Self {
        Self { sampling: Sampling::default(), max_tokens: 256, stop: Vec::new(), buffer: 4 }
    }
}
