//! The sizes of a model.

use crate::kernels::RopeLayout;

/// What a Llama-style decoder is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// How many tokens there are.
    pub vocabulary: usize,
    /// How many numbers represent a token between the layers ("hidden size").
    pub width: usize,
    /// How many layers there are.
    pub layers: usize,
    /// How many heads the queries have.
    pub heads: usize,
    /// How many heads the keys and values have; it divides `heads`.
    pub kv_heads: usize,
    /// How many elements a head has.
    pub head_dim: usize,
    /// How many numbers stand between the two halves of a feed-forward block ("intermediate size").
    pub hidden: usize,
    /// How many tokens the model was made for, the prompt included.
    pub context: usize,
    /// The base of the rotary position embedding.
    pub rope_base: f32,
    /// Which elements the rotary position embedding pairs. Hugging Face's files have halves; GGUF's have the rows of queries
    /// and keys in another order, so that neighbours are pairs.
    pub rope_layout: RopeLayout,
    /// What norms add to the mean square.
    pub eps: f32,
    /// Whether the matrix of the embedding is that of the output too.
    pub tied: bool,
}
