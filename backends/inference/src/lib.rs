//! A small inference runtime on top of a [`Device`](crosscheck_backends::device::Device): a tokenizer, weights out of files, a Llama-style
//! decoder with a cache, a sampler, and streams of tokens.

pub mod cache;
pub mod config;
#[cfg(test)]
pub(crate) mod fake;
pub mod generate;
mod jinja;
pub mod model;
pub mod sampler;
mod text;
pub mod tokenizer;
pub mod weights;
