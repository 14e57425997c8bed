//! Weights out of files: safetensors with the names of Hugging Face's Llama, and GGUF.
//!
//! All that a file says about itself is checked when it is opened, before an element is read. Nothing is read but what is
//! asked for, so the weights are never in memory a second time.

mod error;
mod gguf;
mod k;
mod parameter;
mod safetensors;
mod stored;
mod tensor_error;
#[cfg(test)]
mod tests;

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crosscheck_backends::Tensor;
use crosscheck_backends::device::Matrix;
pub use error::LoadError;
pub use gguf::{GgufError, GgufVocabulary};
pub use parameter::{LayerParameter, Parameter};
pub use safetensors::SafetensorsError;
pub use tensor_error::TensorError;

use crate::config::{Biases, Config};
use crate::text::shown;
use parameter::Naming;
use stored::{Named, Stored, Table};

/// What GGUF calls the factors of the frequencies.
const FREQUENCIES: &str = "rope_freqs.weight";
/// How many names of a file are compared to a missing one at most.
const COMPARED: usize = 10_000;

/// The parameters of a model, in a file.
pub struct Weights {
    bytes: Box<dyn AsRef<[u8]> + Send + Sync>,
    /// What errors call the file.
    file: PathBuf,
    naming: Naming,
    config: Config,
    tensors: Table,
    vocabulary: Option<GgufVocabulary>,
}

impl Weights {
    /// Opens a model: a GGUF file, a `.safetensors` file with `config.json` beside it, or a folder with `config.json` and
    /// `model.safetensors`. The file is mapped into memory; it must not be changed while it is in use.
    ///
    /// # Errors
    /// When a file cannot be read, is damaged, or is not that of a model that the runtime computes.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        let about = fs::metadata(path).map_err(|error| io(path, error))?;
        let file = if about.is_dir() { path.join("model.safetensors") } else { path.to_owned() };
        if about.is_dir() && !file.exists() && path.join("model.safetensors.index.json").exists() {
            return Err(LoadError::Sharded { path: path.to_owned() });
        }
        let bytes = map(&file)?;
        if gguf::is_gguf(&bytes) {
            return Self::gguf(&file, Box::new(bytes));
        }
        if file.extension().is_none_or(|extension| extension != "safetensors") {
            return Err(LoadError::Format { file });
        }
        let config_file = file.with_file_name("config.json");
        let json = fs::read(&config_file).map_err(|error| io(&config_file, error))?;
        Self::safetensors(&config_file, &json, &file, Box::new(bytes))
    }

    /// A model in memory: the contents of a `config.json` and of a `model.safetensors`.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_safetensors(
        config_json: &[u8],
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
    ) -> Result<Self, LoadError> {
        Self::safetensors("config.json".as_ref(), config_json, "model.safetensors".as_ref(), Box::new(bytes))
    }

    /// A model in memory: the contents of a GGUF file.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_gguf(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, LoadError> {
        Self::gguf("model.gguf".as_ref(), Box::new(bytes))
    }

    fn safetensors(
        config_file: &Path,
        config_json: &[u8],
        file: &Path,
        bytes: Box<dyn AsRef<[u8]> + Send + Sync>,
    ) -> Result<Self, LoadError> {
        let mut config = safetensors::read_config(config_json)
            .map_err(|error| LoadError::Config { file: config_file.to_owned(), error })?;
        let tensors =
            safetensors::read((*bytes).as_ref()).map_err(|problem| LoadError::in_safetensors(file, problem))?;
        let naming = Naming::HuggingFace;
        config.tied &= !tensors.contains_key(&Parameter::Output.name(naming));
        let weights = Self { bytes, file: file.to_owned(), naming, config, tensors, vocabulary: None };
        weights.check()
    }

    fn gguf(file: &Path, bytes: Box<dyn AsRef<[u8]> + Send + Sync>) -> Result<Self, LoadError> {
        let gguf::Contents { mut config, tensors, vocabulary } =
            gguf::read((*bytes).as_ref()).map_err(|problem| LoadError::in_gguf(file, problem))?;
        let naming = Naming::Gguf;
        config.tied = !tensors.contains_key(&Parameter::Output.name(naming));
        let has = |part| tensors.contains_key(&Parameter::Layer(0, part).name(naming));
        config.biases = match (has(LayerParameter::QueryBias), has(LayerParameter::AttentionOutputBias)) {
            (false, _) => Biases::None,
            (true, false) => Biases::Inputs,
            (true, true) => Biases::All,
        };
        let mut tensors = tensors;
        if let Some(stored) = tensors.remove(FREQUENCIES) {
            config.rope_factors = frequencies(&stored, &config, (*bytes).as_ref())
                .map_err(|error| tensor_error(file, (FREQUENCIES.to_owned(), error)))?;
        }
        Self { bytes, file: file.to_owned(), naming, config, tensors, vocabulary }.check()
    }

    /// Whether the file has exactly the tensors that the configuration asks for.
    fn check(mut self) -> Result<Self, LoadError> {
        self.check_tensors().map_err(|problem| tensor_error(&self.file, problem))?;
        Ok(self)
    }

    fn check_tensors(&mut self) -> Result<(), Named> {
        for parameter in Parameter::all(&self.config) {
            let (name, expected) = (parameter.name(self.naming), parameter.shape(&self.config));
            let Some(stored) = self.tensors.get(&name) else {
                let nearest = self.nearest(&name);
                return Err((name, TensorError::Missing { expected, nearest }));
            };
            if stored.shape != expected {
                return Err((name, TensorError::Shape { expected, found: stored.shape.clone() }));
            }
            if expected.len() == 1 {
                stored.encoding.check_vector().map_err(|error| (name.clone(), error))?;
            }
        }
        // Files of old versions of Hugging Face's library hold what is computed from the configuration.
        self.tensors.retain(|name, _| !name.ends_with(".rotary_emb.inv_freq"));
        match self.tensors.keys().find(|name| !self.needs(name)) {
            Some(name) => Err((name.clone(), TensorError::Unexpected { reason: self.why_not(name) })),
            None => Ok(()),
        }
    }

    /// The name in the file that is most similar to a missing one, of those that the model does not need.
    fn nearest(&self, missing: &str) -> Option<String> {
        let similar = |name: &&String| name.len() <= 2 * missing.len();
        self.tensors
            .keys()
            .filter(similar)
            .take(COMPARED)
            .map(|name| (strsim::damerau_levenshtein(name, missing), name))
            .filter(|(distance, _)| *distance * 3 <= missing.len())
            .filter(|(_, name)| !self.needs(name))
            .min()
            .map(|(_, name)| shown(name))
    }

    fn needs(&self, name: &str) -> bool {
        Parameter::named(name, self.naming, &self.config).is_some()
    }

    fn why_not(&self, name: &str) -> String {
        match name {
            _ if name.ends_with(".bias") => "it has no bias there".to_owned(),
            _ => format!("a Llama with the layers 0..{} has no tensor of this name", self.config.layers),
        }
    }

    /// The sizes of the model.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What a GGUF file says about the tokens, if it does.
    pub fn vocabulary(&self) -> Option<&GgufVocabulary> {
        self.vocabulary.as_ref()
    }

    /// All parameters that the model has, in the order of their use.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> + use<> {
        Parameter::all(&self.config)
    }

    /// Reads the factors of a norm, or a bias, as 32-bit floats.
    ///
    /// # Errors
    /// When the model has no such parameter, or it is a matrix.
    pub fn vector(&self, parameter: Parameter) -> Result<Tensor, LoadError> {
        if parameter.shape(&self.config).len() != 1 {
            return Err(LoadError::Rank { parameter, asked: "vector", other: "matrix" });
        }
        self.read(parameter, Stored::dense)
    }

    /// Reads a matrix `[N, K]`: as 32-bit floats, or quantized if it is quantized in the file, with the very same values
    /// (but for the sign of zeros).
    ///
    /// # Errors
    /// When the model has no such parameter, it is a vector, or a block's scale is not finite.
    pub fn matrix(&self, parameter: Parameter) -> Result<Matrix, LoadError> {
        if parameter.shape(&self.config).len() != 2 {
            return Err(LoadError::Rank { parameter, asked: "matrix", other: "vector" });
        }
        self.read(parameter, Stored::matrix)
    }

    fn read<T>(
        &self,
        parameter: Parameter,
        read: impl FnOnce(&Stored, &[u8]) -> Result<T, TensorError>,
    ) -> Result<T, LoadError> {
        match parameter {
            Parameter::Output if self.config.tied => return Err(LoadError::Tied),
            Parameter::Layer(layer, _) if layer >= self.config.layers => {
                return Err(LoadError::Layer { parameter, layers: self.config.layers });
            }
            _ => (),
        }
        let name = parameter.name(self.naming);
        self.read_named(&name, read).map_err(|error| tensor_error(&self.file, (name, error)))
    }

    fn read_named<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Stored, &[u8]) -> Result<T, TensorError>,
    ) -> Result<T, TensorError> {
        let missing = || TensorError::Missing { expected: Vec::new(), nearest: None };
        let stored = self.tensors.get(name).ok_or_else(missing)?;
        let bytes = (*self.bytes).as_ref();
        let std::ops::Range { start, end } = stored.range;
        // Bytes of the caller's may be others than they were.
        let outside = || TensorError::Outside { start: start as u64, end: end as u64, length: bytes.len() as u64 };
        read(stored, bytes.get(start..end).ok_or_else(outside)?)
    }
}

impl fmt::Debug for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Weights").field("file", &self.file).field("config", &self.config).finish_non_exhaustive()
    }
}

/// What the frequencies of the rotary position embedding are divided by, as GGUF's converters compute it for Llama 3.
fn frequencies(stored: &Stored, config: &Config, bytes: &[u8]) -> Result<Vec<f32>, TensorError> {
    let expected = vec![config.head_dim / 2];
    if stored.shape != expected {
        return Err(TensorError::Shape { expected, found: stored.shape.clone() });
    }
    let factors: Vec<f32> =
        stored.dense(bytes.get(stored.range.clone()).unwrap_or_default())?.to_f64().iter().map(|&x| x as f32).collect();
    match factors.iter().position(|factor| !(factor.is_normal() && *factor > 0.0)) {
        Some(at) => Err(TensorError::Factor { at, found: factors[at].to_string() }),
        None => Ok(factors),
    }
}

fn map(path: &Path) -> Result<Mmap, LoadError> {
    // Opening a pipe would wait for a writer.
    if !fs::metadata(path).map_err(|error| io(path, error))?.is_file() {
        return Err(LoadError::Format { file: path.to_owned() });
    }
    let file = File::open(path).map_err(|error| io(path, error))?;
    // SAFETY: the bytes are never written through the mapping, and no value of any type but `u8` is made of them in place.
    // That the file is not changed or cut meanwhile cannot be enforced; `open` asks for it.
    unsafe { Mmap::map(&file) }.map_err(|error| io(path, error))
}

fn io(path: &Path, error: std::io::Error) -> LoadError {
    LoadError::Io { file: path.to_owned(), error }
}

fn tensor_error(file: &Path, (tensor, error): Named) -> LoadError {
    LoadError::Tensor { file: file.to_owned(), tensor: shown(&tensor), error }
}
