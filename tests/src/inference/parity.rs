//! Every backend against the reference, and every GPU against the same library's CPU.

use std::error::Error;
use std::sync::Arc;

use crosscheck::backend_matrix;
use crosscheck_backends::device::Device;
use crosscheck_backends::inference::model::{Llama, Positions};
use crosscheck_backends::{Kernels, Tensor};

use super::Outcome;
use super::fixture::{Model, assert_close, golden, ids};

// A sum of up to 160 products a step, 14 steps; seen: 2.1e-5 of logits up to 10 on MLX's CPU.

#[backend_matrix(
    of = "device",
    model(Safetensors, Gguf),
    tolerance(rtol = 0.0, atol = 1e-4, reason = "1e-5 of the largest logits, which are 9 and 10")
)]
fn logits(kernels: &dyn Kernels, model: Model) -> Result<Tensor, Box<dyn Error>> {
    let (llama, device) = model.on(kernels)?;
    Ok(llama.logits(&*device, &ids("prompt_24.ids")?, &mut llama.cache(), Positions::All)?)
}

#[backend_matrix(
    of = "device",
    model(Safetensors, Gguf),
    layer(0, 1),
    tolerance(rtol = 0.0, atol = 1e-5, reason = "1e-5 of the largest elements, which are above 1")
)]
fn attention(kernels: &dyn Kernels, model: Model, layer: usize) -> Result<Tensor, Box<dyn Error>> {
    let (llama, device) = model.on(kernels)?;
    let x = device.upload(&golden(&format!("{}.attention.x", model.name()))?)?;
    Ok(device.download(&llama.attention(&*device, layer, &x, &mut llama.cache())?)?)
}

/// Reads a prompt and decodes, with the same model in the memory of both.
pub(super) fn assert_equal_devices(
    load: impl Fn(&dyn Device) -> Result<Llama, Box<dyn Error>>,
    a: &Arc<dyn Device>,
    b: &Arc<dyn Device>,
) -> Outcome {
    let (on_a, on_b, ids) = (load(&**a)?, load(&**b)?, ids("prompt_24.ids")?);
    let (mut cache_a, mut cache_b) = (on_a.cache(), on_b.cache());
    for part in [&ids[..20], &ids[20..21], &ids[21..24]] {
        let logits = on_a.logits(&**a, part, &mut cache_a, Positions::All)?;
        assert_close("the logits", &logits, &on_b.logits(&**b, part, &mut cache_b, Positions::All)?);
    }
    Ok(())
}

/// MLX on a GPU is held to MLX on a CPU, which everything else here is held to the reference.
#[cfg(feature = "metal")]
mod gpu {
    use crosscheck::conformance;
    use crosscheck_backends::mlx::{Mlx, MlxDevice};

    use super::*;

    #[conformance(of = "device", backends("mlx_metal"), model(Safetensors, Gguf))]
    fn equals_the_cpu(kernels: &dyn Kernels, model: Model) -> Outcome {
        let cpu = Mlx::open(MlxDevice::Cpu)?.device()?;
        assert_equal_devices(|device| model.load(device), &kernels.device()?, &cpu)
    }
}
