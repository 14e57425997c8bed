//! candle's quantized Llama, on the CPU.

use std::fs::File;
use std::path::Path;
use std::time::Instant;

use candle_core::quantized::gguf_file::Content;
use candle_core::{Device, Tensor};
use candle_transformers::models::quantized_llama::ModelWeights;

use crate::{Contender, Result, Run};

/// A model of candle's.
pub struct Candle(ModelWeights);

impl Candle {
    /// Loads a GGUF file.
    ///
    /// # Errors
    /// When that fails.
    pub fn load(path: &Path) -> Result<Self> {
        let mut file = File::open(path)?;
        let content = Content::read(&mut file)?;
        Ok(Self(ModelWeights::from_gguf(content, &mut file, &Device::Cpu)?))
    }
}

impl Contender for Candle {
    fn name(&self) -> String {
        "candle, quantized_llama".to_owned()
    }

    fn run(&mut self, prompt: &[u32], tokens: usize) -> Result<Run> {
        let mut run = Run { tokens: Vec::new(), at: Vec::new() };
        let (mut input, mut position) = (prompt.to_vec(), 0);
        let begin = Instant::now();
        while run.tokens.len() < tokens {
            // At position 0 the model forgets what it has seen.
            let logits = self.0.forward(&Tensor::new(&input[..], &Device::Cpu)?.unsqueeze(0)?, position)?;
            let token = logits.squeeze(0)?.argmax(0)?.to_scalar::<u32>()?;
            position += input.len();
            input = vec![token];
            run.tokens.push(token);
            run.at.push(begin.elapsed());
        }
        Ok(run)
    }
}
