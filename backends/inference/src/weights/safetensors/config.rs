//! `config.json` of a Llama by Hugging Face.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use crosscheck_backends::RopeLayout;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;

use crate::config::{Biases, Config, ConfigError, Names};
use crate::text::shown;

type Result<T> = std::result::Result<T, ConfigError>;

const NAMES: Names = Names {
    vocabulary: "vocab_size",
    hidden_size: "hidden_size",
    layers: "num_hidden_layers",
    heads: "num_attention_heads",
    kv_heads: "num_key_value_heads",
    head_dim: "head_dim",
    intermediate_size: "intermediate_size",
    max_position_embeddings: "max_position_embeddings",
    rope_base: "rope_theta",
    rope_factors: "rope_parameters",
    eps: "rms_norm_eps",
};

const SIZE: &str = "a whole number";
const NUMBER: &str = "a number";
const TEXT: &str = "a string";
const TRUTH: &str = "true or false";

/// The sizes of a model; `tied` is what the file says. What is left out is what Hugging Face's library takes then.
pub(in crate::weights) fn read_config(json: &[u8]) -> Result<Config> {
    let fields: Fields = serde_json::from_slice(json).map_err(ConfigError::Json)?;
    fields.check_supported()?;
    let (hidden_size, heads) = (fields.required_size(NAMES.hidden_size)?, fields.required_size(NAMES.heads)?);
    let head_dim = match fields.size(NAMES.head_dim)? {
        Some(head_dim) => head_dim,
        None if heads > 0 && hidden_size.is_multiple_of(heads) => hidden_size / heads,
        None => {
            return Err(ConfigError::Value {
                field: NAMES.heads.to_owned(),
                value: heads.to_string(),
                expected: format!(
                    "a divisor of `{}`, which is {hidden_size}, unless there is `head_dim`",
                    NAMES.hidden_size
                ),
            });
        }
    };
    let rope_base = fields.rope_base()?;
    let config = Config {
        vocabulary: fields.required_size(NAMES.vocabulary)?,
        hidden_size,
        layers: fields.required_size(NAMES.layers)?,
        heads,
        kv_heads: fields.size(NAMES.kv_heads)?.unwrap_or(heads),
        head_dim,
        intermediate_size: fields.required_size(NAMES.intermediate_size)?,
        max_position_embeddings: fields.required_size(NAMES.max_position_embeddings)?,
        rope_base: rope_base as f32,
        rope_layout: RopeLayout::Halves,
        rope_factors: fields.rope_factors(rope_base, head_dim)?,
        biases: fields.biases()?,
        eps: fields.required(NAMES.eps, NUMBER, Value::as_f64)? as f32,
        tied: fields.optional("tie_word_embeddings", TRUTH, Value::as_bool)?.unwrap_or(false),
    };
    config.check_named(&NAMES)?;
    Ok(config)
}

/// A JSON object in which nothing appears twice.
struct Fields {
    /// In what it stands, with a dot behind; empty for the file itself.
    within: &'static str,
    values: BTreeMap<String, Value>,
}

impl Fields {
    fn check_supported(&self) -> Result<()> {
        let model = self.required("model_type", TEXT, Value::as_str)?;
        let (expected, supported) = match model {
            "llama" => ("LlamaForCausalLM", "`LlamaForCausalLM` is"),
            "qwen2" => ("Qwen2ForCausalLM", "`Qwen2ForCausalLM` is"),
            _ => return Err(unsupported("model_type", model, "`llama` and `qwen2` are")),
        };
        if let Some(architectures) = self.optional("architectures", "a list of strings", Value::as_array)?
            && !architectures.iter().any(|name| name == expected)
        {
            return Err(unsupported("architectures", architectures.clone(), supported));
        }
        if self.optional("use_sliding_window", TRUTH, Value::as_bool)? == Some(true) {
            return Err(unsupported("use_sliding_window", true, "attention to all positions is"));
        }
        if let Some(activation) = self.optional("hidden_act", TEXT, Value::as_str)?
            && activation != "silu"
        {
            return Err(unsupported("hidden_act", activation, "`silu` is"));
        }
        if self.optional("mlp_bias", TRUTH, Value::as_bool)? == Some(true) {
            return Err(unsupported("mlp_bias", true, "feed-forward blocks without biases are"));
        }
        if let Some(quantization) = self.get("quantization_config") {
            return Err(unsupported(
                "quantization_config",
                quantization.clone(),
                "F32, F16 and BF16 are, and GGUF files",
            ));
        }
        self.check_partial()
    }

    /// A Qwen 2 has them always, a Llama where its configuration says so.
    fn biases(&self) -> Result<Biases> {
        Ok(match self.optional("attention_bias", TRUTH, Value::as_bool)? {
            _ if self.required("model_type", TEXT, Value::as_str)? == "qwen2" => Biases::Inputs,
            Some(true) => Biases::All,
            _ => Biases::None,
        })
    }

    /// The base, wherever the version of the library that wrote the file put it.
    fn rope_base(&self) -> Result<f64> {
        let outside = self.optional(NAMES.rope_base, NUMBER, Value::as_f64)?;
        let inside = match self.object("rope_parameters", "rope_parameters.")? {
            Some(rope) => {
                rope.check_partial()?;
                rope.optional(NAMES.rope_base, NUMBER, Value::as_f64)?
            }
            None => None,
        };
        Ok(inside.or(outside).unwrap_or(10000.0))
    }

    /// What the frequencies are divided by, wherever the version of the library put it.
    fn rope_factors(&self, base: f64, head_dim: usize) -> Result<Vec<f32>> {
        for (field, within) in [("rope_parameters", "rope_parameters."), ("rope_scaling", "rope_scaling.")] {
            if let Some(rope) = self.object(field, within)? {
                let factors = rope.factors(base, head_dim)?;
                if !factors.is_empty() {
                    return Ok(factors);
                }
            }
        }
        Ok(Vec::new())
    }

    fn factors(&self, base: f64, head_dim: usize) -> Result<Vec<f32>> {
        let mut kind = ("rope_type", "default");
        for field in ["rope_type", "type"] {
            if let Some(found) = self.optional(field, TEXT, Value::as_str)? {
                kind = (field, found);
                break;
            }
        }
        match kind {
            (_, "default") => Ok(Vec::new()),
            (_, "linear") => Ok(vec![self.above_0("factor")? as f32; head_dim / 2]),
            (_, "llama3") => {
                let factor = self.above_0("factor")?;
                let (low, high) = (self.above_0("low_freq_factor")?, self.above_0("high_freq_factor")?);
                let context = self.above_0("original_max_position_embeddings")?;
                if low >= high {
                    let expected = format!("less than `{}`, which is {high}", self.name("high_freq_factor"));
                    return Err(ConfigError::Value {
                        field: self.name("low_freq_factor"),
                        value: low.to_string(),
                        expected,
                    });
                }
                // Long waves are made longer, short ones stay, and those between have something between.
                let of_pair = |pair: usize| {
                    let frequency = base.powf(-2.0 * pair as f64 / head_dim as f64);
                    let turns = context * frequency / std::f64::consts::TAU;
                    let smooth = ((turns - low) / (high - low)).clamp(0.0, 1.0);
                    (1.0 / ((1.0 - smooth) / factor + smooth)) as f32
                };
                Ok((0..head_dim / 2).map(of_pair).collect())
            }
            (field, other) => Err(unsupported(&self.name(field), other, "`default`, `linear` and `llama3` are")),
        }
    }

    fn above_0(&self, field: &str) -> Result<f64> {
        let number = self.required(field, NUMBER, Value::as_f64)?;
        if (number as f32).is_normal() && number > 0.0 {
            return Ok(number);
        }
        let (field, value) = (self.name(field), number.to_string());
        Err(ConfigError::Value { field, value, expected: "a 32-bit float above 0".to_owned() })
    }

    /// Whether all elements of a head are rotated.
    fn check_partial(&self) -> Result<()> {
        let field = "partial_rotary_factor";
        match self.optional(field, NUMBER, Value::as_f64)? {
            Some(factor) if factor != 1.0 => {
                Err(unsupported(&self.name(field), factor, "heads that are rotated as a whole (1.0) are"))
            }
            _ => Ok(()),
        }
    }

    fn name(&self, field: &str) -> String {
        format!("{}{field}", self.within)
    }

    /// The value of a field that exists and is not `null`.
    fn get(&self, field: &str) -> Option<&Value> {
        self.values.get(field).filter(|value| !value.is_null())
    }

    fn optional<'a, T>(
        &'a self,
        field: &str,
        expected: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(value) = self.get(field) else { return Ok(None) };
        match read(value) {
            Some(value) => Ok(Some(value)),
            None => Err(ConfigError::Kind { field: self.name(field), expected, found: text(value) }),
        }
    }

    fn required<'a, T>(
        &'a self,
        field: &str,
        expected: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<T> {
        let value = self.optional(field, expected, read)?;
        value.ok_or_else(|| ConfigError::Missing { field: self.name(field), expected })
    }

    fn size(&self, field: &str) -> Result<Option<usize>> {
        self.optional(field, SIZE, |value| value.as_u64()?.try_into().ok())
    }

    fn required_size(&self, field: &str) -> Result<usize> {
        self.required(field, SIZE, |value| value.as_u64()?.try_into().ok())
    }

    fn object(&self, field: &str, within: &'static str) -> Result<Option<Self>> {
        let object = self.optional(field, "an object", Value::as_object)?;
        let values = |object: &serde_json::Map<_, _>| object.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        Ok(object.map(|object| Self { within, values: values(object) }))
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the sizes of a model")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Fields, A::Error> {
        let mut values = BTreeMap::new();
        while let Some(field) = map.next_key::<String>()? {
            let value: Value = map.next_value()?;
            match values.entry(field) {
                Entry::Vacant(free) => free.insert(value),
                Entry::Occupied(taken) => {
                    return Err(A::Error::custom(format_args!("`{}` appears twice", shown(taken.key()))));
                }
            };
        }
        Ok(Fields { within: "", values })
    }
}

fn text(value: &Value) -> String {
    shown(&value.to_string())
}

fn unsupported(field: &str, value: impl Into<Value>, supported: &'static str) -> ConfigError {
    ConfigError::Unsupported { field: field.to_owned(), value: text(&value.into()), supported }
}
