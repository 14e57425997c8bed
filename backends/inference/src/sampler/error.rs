//! Why there is no sampler, or no next token.

/// What a sampler can refuse.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SamplingError {
    /// A temperature that makes no sense.
    #[error("the temperature is {value}; it must be at least 0, which takes the most likely token, and finite")]
    Temperature {
        /// The temperature.
        value: f32,
    },
    /// No token to choose from.
    #[error("top_k is 0, which leaves no token; it must be at least 1, or None for all of them")]
    TopK,
    /// A share that makes no sense.
    #[error("top_p is {value}; it must be above 0, and at most 1, which leaves all tokens")]
    TopP {
        /// The share.
        value: f32,
    },
    /// A penalty that makes no sense.
    #[error("the repetition penalty is {value}; it must be above 0 and finite, and 1 changes nothing")]
    RepetitionPenalty {
        /// The penalty.
        value: f32,
    },
    /// Nothing to choose from.
    #[error("there are no logits")]
    NoLogits,
    /// More logits than there can be.
    #[error("there are {count} logits; a sampler takes at most 2^23")]
    TooManyLogits {
        /// How many there are.
        count: usize,
    },
    /// A logit that is no number.
    #[error("the logit of token {token} is NaN")]
    NotANumber {
        /// The first such token.
        token: usize,
    },
    /// A logit that leaves no other token a chance, and two of which have no ratio.
    #[error("the logit of token {token} is infinite")]
    Infinite {
        /// The first such token.
        token: usize,
    },
    /// Logits that rule out each token.
    #[error("all {count} logits are -inf, which leaves no token")]
    NothingLeft {
        /// How many there are.
        count: usize,
    },
    /// An earlier token that has no logit.
    #[error("the earlier token {token} has no logit: there are {count}")]
    EarlierToken {
        /// The token.
        token: u32,
        /// How many logits there are.
        count: usize,
    },
}
