//! Every backend against Hugging Face's transformers in 64-bit floats.

use std::error::Error;

use crosscheck::conformance;
use crosscheck_backends::{Kernels, Tensor};
use crosscheck_inference::generate::{Engine, Finish, Options};
use crosscheck_inference::model::Positions;

use super::Outcome;
use super::fixture::{Model, assert_close, golden, ids, read, row};

/// A prompt of the goldens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    One,
    Two,
    Seven,
    TwentyFour,
    Sixty,
}

impl Prompt {
    fn name(self) -> &'static str {
        match self {
            Self::One => "prompt_1",
            Self::Two => "prompt_2",
            Self::Seven => "prompt_7",
            Self::TwentyFour => "prompt_24",
            Self::Sixty => "prompt_60",
        }
    }
}

/// Of the longest prompt the file holds the logits of the last positions only.
#[conformance(of = "device", model(Safetensors, Gguf), prompt(One, Two, Seven, TwentyFour, Sixty))]
pub fn logits(kernels: &dyn Kernels, model: Model, prompt: Prompt) -> Outcome {
    let (llama, device) = model.on(kernels)?;
    let expected = golden(&format!("{}.{}.logits", model.name(), prompt.name()))?;
    let ids = ids(&format!("{}.ids", prompt.name()))?;
    let (known, mut cache) = (expected.shape()[0], llama.cache());
    let before = ids.len() - known;
    if before > 0 {
        llama.read(&*device, &ids[..before], &mut cache)?;
    }
    let logits = llama.logits(&*device, &ids[before..], &mut cache, Positions::All)?;
    assert_close("the logits", &logits, &expected);
    Ok(())
}

/// The products with the blocks as they are have the same values.
#[conformance(of = "device", uses = "quantization", prompt(Seven, TwentyFour))]
pub fn logits_of_blocks(kernels: &dyn Kernels, prompt: Prompt) -> Outcome {
    let device = kernels.device()?;
    let llama = Model::load_blocks(&*device)?;
    let ids = ids(&format!("{}.ids", prompt.name()))?;
    let logits = llama.logits(&*device, &ids, &mut llama.cache(), Positions::All)?;
    assert_close("the logits", &logits, &golden(&format!("gguf.{}.logits", prompt.name()))?);
    Ok(())
}

#[conformance(of = "device", model(Safetensors, Gguf))]
pub fn attention_of_the_first_layer(kernels: &dyn Kernels, model: Model) -> Outcome {
    let (llama, device) = model.on(kernels)?;
    let (x, expected) = attention_goldens(model)?;
    let y = llama.attention(&*device, 0, &device.upload(&x)?, &mut llama.cache())?;
    assert_close("the attention", &device.download(&y)?, &expected);
    Ok(())
}

/// The same rows one by one, each behind the ones before it.
#[conformance(of = "device", model(Safetensors, Gguf))]
pub fn attention_behind_a_cache(kernels: &dyn Kernels, model: Model) -> Outcome {
    let (llama, device) = model.on(kernels)?;
    let (x, expected) = attention_goldens(model)?;
    let mut cache = llama.cache();
    for at in 0..x.shape()[0] {
        let (x, expected) = (row(&x, at)?, row(&expected, at)?);
        let y = llama.attention(&*device, 0, &device.upload(&x)?, &mut cache)?;
        assert_close(&format!("the attention of row {at}"), &device.download(&y)?, &expected);
    }
    Ok(())
}

#[conformance(of = "device", model(Safetensors, Gguf))]
pub fn tokens_of_a_chat(kernels: &dyn Kernels, model: Model) -> Outcome {
    let (llama, device) = model.on(kernels)?;
    let expected = ids(&format!("{}.chat.greedy", model.name()))?;
    let options = Options { max_tokens: expected.len(), ..Options::default() };
    let mut stream = Engine::start(llama, device)?.session().generate(&ids("chat.ids")?, &options)?;
    assert_eq!(read(&mut stream)?, expected);
    assert_eq!(stream.finish(), Some(Finish::Length));
    Ok(())
}

/// The rows of the file, and what attention makes of them.
fn attention_goldens(model: Model) -> Result<(Tensor, Tensor), Box<dyn Error>> {
    let of = |key: &str| golden(&format!("{}.attention.{key}", model.name()));
    Ok((of("x")?, of("expected")?))
}

#[cfg(test)]
mod tests {
    use crosscheck::internals::Elements;
    use crosscheck_backends::Kernels;

    /// The kernel suite sees to the goldens of the kernels.
    #[test]
    fn the_device_has_goldens() {
        let suite = Elements::linked().suite::<dyn Kernels>().spec;
        let is_golden = |path: &str| path.contains("golden::");
        assert!(suite.tests.iter().any(|test| is_golden(&test.path) && test.of == Some("device")));
    }
}
