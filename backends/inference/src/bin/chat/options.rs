//! What the program can be told. `cargo xtask chat` reads this file as well: it knows of a slip before anything is built.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Ask a language model something, on one of the backends
#[derive(Debug, Parser)]
#[command(name = "crosscheck-chat")]
pub struct Options {
    /// What to ask
    #[arg(value_name = "PROMPT", value_parser = text)]
    pub prompt: String,

    /// The backend that computes; else one with a device of its own, if there is one here
    #[arg(long, value_name = "NAME")]
    pub backend: Option<String>,

    /// A GGUF file, or a folder with `config.json`, `model.safetensors` and `tokenizer.json`
    #[arg(long, value_name = "PATH")]
    pub model: Option<PathBuf>,

    /// What to tell the model before; else what its own chat template says
    #[arg(long, value_name = "TEXT")]
    pub system: Option<String>,

    /// How many tokens the answer has at most
    #[arg(long, value_name = "N", default_value = "256")]
    pub max_tokens: NonZeroUsize,

    /// How far chance goes: 0 takes the most likely token, always
    #[arg(long, value_name = "T", default_value_t = 0.0, allow_negative_numbers = true)]
    pub temperature: f32,

    /// How many of the most likely tokens there is a choice of; else all of them
    #[arg(long, value_name = "K")]
    pub top_k: Option<NonZeroUsize>,

    /// The share of probability that the most likely tokens have of which there is a choice
    #[arg(long, value_name = "P", default_value_t = 1.0, allow_negative_numbers = true)]
    pub top_p: f32,

    /// What the logits of tokens that occurred are divided by
    #[arg(long, value_name = "R", default_value_t = 1.0, allow_negative_numbers = true)]
    pub repetition_penalty: f32,

    /// What chance depends on
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,

    /// The form in which quantized matrices are kept in memory
    #[arg(long, value_enum, default_value_t = Form::Measured)]
    pub form: Form,
}

/// The form in which quantized matrices are kept in memory.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Form {
    /// As in the file
    Stored,
    /// As 32-bit floats
    Dense,
    /// As what is faster here, which is measured
    Measured,
}

/// A text with something in it.
fn text(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("ask something: the prompt is empty") } else { Ok(text.to_owned()) }
}
