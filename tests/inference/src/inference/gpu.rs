//! Every GPU against the CPU of the same library, which everything else here holds to the reference.

use std::error::Error;
use std::sync::Arc;

use crosscheck_backends::device::Device;
use crosscheck_inference::model::{Llama, Positions};

use super::Outcome;
use super::fixture::{assert_close, ids};

/// A prompt at once, with the same model in the memory of both. That parts of it are the whole is another test's.
pub(super) fn assert_equal_devices(
    load: impl Fn(&dyn Device) -> Result<Llama, Box<dyn Error>>,
    a: &Arc<dyn Device>,
    b: &Arc<dyn Device>,
) -> Outcome {
    let ids = ids("prompt_24.ids")?;
    let logits = |device: &Arc<dyn Device>| {
        let llama = load(&**device)?;
        Ok::<_, Box<dyn Error>>(llama.logits(&**device, &ids, &mut llama.cache(), Positions::All)?)
    };
    assert_close("the logits", &logits(a)?, &logits(b)?);
    Ok(())
}

#[cfg(any(feature = "metal", feature = "cuda"))]
mod mlx {
    use crosscheck::conformance;
    use crosscheck_backends::Kernels;
    use crosscheck_backends::mlx::{Mlx, MlxDevice};

    use super::{Outcome, assert_equal_devices};
    use crate::inference::fixture::Model;

    #[conformance(of = "device", backends("mlx_metal", "mlx_cuda"), model(Safetensors, Gguf))]
    pub fn equals_the_cpu(kernels: &dyn Kernels, model: Model) -> Outcome {
        let cpu = Mlx::open(MlxDevice::Cpu)?.device()?;
        assert_equal_devices(|device| model.load(device), &kernels.device()?, &cpu)
    }
}
