//! Every backend against the reference.

use std::error::Error;

use crosscheck::backend_matrix;
use crosscheck_backends::{Kernels, Tensor};
use crosscheck_inference::model::Positions;

use super::fixture::{Model, golden, ids};

// A sum of up to 160 products a step, 14 steps; seen: 2.1e-5 of logits up to 10 on MLX's CPU.

#[backend_matrix(
    of = "device",
    model(Safetensors, Gguf),
    tolerance(rtol = 0.0, atol = 1e-4, reason = "1e-5 of the largest logits, which are 9 and 10")
)]
pub fn logits(kernels: &dyn Kernels, model: Model) -> Result<Tensor, Box<dyn Error>> {
    let (llama, device) = model.on(kernels)?;
    Ok(llama.logits(&*device, &ids("prompt_24.ids")?, &mut llama.cache(), Positions::All)?)
}

#[backend_matrix(
    of = "device",
    model(Safetensors, Gguf),
    layer(0, 1),
    tolerance(rtol = 0.0, atol = 1e-5, reason = "1e-5 of the largest elements, which are above 1")
)]
pub fn attention(kernels: &dyn Kernels, model: Model, layer: usize) -> Result<Tensor, Box<dyn Error>> {
    let (llama, device) = model.on(kernels)?;
    let x = device.upload(&golden(&format!("{}.attention.x", model.name()))?)?;
    Ok(device.download(&llama.attention(&*device, layer, &x, &mut llama.cache())?)?)
}
