//! Why a model is not loaded.

use std::io;
use std::path::{Path, PathBuf};

use super::gguf::{self, GgufError};
use super::parameter::Parameter;
use super::safetensors::{self, SafetensorsError};
use super::tensor_error::TensorError;
use crate::config::ConfigError;
use crate::text::shown;

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
        "{} is not a model: give a GGUF file, a `.safetensors` file with `config.json` beside it, or a folder with \
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
    #[error("this model has no output matrix of its own (`config().tied`): read the embedding instead")]
    Tied,
    /// A vector was asked for as a matrix, or the other way round.
    #[error("{parameter:?} is not a {asked}: ask `Weights::{other}` for it")]
    Rank {
        /// What was asked for.
        parameter: Parameter,
        /// As what.
        asked: &'static str,
        /// The function that has it.
        other: &'static str,
    },
}

impl LoadError {
    /// A problem of this GGUF file.
    pub(super) fn in_gguf(file: &Path, problem: gguf::Problem) -> Self {
        let file = file.to_owned();
        match problem {
            gguf::Problem::File(error) => Self::Gguf { file, error },
            gguf::Problem::Config(error) => Self::Config { file, error },
            gguf::Problem::Tensor((tensor, error)) => Self::Tensor { file, tensor: shown(&tensor), error },
        }
    }

    /// A problem of this safetensors file.
    pub(super) fn in_safetensors(file: &Path, problem: safetensors::Problem) -> Self {
        let file = file.to_owned();
        match problem {
            safetensors::Problem::File(error) => Self::Safetensors { file, error },
            safetensors::Problem::Tensor((tensor, error)) => Self::Tensor { file, tensor: shown(&tensor), error },
        }
    }
}
