//! Why a model is not loaded.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::gguf::GgufError;
use super::parameter::Parameter;
use super::safetensors::SafetensorsError;
use crate::config::ConfigError;

/// Why a model, or a parameter of it, is not loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The operating system refused.
    #[error("{} cannot be read: {error}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// A file of another format.
    #[error(
        "{} is no model: give a GGUF file, a `.safetensors` file with `config.json` beside it, or a folder with \
         `config.json` and `model.safetensors`",
        file.display()
    )]
    Format {
        /// The file.
        file: PathBuf,
    },
    /// A model in several files.
    #[error("{} holds a model in several files, which is not supported: join them into one", path.display())]
    Sharded {
        /// The folder, or one of the files.
        path: PathBuf,
    },
    /// Sizes that are missing, make no sense or are not supported.
    #[error("{}: {error}", file.display())]
    Config {
        /// The file that they stand in.
        file: PathBuf,
        /// What is wrong with them.
        error: ConfigError,
    },
    /// A GGUF file that is not built as one.
    #[error("{}: {error}", file.display())]
    Gguf {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        error: GgufError,
    },
    /// A safetensors file that is not built as one.
    #[error("{}: {error}", file.display())]
    Safetensors {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        error: SafetensorsError,
    },
    /// A tensor that is missing, too many, or not what the model needs.
    #[error("{}: tensor `{tensor}` {error}", file.display())]
    Tensor {
        /// The file.
        file: PathBuf,
        /// The tensor, as the file calls it.
        tensor: String,
        /// What is wrong with it.
        error: TensorError,
    },
    /// A layer that the model does not have.
    #[error("{parameter:?} is not in this model: its layers are 0..{layers}")]
    Layer {
        /// What was asked for.
        parameter: Parameter,
        /// How many layers there are.
        layers: usize,
    },
    /// The output of a tied model.
    #[error("this model has no matrix of its own for the output (`config().tied`): it is that of the embedding")]
    Tied,
    /// A vector was asked for as a matrix, or the other way round.
    #[error("{parameter:?} is no {asked}: ask `Weights::{other}` for it")]
    Rank {
        /// What was asked for.
        parameter: Parameter,
        /// As what.
        asked: &'static str,
        /// The function that has it.
        other: &'static str,
    },
}

/// What is wrong with a tensor. It continues "tensor `name` …".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// The model needs it.
    #[error("of shape {expected:?} is missing{}", hint(nearest.as_deref()))]
    Missing {
        /// The shape that it has to have.
        expected: Vec<usize>,
        /// The most similar name among those that the model does not need.
        nearest: Option<String>,
    },
    /// The model would be computed without it, and wrongly.
    #[error("is no parameter of this model: {reason}")]
    Unexpected {
        /// Why not.
        reason: String,
    },
    /// Two of the same name.
    #[error("is there twice")]
    Duplicate,
    /// Other sizes than the configuration says.
    #[error("has the shape {found:?}: by the configuration it has to be {expected:?}")]
    Shape {
        /// The shape that it has to have.
        expected: Vec<usize>,
        /// The shape that it has.
        found: Vec<usize>,
    },
    /// A type of elements that is not supported.
    #[error("is of type {found}, which is not supported here: {supported} are")]
    Dtype {
        /// The type that it has.
        found: String,
        /// Those that are supported.
        supported: &'static str,
    },
    /// Rows that are cut inside of a block.
    #[error("has rows of {columns} elements: {encoding} needs a multiple of {block}")]
    Blocks {
        /// The length of a row.
        columns: usize,
        /// The type of the elements.
        encoding: &'static str,
        /// How many make a block.
        block: usize,
    },
    /// More dimensions than the format has.
    #[error("has {found} dimensions: {limit} is the limit")]
    Rank {
        /// How many it has.
        found: u32,
        /// How many it can have.
        limit: u32,
    },
    /// More elements than can be counted, or none.
    #[error("has the shape {shape:?}: it has to hold from 1 to {limit} elements", limit = i32::MAX)]
    Size {
        /// The shape.
        shape: Vec<u64>,
    },
    /// Data that is shorter or longer than the elements are.
    #[error(
        "of shape {shape:?} and type {dtype} takes {expected} bytes, but its `data_offsets` {:?} are {} apart",
        [offsets.0, offsets.1],
        offsets.1.saturating_sub(offsets.0)
    )]
    Length {
        /// The shape.
        shape: Vec<usize>,
        /// The type of the elements.
        dtype: &'static str,
        /// How many bytes the elements take.
        expected: u64,
        /// The offsets that the file says.
        offsets: (usize, usize),
    },
    /// Data that begins behind its end.
    #[error("has the `data_offsets` {:?}: the second one is smaller", [offsets.0, offsets.1])]
    Reversed {
        /// The offsets that the file says.
        offsets: (usize, usize),
    },
    /// Data that is not in the file.
    #[error(
        "has its data at {start}..{end} behind the header, where the file has {length} bytes: it may have been cut off"
    )]
    Outside {
        /// Where it begins.
        start: u64,
        /// Where it ends.
        end: u64,
        /// How many bytes there are.
        length: u64,
    },
    /// Data that does not begin where the format allows it.
    #[error("begins at {offset} behind the header, which is no multiple of the alignment, {alignment}")]
    Misaligned {
        /// Where it begins.
        offset: u64,
        /// What it has to be a multiple of.
        alignment: u64,
    },
    /// Data that is that of another tensor too.
    #[error("shares bytes of the file with tensor `{other}`")]
    Overlap {
        /// The other tensor.
        other: String,
    },
    /// A block of which no number is known.
    #[error("has a scale that is not finite, in block {block}: the file may be damaged")]
    Scale {
        /// Which block of the tensor.
        block: usize,
    },
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; `{name}` is similar and is there"))
}

/// How many characters of a name or a value an error shows.
const SHOWN: usize = 100;

/// What a file says, as it can stand in an error: without control characters, and not for pages.
pub(super) fn shown(text: &str) -> String {
    let mut cut: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    // Quotes need no backslash between backticks.
    if cut.contains('\\') {
        cut = cut.replace("\\\"", "\"").replace("\\'", "'");
    }
    if text.chars().nth(SHOWN).is_some() { cut + "…" } else { cut }
}

/// What a library says of a file, which can quote all of it: without control characters, the beginning and the end.
pub(crate) fn short(said: &dyn fmt::Display) -> String {
    const BEGINNING: usize = 300;
    const END: usize = 100;
    let shown = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let text: Vec<char> = said.to_string().chars().map(shown).collect();
    match text.len().checked_sub(END) {
        Some(end @ BEGINNING..) => text[..BEGINNING].iter().chain(&['…']).chain(&text[end..]).collect(),
        _ => text.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_library_says_is_cut_in_the_middle() {
        let said = |length: usize| format!("{}é", "a".repeat(length - 1));
        assert_eq!(short(&said(399)), said(399));
        assert_eq!(short(&format!("\u{1b}[2J{}", said(9000))), format!("\u{fffd}[2J{}…{}", "a".repeat(296), said(100)));
    }

    #[test]
    fn what_a_file_says_is_shown_in_one_short_line() {
        assert_eq!(shown("a \"name\" of größe 'x'"), "a \"name\" of größe 'x'");
        assert_eq!(shown("\u{1b}[2J\n"), "\\u{1b}[2J\\n");
        assert_eq!(shown(&"é".repeat(SHOWN)), "é".repeat(SHOWN));
        assert_eq!(shown(&"é".repeat(SHOWN + 1)), "é".repeat(SHOWN) + "…");
    }
}
