//! The two small models, and what other code made of them.

use std::error::Error;
use std::sync::Arc;

use crosscheck::compare::{Terms, Tolerance};
use crosscheck_backends::device::Device;
use crosscheck_backends::{Kernels, Tensor};
use crosscheck_fixtures::tiny_llama::{CONFIG, GGUF, GOLDENS, SAFETENSORS};
use crosscheck_inference::generate::{GenerateError, TokenStream};
use crosscheck_inference::model::{Form, Llama};
use crosscheck_inference::weights::Weights;
use safetensors::SafeTensors;

crosscheck::fixture!("tiny-llama/config.json", CONFIG);
crosscheck::fixture!("tiny-llama/model.safetensors", SAFETENSORS);
crosscheck::fixture!("tiny-llama/tiny-llama.gguf", GGUF);
crosscheck::fixture!("tiny-llama/golden.safetensors", GOLDENS);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// One of the two models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// 32-bit floats, an output of its own, halves of a head rotated together.
    Safetensors,
    /// Blocks of 4 and 8 bits among floats of 16 and 32, the embedding as output, neighbours rotated together.
    Gguf,
}

impl Model {
    /// Its name among the goldens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Gguf => "gguf",
        }
    }

    /// Loads it into a device's memory. Which form a matrix of blocks has is fixed, so that a run does not depend on a clock.
    pub fn load(self, device: &dyn Device) -> Result<Llama> {
        let weights = match self {
            Self::Safetensors => Weights::from_safetensors(CONFIG, SAFETENSORS)?,
            Self::Gguf => Weights::from_gguf(GGUF)?,
        };
        Ok(Llama::load(&weights, device, Form::Dense, &mut |_, _| ())?)
    }

    /// Loads it with the blocks as they are.
    pub fn load_blocks(device: &dyn Device) -> Result<Llama> {
        Ok(Llama::load(&Weights::from_gguf(GGUF)?, device, Form::Stored, &mut |_, _| ())?)
    }

    /// Loads it onto a backend.
    pub fn on(self, kernels: &dyn Kernels) -> Result<(Llama, Arc<dyn Device>)> {
        let device = kernels.device()?;
        Ok((self.load(&*device)?, device))
    }
}

/// Token ids of the goldens.
pub fn ids(name: &str) -> Result<Vec<u32>> {
    let file = SafeTensors::deserialize(GOLDENS)?;
    Ok(words(file.tensor(name)?.data()).map(u32::from_le_bytes).collect())
}

/// A tensor of the goldens.
pub fn golden(name: &str) -> Result<Tensor> {
    let file = SafeTensors::deserialize(GOLDENS)?;
    let view = file.tensor(name)?;
    Ok(Tensor::f32(view.shape(), words(view.data()).map(f32::from_le_bytes).collect::<Vec<_>>())?)
}

/// A row of a matrix, as a matrix.
pub fn row(x: &Tensor, at: usize) -> Result<Tensor> {
    let width = x.shape()[1];
    let values: Vec<_> = x.to_f64()[at * width..][..width].iter().map(|value| *value as f32).collect();
    Ok(Tensor::f32(&[1, width], values)?)
}

/// The tokens of a stream, to its end.
pub fn read(stream: &mut TokenStream) -> std::result::Result<Vec<u32>, GenerateError> {
    std::iter::from_fn(|| stream.next_blocking()).collect()
}

fn words(bytes: &[u8]) -> impl Iterator<Item = [u8; 4]> {
    bytes.as_chunks().0.iter().copied()
}

/// Panics, as an assertion does, when an element is off by more than 1e-5 of the largest: a sum of rounded terms is as
/// exact as its terms are large, not as it is itself.
#[track_caller]
pub fn assert_close(what: &str, actual: &Tensor, expected: &Tensor) {
    let largest = expected.to_f64().into_iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    let terms = Terms::DEFAULT.all_floats(Tolerance::new(0.0, 1e-5 * largest));
    if let Err(mismatch) = terms.compare(actual, expected) {
        panic!("{what}: {mismatch}");
    }
}
