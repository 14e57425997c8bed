//! The architectures that are computed: what their files call the sizes, and how they store the queries and keys.

use crosscheck_backends::RopeLayout;

use crate::config::Names;

/// What a file's `general.architecture` decides.
#[derive(Debug)]
pub(super) struct Architecture {
    pub name: &'static str,
    pub names: Names,
    pub value_length: &'static str,
    pub dimension_count: &'static str,
    pub expert_count: &'static str,
    pub scaling_type: &'static str,
    /// The second one is what older files have.
    pub scaling_factors: [&'static str; 2],
    /// llama.cpp's converter puts the rows of the queries and keys of a Llama into the order of neighbours, and of no other
    /// architecture that is here.
    pub rope_layout: RopeLayout,
}

macro_rules! architecture {
    ($name:literal, $layout:ident) => {
        Architecture {
            name: $name,
            names: Names {
                vocabulary: concat!($name, ".vocab_size"),
                hidden_size: concat!($name, ".embedding_length"),
                layers: concat!($name, ".block_count"),
                heads: concat!($name, ".attention.head_count"),
                kv_heads: concat!($name, ".attention.head_count_kv"),
                head_dim: concat!($name, ".attention.key_length"),
                intermediate_size: concat!($name, ".feed_forward_length"),
                max_position_embeddings: concat!($name, ".context_length"),
                rope_base: concat!($name, ".rope.freq_base"),
                rope_factors: concat!($name, ".rope.scaling.factor"),
                eps: concat!($name, ".attention.layer_norm_rms_epsilon"),
            },
            value_length: concat!($name, ".attention.value_length"),
            dimension_count: concat!($name, ".rope.dimension_count"),
            expert_count: concat!($name, ".expert_count"),
            scaling_type: concat!($name, ".rope.scaling.type"),
            scaling_factors: [concat!($name, ".rope.scaling.factor"), concat!($name, ".rope.scale_linear")],
            rope_layout: RopeLayout::$layout,
        }
    };
}

/// All of them.
pub(super) static ARCHITECTURES: [Architecture; 2] =
    [architecture!("llama", Interleaved), architecture!("qwen2", Halves)];
/// For the error about another one.
pub(super) const KNOWN: &str = "`llama` and `qwen2` are";
