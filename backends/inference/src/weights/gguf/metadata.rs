//! The metadata of a model: its sizes, and its tokens.

use std::collections::BTreeMap;

use super::architecture::{ARCHITECTURES, Architecture, KNOWN};
use super::reader::{Array, Kind, Value};
use crate::config::{Biases, Config, ConfigError};
use crate::text::shown;
use crate::weights::stored::Table;

type Result<T> = std::result::Result<T, ConfigError>;

pub(super) const ALIGNMENT: &str = "general.alignment";
const TOKENS: &str = "tokenizer.ggml.tokens";

const SIZE: &str = "a whole number";
const NUMBER: &str = "a float";
const TEXT: &str = "a string";
const TRUTH: &str = "a truth value";
const TEXTS: &str = "an array of strings";
const SIZES: &str = "an array of whole numbers";
const FLOATS: &str = "an array of 32-bit floats";

/// What a GGUF file says about its tokens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GgufVocabulary {
    /// The kind of tokenizer: "gpt2" (BPE of bytes), "llama" (SentencePiece), ….
    pub model: String,
    /// How text is split before it is tokenized.
    pub pre: Option<String>,
    /// The text of each token.
    pub tokens: Vec<String>,
    /// The kind of each token: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 a byte. As many as tokens, or
    /// none in a file that does not say.
    pub kinds: Vec<i32>,
    /// The score of each token, by which SentencePiece merges; none for other kinds of tokenizers.
    pub scores: Vec<f32>,
    /// The pairs that BPE merges, the first ones first.
    pub merges: Vec<String>,
    /// The token in front of a text.
    pub bos: Option<u32>,
    /// The token behind a text.
    pub eos: Option<u32>,
    /// The token behind what one says in a chat, where that is another one.
    pub eot: Option<u32>,
    /// Whether the one in front is added.
    pub add_bos: bool,
    /// Whether SentencePiece puts a space in front of a text.
    pub add_space_prefix: bool,
    /// How a conversation becomes a text, as a Jinja template.
    pub chat_template: Option<String>,
}

/// The metadata of a file by its keys.
#[derive(Debug)]
pub(super) struct Metadata<'a>(pub BTreeMap<&'a str, Value<'a>>);

impl<'a> Metadata<'a> {
    /// The sizes of the model; `tied` is for the caller to say.
    pub fn config(&self, tensors: &Table) -> Result<Config> {
        let architecture = self.architecture()?;
        let names = &architecture.names;
        let (hidden_size, heads) = (self.required_size(names.hidden_size)?, self.required_size(names.heads)?);
        let head_dim = match self.size(names.head_dim)? {
            Some(head_dim) => head_dim,
            None if heads > 0 && hidden_size.is_multiple_of(heads) => hidden_size / heads,
            None => {
                let key = names.head_dim;
                let expected =
                    format!("a divisor of `{}`, which is {hidden_size}, unless there is `{key}`", names.hidden_size);
                return Err(value(names.heads, heads, expected));
            }
        };
        for key in [architecture.value_length, architecture.dimension_count] {
            if let Some(found) = self.size(key)?
                && found != head_dim
            {
                let expected = format!("{head_dim}, which is what a head of the keys has (`{}`)", names.head_dim);
                return Err(value(key, found, expected));
            }
        }
        let config = Config {
            vocabulary: self.vocabulary_size(names.vocabulary, tensors)?,
            hidden_size,
            layers: self.required_size(names.layers)?,
            heads,
            kv_heads: self.size(names.kv_heads)?.unwrap_or(heads),
            head_dim,
            intermediate_size: self.required_size(names.intermediate_size)?,
            max_position_embeddings: self.required_size(names.max_position_embeddings)?,
            rope_base: self.float(names.rope_base)?.unwrap_or(10000.0) as f32,
            rope_layout: architecture.rope_layout,
            rope_factors: self.linear(architecture, head_dim)?,
            // The tensors say it.
            biases: Biases::None,
            eps: self.required(names.eps, NUMBER, self.float(names.eps)?)? as f32,
            tied: false,
        };
        config.check_named(names)?;
        Ok(config)
    }

    fn architecture(&self) -> Result<&'static Architecture> {
        let key = "general.architecture";
        let name = self.required(key, TEXT, self.text(key)?)?;
        let architecture = ARCHITECTURES.iter().find(|known| known.name == name);
        let architecture = architecture.ok_or_else(|| unsupported(key, name, KNOWN))?;
        if let Some(parts @ 2..) = self.size("split.count")? {
            return Err(unsupported("split.count", parts, "a model in one file is"));
        }
        let key = architecture.expert_count;
        if let Some(experts @ 1..) = self.size(key)? {
            return Err(unsupported(key, experts, "a model without experts is"));
        }
        Ok(architecture)
    }

    /// Positions with a scale. Without a type, llama.cpp scales by the factor.
    fn linear(&self, architecture: &Architecture, head_dim: usize) -> Result<Vec<f32>> {
        let key = architecture.scaling_type;
        match self.text(key)? {
            // Factors do not count then.
            Some("none") => return Ok(Vec::new()),
            Some("linear") | None => (),
            Some(scaling) => return Err(unsupported(key, scaling, "`none` and `linear` are")),
        }
        for key in architecture.scaling_factors {
            // Some converters write 0 instead of leaving the key out.
            if let Some(factor) = self.float(key)?.filter(|factor| *factor != 0.0) {
                let factor = factor as f32;
                if !(factor.is_normal() && factor > 0.0) {
                    return Err(value(key, factor, "a 32-bit float above 0".to_owned()));
                }
                return Ok(if factor == 1.0 { Vec::new() } else { vec![factor; head_dim / 2] });
            }
        }
        Ok(Vec::new())
    }

    /// How many tokens there are: the file says it, or counts them, or has a row for each.
    fn vocabulary_size(&self, key: &str, tensors: &Table) -> Result<usize> {
        let tokens = self.array(TOKENS, TEXTS, &[Kind::String])?.map(|tokens| tokens.count);
        match (self.size(key)?, tokens) {
            (Some(size), Some(tokens)) if size != tokens => {
                Err(value(key, size, format!("{tokens}, the number of `{TOKENS}`")))
            }
            (Some(size), _) | (None, Some(size)) => Ok(size),
            (None, None) => {
                let rows = tensors.get("token_embd.weight").and_then(|embedding| embedding.shape.first().copied());
                self.required(key, SIZE, rows)
            }
        }
    }

    /// The tokens, in a file that has them.
    pub fn vocabulary(&self) -> Result<Option<GgufVocabulary>> {
        let Some(model) = self.text("tokenizer.ggml.model")? else { return Ok(None) };
        let tokens = self.required(TOKENS, TEXTS, self.array(TOKENS, TEXTS, &[Kind::String])?)?;
        let key = "tokenizer.ggml.token_type";
        let kinds = match self.array(key, SIZES, &Kind::WHOLE)? {
            Some(kinds) if kinds.count != tokens.count => {
                let expected = format!("an array of {}, as many as `{TOKENS}`", tokens.count);
                return Err(value(key, format_args!("an array of {}", kinds.count), expected));
            }
            Some(kinds) => kinds.values().map(kind).collect(),
            None => Vec::new(),
        };
        let key = "tokenizer.ggml.scores";
        let scores = match self.array(key, FLOATS, &[Kind::F32])? {
            Some(scores) if scores.count != tokens.count => {
                let expected = format!("an array of {}, as many as `{TOKENS}`", tokens.count);
                return Err(value(key, format_args!("an array of {}", scores.count), expected));
            }
            Some(scores) => scores.values().map(score).collect(),
            None => Vec::new(),
        };
        let merges = self.array("tokenizer.ggml.merges", TEXTS, &[Kind::String])?;
        let pre = self.text("tokenizer.ggml.pre")?;
        // What llama.cpp takes for files that do not say.
        let add_bos = model == "llama" || matches!(pre, Some("llama3" | "llama-v3" | "llama-bpe"));
        Ok(Some(GgufVocabulary {
            model: model.to_owned(),
            pre: pre.map(str::to_owned),
            tokens: texts(tokens),
            kinds,
            scores,
            merges: merges.map(texts).unwrap_or_default(),
            bos: self.token("tokenizer.ggml.bos_token_id", tokens.count)?,
            eos: self.token("tokenizer.ggml.eos_token_id", tokens.count)?,
            eot: self.token("tokenizer.ggml.eot_token_id", tokens.count)?,
            add_bos: self.truth("tokenizer.ggml.add_bos_token")?.unwrap_or(add_bos),
            add_space_prefix: self.truth("tokenizer.ggml.add_space_prefix")?.unwrap_or(model == "llama"),
            chat_template: self.text("tokenizer.chat_template")?.map(str::to_owned),
        }))
    }

    fn token(&self, key: &str, tokens: usize) -> Result<Option<u32>> {
        match self.size(key)? {
            Some(token) if token >= tokens => {
                Err(value(key, token, format!("less than {tokens}, the number of `{TOKENS}`")))
            }
            Some(token) => match u32::try_from(token) {
                Ok(token) => Ok(Some(token)),
                Err(_) => Err(value(key, token, format!("at most {}", u32::MAX))),
            },
            None => Ok(None),
        }
    }

    pub fn power_of_two(&self, key: &str) -> Result<Option<u64>> {
        match self.size(key)? {
            Some(number) if !number.is_power_of_two() => Err(value(key, number, "a power of two".to_owned())),
            number => Ok(number.map(|number| number as u64)),
        }
    }

    fn required<T>(&self, key: &str, expected: &'static str, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| ConfigError::Missing { field: key.to_owned(), expected })
    }

    fn required_size(&self, key: &str) -> Result<usize> {
        self.required(key, SIZE, self.size(key)?)
    }

    fn size(&self, key: &str) -> Result<Option<usize>> {
        self.optional(key, SIZE, |value| match value {
            Value::Unsigned(number) => number.try_into().ok(),
            Value::Signed(number) => number.try_into().ok(),
            _ => None,
        })
    }

    fn float(&self, key: &str) -> Result<Option<f64>> {
        self.optional(key, NUMBER, |value| if let Value::Float(number) = value { Some(number) } else { None })
    }

    fn truth(&self, key: &str) -> Result<Option<bool>> {
        self.optional(key, TRUTH, |value| if let Value::Bool(truth) = value { Some(truth) } else { None })
    }

    fn text(&self, key: &str) -> Result<Option<&'a str>> {
        self.optional(key, TEXT, |value| if let Value::String(text) = value { Some(text) } else { None })
    }

    fn array(&self, key: &str, expected: &'static str, kinds: &[Kind]) -> Result<Option<Array<'a>>> {
        self.optional(key, expected, |value| match value {
            Value::Array(array) if kinds.contains(&array.kind) => Some(array),
            _ => None,
        })
    }

    fn optional<T>(
        &self,
        key: &str,
        expected: &'static str,
        read: impl FnOnce(Value<'a>) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(value) = self.0.get(key) else { return Ok(None) };
        match read(*value) {
            Some(value) => Ok(Some(value)),
            None => Err(ConfigError::Kind { field: key.to_owned(), expected, found: text(*value) }),
        }
    }
}

fn texts(array: Array<'_>) -> Vec<String> {
    let text = |value| if let Value::String(text) = value { text.to_owned() } else { String::new() };
    array.values().map(text).collect()
}

/// A kind is a small number; one that is not an `i32` is unknown.
fn kind(value: Value<'_>) -> i32 {
    match value {
        Value::Signed(number) => number.try_into().unwrap_or(i32::MAX),
        Value::Unsigned(number) => number.try_into().unwrap_or(i32::MAX),
        _ => i32::MAX,
    }
}

fn score(value: Value<'_>) -> f32 {
    if let Value::Float(number) = value { number as f32 } else { f32::NAN }
}

/// A value as it can stand in an error.
fn text(value: Value<'_>) -> String {
    match value {
        Value::Unsigned(number) => number.to_string(),
        Value::Signed(number) => number.to_string(),
        Value::Float(number) => format!("the float {number:?}"),
        Value::Bool(truth) => truth.to_string(),
        Value::String(text) => format!("the string \"{}\"", shown(text)),
        Value::Array(array) => format!("an array of {} values of type {:?}", array.count, array.kind),
    }
}

fn value(key: &str, value: impl std::fmt::Display, expected: String) -> ConfigError {
    ConfigError::Value { field: key.to_owned(), value: value.to_string(), expected }
}

fn unsupported(key: &str, value: impl std::fmt::Display, supported: &'static str) -> ConfigError {
    ConfigError::Unsupported { field: key.to_owned(), value: format!("`{}`", shown(&value.to_string())), supported }
}
