//! The sizes of a model.

use crosscheck_backends::RopeLayout;

use crate::text::short;

/// What a Llama-style decoder is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// How many tokens there are.
    pub vocabulary: usize,
    /// How many numbers represent a token between the layers.
    pub hidden_size: usize,
    /// How many layers there are.
    pub layers: usize,
    /// How many heads the queries have.
    pub heads: usize,
    /// How many heads the keys and values have; it divides `heads`.
    pub kv_heads: usize,
    /// How many elements a head has.
    pub head_dim: usize,
    /// How many numbers stand between the two halves of a feed-forward block.
    pub intermediate_size: usize,
    /// How many tokens the model was made for, the prompt included.
    pub max_position_embeddings: usize,
    /// The base of the rotary position embedding.
    pub rope_base: f32,
    /// Which elements the rotary position embedding pairs. Hugging Face's files have halves; GGUF's have the rows of queries
    /// and keys in another order, so that neighbours are pairs.
    pub rope_layout: RopeLayout,
    /// What the frequency of each pair is divided by, one number for each of `head_dim / 2` pairs; empty where positions have
    /// no scale. Linear scaling has one number throughout, Llama 3's one for each frequency.
    pub rope_factors: Vec<f32>,
    /// Which products of the attention have biases.
    pub biases: Biases,
    /// What norms add to the mean square.
    pub eps: f32,
    /// Whether the matrix of the embedding is that of the output too.
    pub tied: bool,
}

/// Which products of the attention have biases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Biases {
    /// None.
    #[default]
    None,
    /// The queries, keys and values: Qwen 2.
    Inputs,
    /// Those and the output: `attention_bias` of a Llama.
    All,
}

/// Why a model's sizes are refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The text is no JSON object.
    #[error("it must be a JSON object: {}", short(.0))]
    Json(serde_json::Error),
    /// A field that has no default.
    #[error("`{field}` is missing: it must be {expected}")]
    Missing {
        /// The field, as the file calls it.
        field: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A field of another kind.
    #[error("`{field}` must be {expected}, not {found}")]
    Kind {
        /// The field, as the file calls it.
        field: String,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A value that makes no sense.
    #[error("`{field}` is {value}: it must be {expected}")]
    Value {
        /// The field, as the file calls it.
        field: String,
        /// Its value.
        value: String,
        /// What it must be.
        expected: String,
    },
    /// A value that makes sense, to another runtime.
    #[error("`{field}` is {value}, which is not supported: {supported}")]
    Unsupported {
        /// The field, as the file calls it.
        field: String,
        /// Its value.
        value: String,
        /// What is supported.
        supported: &'static str,
    },
    /// A matrix with more elements than a tensor can have.
    #[error("{fields} make a matrix of {dims}: at most {limit} elements are supported", limit = i32::MAX)]
    Product {
        /// The fields that are multiplied, as the file calls them.
        fields: String,
        /// Their values.
        dims: String,
    },
}

/// What a file calls the fields, for errors that point at the user's own words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    pub vocabulary: &'static str,
    pub hidden_size: &'static str,
    pub layers: &'static str,
    pub heads: &'static str,
    pub kv_heads: &'static str,
    pub head_dim: &'static str,
    pub intermediate_size: &'static str,
    pub max_position_embeddings: &'static str,
    pub rope_base: &'static str,
    pub rope_factors: &'static str,
    pub eps: &'static str,
}

const NAMES: Names = Names {
    vocabulary: "vocabulary",
    hidden_size: "hidden_size",
    layers: "layers",
    heads: "heads",
    kv_heads: "kv_heads",
    head_dim: "head_dim",
    intermediate_size: "intermediate_size",
    max_position_embeddings: "max_position_embeddings",
    rope_base: "rope_base",
    rope_factors: "rope_factors",
    eps: "eps",
};

impl Config {
    /// Whether the sizes make sense and fit each other. Those out of a file have been checked.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.check_named(&NAMES)
    }

    pub(crate) fn check_named(&self, names: &Names) -> Result<(), ConfigError> {
        let sizes = [
            (names.vocabulary, self.vocabulary),
            (names.hidden_size, self.hidden_size),
            (names.layers, self.layers),
            (names.heads, self.heads),
            (names.kv_heads, self.kv_heads),
            (names.head_dim, self.head_dim),
            (names.intermediate_size, self.intermediate_size),
            (names.max_position_embeddings, self.max_position_embeddings),
        ];
        for (field, size) in sizes {
            // Positions and the dimensions of tensors are counted in `i32`.
            if size == 0 || i32::try_from(size).is_err() {
                return Err(value(field, size, format!("from 1 to {}", i32::MAX)));
            }
        }
        if !self.heads.is_multiple_of(self.kv_heads) {
            let expected = format!("a divisor of `{}`, which is {}", names.heads, self.heads);
            return Err(value(names.kv_heads, self.kv_heads, expected));
        }
        if !self.head_dim.is_multiple_of(2) {
            let expected = "even, for the rotary position embedding rotates pairs".to_owned();
            return Err(value(names.head_dim, self.head_dim, expected));
        }
        let products: [&[(&str, usize)]; 3] = [
            &[(names.vocabulary, self.vocabulary), (names.hidden_size, self.hidden_size)],
            &[(names.heads, self.heads), (names.head_dim, self.head_dim), (names.hidden_size, self.hidden_size)],
            &[(names.intermediate_size, self.intermediate_size), (names.hidden_size, self.hidden_size)],
        ];
        for factors in products {
            let product = factors.iter().try_fold(1_usize, |product, (_, size)| product.checked_mul(*size));
            if product.is_none_or(|product| i32::try_from(product).is_err()) {
                let fields: Vec<_> = factors.iter().map(|(field, _)| format!("`{field}`")).collect();
                let dims: Vec<_> = factors.iter().map(|(_, size)| size.to_string()).collect();
                return Err(ConfigError::Product { fields: fields.join(", "), dims: dims.join(" × ") });
            }
        }
        if !(self.rope_base.is_finite() && self.rope_base >= 1.0) {
            return Err(value(names.rope_base, self.rope_base, "a 32-bit float, 1 or more".to_owned()));
        }
        if !(self.rope_factors.is_empty() || self.rope_factors.len() == self.head_dim / 2) {
            let expected = format!("{}, one for each pair of a head, or none", self.head_dim / 2);
            return Err(value(names.rope_factors, format_args!("{} numbers", self.rope_factors.len()), expected));
        }
        if let Some(factor) = self.rope_factors.iter().find(|factor| !(factor.is_normal() && **factor > 0.0)) {
            return Err(value(names.rope_factors, factor, "32-bit floats above 0".to_owned()));
        }
        if !(self.eps.is_finite() && self.eps > 0.0) {
            return Err(value(names.eps, self.eps, "a 32-bit float above 0".to_owned()));
        }
        Ok(())
    }
}

fn value(field: &str, value: impl std::fmt::Display, expected: String) -> ConfigError {
    ConfigError::Value { field: field.to_owned(), value: value.to_string(), expected }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The smallest model that blocks of 32 allow.
    pub(crate) fn tiny() -> Config {
        Config {
            vocabulary: 5,
            hidden_size: 32,
            layers: 1,
            heads: 2,
            kv_heads: 1,
            head_dim: 16,
            intermediate_size: 32,
            max_position_embeddings: 64,
            rope_base: 10000.0,
            rope_layout: RopeLayout::Halves,
            rope_factors: Vec::new(),
            biases: Biases::None,
            eps: 1e-5,
            tied: true,
        }
    }

    #[test]
    fn sizes_that_fit_each_other_pass() {
        tiny().check().unwrap();
        // Queries may be wider than what they are made of.
        Config { head_dim: 64, rope_base: 1.0, kv_heads: 2, ..tiny() }.check().unwrap();
    }

    #[test]
    fn sizes_that_make_no_sense_are_refused_by_name() {
        let large = i32::MAX as usize;
        let cases = [
            (Config { vocabulary: 0, ..tiny() }, "`vocabulary` is 0: it must be from 1 to 2147483647"),
            (Config { hidden_size: 0, ..tiny() }, "`hidden_size` is 0: it must be from 1 to 2147483647"),
            (Config { layers: 0, ..tiny() }, "`layers` is 0: it must be from 1 to 2147483647"),
            (Config { heads: 0, ..tiny() }, "`heads` is 0: it must be from 1 to 2147483647"),
            (Config { kv_heads: 0, ..tiny() }, "`kv_heads` is 0: it must be from 1 to 2147483647"),
            (Config { head_dim: 0, ..tiny() }, "`head_dim` is 0: it must be from 1 to 2147483647"),
            (Config { intermediate_size: 0, ..tiny() }, "`intermediate_size` is 0: it must be from 1 to 2147483647"),
            (
                Config { max_position_embeddings: 0, ..tiny() },
                "`max_position_embeddings` is 0: it must be from 1 to 2147483647",
            ),
            (
                Config { max_position_embeddings: large + 1, ..tiny() },
                "`max_position_embeddings` is 2147483648: it must be from 1 to 2147483647",
            ),
            (
                Config { heads: 3, kv_heads: 2, ..tiny() },
                "`kv_heads` is 2: it must be a divisor of `heads`, which is 3",
            ),
            (
                Config { head_dim: 15, ..tiny() },
                "`head_dim` is 15: it must be even, for the rotary position embedding rotates pairs",
            ),
            (
                Config { vocabulary: 1 << 27, ..tiny() },
                "`vocabulary`, `hidden_size` make a matrix of 134217728 × 32: at most 2147483647 elements are supported",
            ),
            (
                Config { heads: large, kv_heads: 1, head_dim: large - 1, ..tiny() },
                "`heads`, `head_dim`, `hidden_size` make a matrix of 2147483647 × 2147483646 × 32: at most 2147483647 elements are supported",
            ),
            (
                Config { intermediate_size: large, ..tiny() },
                "`intermediate_size`, `hidden_size` make a matrix of 2147483647 × 32: at most 2147483647 elements are supported",
            ),
            (Config { rope_base: f32::INFINITY, ..tiny() }, "`rope_base` is inf: it must be a 32-bit float, 1 or more"),
            (Config { rope_base: 0.5, ..tiny() }, "`rope_base` is 0.5: it must be a 32-bit float, 1 or more"),
            (
                Config { rope_factors: vec![1.0; 7], ..tiny() },
                "`rope_factors` is 7 numbers: it must be 8, one for each pair of a head, or none",
            ),
            (Config { rope_factors: vec![0.0; 8], ..tiny() }, "`rope_factors` is 0: it must be 32-bit floats above 0"),
            (
                Config { rope_factors: vec![f32::NAN; 8], ..tiny() },
                "`rope_factors` is NaN: it must be 32-bit floats above 0",
            ),
            (Config { eps: 0.0, ..tiny() }, "`eps` is 0: it must be a 32-bit float above 0"),
            (Config { eps: f32::NAN, ..tiny() }, "`eps` is NaN: it must be a 32-bit float above 0"),
            (Config { eps: f32::INFINITY, ..tiny() }, "`eps` is inf: it must be a 32-bit float above 0"),
        ];
        for (config, message) in cases {
            assert_eq!(config.check().unwrap_err().to_string(), message);
        }
    }
}
