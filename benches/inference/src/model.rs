//! The models and the backends that are measured.

use std::path::{Path, PathBuf};

use crosscheck_backends::Kernels;
#[cfg(feature = "mlx")]
use crosscheck_backends::mlx::{Mlx, MlxDevice};
use crosscheck_backends::reference::Reference;
use crosscheck_inference::tokenizer::Tokenizer;
use crosscheck_inference::weights::Weights;

use crate::Result;

const TEXT: &str = "The first machines that could follow a written list of instructions filled whole rooms, and the people \
    who wrote these lists knew each part of them. A number was stored as the state of a relay, later of a tube, and a mistake \
    was looked for with a lamp. What has changed since then is less the idea than the size: a processor still fetches an \
    instruction, does what it says, and goes on to the next one.";

/// A model that is measured.
pub struct Model {
    /// What the results call it.
    pub name: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// What it consists of.
    pub weights: Weights,
    tokenizer: Tokenizer,
}

impl Model {
    /// The model of the fixtures.
    pub fn tiny() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tiny-llama/tiny-llama.gguf");
        Self::open("tiny-llama", path).expect("the fixtures are part of the repository")
    }

    /// SmolLM2, if it was downloaded; else why not.
    pub fn smollm2() -> std::result::Result<Self, String> {
        Self::open("SmolLM2-135M", smollm2()?).map_err(|error| error.to_string())
    }

    fn open(name: &'static str, path: PathBuf) -> Result<Self> {
        let weights = Weights::open(&path)?;
        let vocabulary = weights.vocabulary().ok_or("the file has no vocabulary")?;
        let tokenizer = Tokenizer::from_gguf(vocabulary)?;
        Ok(Self { name, path, weights, tokenizer })
    }

    /// Its tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// The beginning of a text, over and over, of this many tokens.
    pub fn prompt(&self, tokens: usize) -> Vec<u32> {
        let text = self.tokenizer.encode(TEXT, SPECIAL).expect("every byte has a token");
        text.into_iter().cycle().take(tokens).collect()
    }
}

const SPECIAL: crosscheck_inference::tokenizer::Special = crosscheck_inference::tokenizer::Special::AsText;

/// Where SmolLM2 is, or why nowhere.
pub fn smollm2() -> std::result::Result<PathBuf, String> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute());
    let caches = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    let path = caches.ok_or("there is no home folder")?.join("crosscheck/models/SmolLM2-135M-Instruct.Q4_1.gguf");
    if path.is_file() { Ok(path) } else { Err(format!("{} is not there", path.display())) }
}

type Backend = (&'static str, Box<dyn Kernels>);

/// The backends of this build, the reference first.
pub fn backends() -> Vec<Backend> {
    let reference: Backend = ("reference", Box::new(Reference));
    [Some(reference), mlx()].into_iter().flatten().collect()
}

#[cfg(feature = "mlx")]
fn mlx() -> Option<Backend> {
    match Mlx::open(MlxDevice::Cpu) {
        Ok(mlx) => Some(("mlx_cpu", Box::new(mlx))),
        Err(reason) => {
            println!("not measured: mlx_cpu, because {reason}");
            None
        }
    }
}

#[cfg(not(feature = "mlx"))]
fn mlx() -> Option<Backend> {
    println!("not measured: mlx_cpu, because the feature `mlx` is off (`cargo xtask mlx` first, then --features mlx)");
    None
}
