//! The parameters of a model, and what files call them.

use crate::config::{Biases, Config};

/// A parameter of a Llama-style decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parameter {
    /// A row for each token, `[vocabulary, hidden_size]`.
    Embedding,
    /// From the last layer to a number for each token, `[vocabulary, hidden_size]`. A tied model has none.
    Output,
    /// The factors of the norm in front of the output, `[hidden_size]`.
    Norm,
    /// One of the layer of this number, from 0.
    Layer(usize, LayerParameter),
}

/// A parameter of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LayerParameter {
    /// The factors of the norm in front of the attention, `[hidden_size]`.
    AttentionNorm,
    /// `[heads · head_dim, hidden_size]`.
    Query,
    /// `[kv_heads · head_dim, hidden_size]`.
    Key,
    /// `[kv_heads · head_dim, hidden_size]`.
    Value,
    /// Added to the queries, `[heads · head_dim]`. Only a model with biases has it.
    QueryBias,
    /// Added to the keys, `[kv_heads · head_dim]`. Only a model with biases has it.
    KeyBias,
    /// Added to the values, `[kv_heads · head_dim]`. Only a model with biases has it.
    ValueBias,
    /// `[hidden_size, heads · head_dim]`.
    AttentionOutput,
    /// Added to the output of the attention, `[hidden_size]`. Only a model whose biases are all there has it.
    AttentionOutputBias,
    /// The factors of the norm in front of the feed-forward block, `[hidden_size]`.
    FeedForwardNorm,
    /// What goes through the activation, `[intermediate_size, hidden_size]`.
    Gate,
    /// What it multiplies, `[intermediate_size, hidden_size]`.
    Up,
    /// `[hidden_size, intermediate_size]`.
    Down,
}

impl LayerParameter {
    /// All, in the order of their use.
    pub const ALL: [Self; 13] = [
        Self::AttentionNorm,
        Self::Query,
        Self::Key,
        Self::Value,
        Self::QueryBias,
        Self::KeyBias,
        Self::ValueBias,
        Self::AttentionOutput,
        Self::AttentionOutputBias,
        Self::FeedForwardNorm,
        Self::Gate,
        Self::Up,
        Self::Down,
    ];
}

impl LayerParameter {
    /// Whether the layers of this model have it.
    fn is_in(self, config: &Config) -> bool {
        match self {
            Self::QueryBias | Self::KeyBias | Self::ValueBias => config.biases != Biases::None,
            Self::AttentionOutputBias => config.biases == Biases::All,
            _ => true,
        }
    }

    /// The last part of a name.
    fn kind(self) -> &'static str {
        match self {
            Self::QueryBias | Self::KeyBias | Self::ValueBias | Self::AttentionOutputBias => "bias",
            _ => "weight",
        }
    }
}

/// Who named the tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    HuggingFace,
    Gguf,
}

impl Parameter {
    /// All of a model, in the order of their use.
    pub(super) fn all(config: &Config) -> impl Iterator<Item = Self> + use<> {
        let parts: Vec<_> = LayerParameter::ALL.into_iter().filter(|part| part.is_in(config)).collect();
        let layers = (0..config.layers)
            .flat_map(move |layer| parts.clone().into_iter().map(move |part| Self::Layer(layer, part)));
        let output = (!config.tied).then_some(Self::Output);
        [Self::Embedding].into_iter().chain(layers).chain([Self::Norm]).chain(output)
    }

    /// The shape; the products fit, for the configuration was checked.
    pub(super) fn shape(self, config: &Config) -> Vec<usize> {
        use LayerParameter as L;
        let (queries, keys) = (config.heads * config.head_dim, config.kv_heads * config.head_dim);
        let Config { vocabulary, hidden_size, intermediate_size, .. } = *config;
        match self {
            Self::Embedding | Self::Output => vec![vocabulary, hidden_size],
            Self::Norm | Self::Layer(_, L::AttentionNorm | L::FeedForwardNorm | L::AttentionOutputBias) => {
                vec![hidden_size]
            }
            Self::Layer(_, L::QueryBias) => vec![queries],
            Self::Layer(_, L::KeyBias | L::ValueBias) => vec![keys],
            Self::Layer(_, L::Query) => vec![queries, hidden_size],
            Self::Layer(_, L::Key | L::Value) => vec![keys, hidden_size],
            Self::Layer(_, L::AttentionOutput) => vec![hidden_size, queries],
            Self::Layer(_, L::Gate | L::Up) => vec![intermediate_size, hidden_size],
            Self::Layer(_, L::Down) => vec![hidden_size, intermediate_size],
        }
    }

    /// The parameter of a model that a file's name stands for. It does not go through all of them: how many layers there
    /// are is what a file claims.
    pub(super) fn named(name: &str, naming: Naming, config: &Config) -> Option<Self> {
        let layer = name.split('.').find_map(|part| part.parse().ok()).filter(|layer| *layer < config.layers);
        let parts = LayerParameter::ALL.into_iter().filter(|part| part.is_in(config));
        let parts = layer.into_iter().flat_map(|layer| parts.clone().map(move |part| Self::Layer(layer, part)));
        let output = (!config.tied).then_some(Self::Output);
        [Self::Embedding, Self::Norm]
            .into_iter()
            .chain(output)
            .chain(parts)
            .find(|parameter| parameter.name(naming) == name)
    }

    /// The name in a file.
    pub(super) fn name(self, naming: Naming) -> String {
        use LayerParameter as L;
        match naming {
            Naming::HuggingFace => match self {
                Self::Embedding => "model.embed_tokens.weight".to_owned(),
                Self::Output => "lm_head.weight".to_owned(),
                Self::Norm => "model.norm.weight".to_owned(),
                Self::Layer(layer, part) => {
                    let kind = part.kind();
                    let part = match part {
                        L::AttentionNorm => "input_layernorm",
                        L::Query | L::QueryBias => "self_attn.q_proj",
                        L::Key | L::KeyBias => "self_attn.k_proj",
                        L::Value | L::ValueBias => "self_attn.v_proj",
                        L::AttentionOutput | L::AttentionOutputBias => "self_attn.o_proj",
                        L::FeedForwardNorm => "post_attention_layernorm",
                        L::Gate => "mlp.gate_proj",
                        L::Up => "mlp.up_proj",
                        L::Down => "mlp.down_proj",
                    };
                    format!("model.layers.{layer}.{part}.{kind}")
                }
            },
            Naming::Gguf => match self {
                Self::Embedding => "token_embd.weight".to_owned(),
                Self::Output => "output.weight".to_owned(),
                Self::Norm => "output_norm.weight".to_owned(),
                Self::Layer(layer, part) => {
                    let kind = part.kind();
                    let part = match part {
                        L::AttentionNorm => "attn_norm",
                        L::Query | L::QueryBias => "attn_q",
                        L::Key | L::KeyBias => "attn_k",
                        L::Value | L::ValueBias => "attn_v",
                        L::AttentionOutput | L::AttentionOutputBias => "attn_output",
                        L::FeedForwardNorm => "ffn_norm",
                        L::Gate => "ffn_gate",
                        L::Up => "ffn_up",
                        L::Down => "ffn_down",
                    };
                    format!("blk.{layer}.{part}.{kind}")
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::tiny;

    #[test]
    fn every_name_stands_for_its_parameter() {
        let config = Config { layers: 12, tied: false, ..tiny() };
        for (naming, biases, each) in [
            (Naming::HuggingFace, Biases::None, 9),
            (Naming::HuggingFace, Biases::Inputs, 12),
            (Naming::HuggingFace, Biases::All, 13),
            (Naming::Gguf, Biases::None, 9),
            (Naming::Gguf, Biases::All, 13),
        ] {
            let config = Config { biases, ..config.clone() };
            assert_eq!(Parameter::all(&config).count(), 12 * each + 3);
            for parameter in Parameter::all(&config) {
                assert_eq!(Parameter::named(&parameter.name(naming), naming, &config), Some(parameter));
            }
            let tied = Config { tied: true, ..config.clone() };
            assert_eq!(Parameter::all(&tied).count(), 12 * each + 2);
            assert_eq!(Parameter::named(&Parameter::Output.name(naming), naming, &tied), None);
            let beyond = Parameter::Layer(12, LayerParameter::Up).name(naming);
            assert_eq!(Parameter::named(&beyond, naming, &config), None);
        }
        assert_eq!(Parameter::named("blk.01.ffn_up.weight", Naming::Gguf, &config), None);
    }
}
