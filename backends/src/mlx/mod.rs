//! MLX, through mlx-rs: one implementation for every device.

mod convert;

use mlx_rs::error::Exception;
use mlx_rs::fast::{self, ScaledDotProductAttentionMask};
use mlx_rs::{Array, Device, DeviceType, Stream, ops, with_stream};

use crate::error::KernelError;
use crate::kernels::{Gelu, Kernels, Mask, Quantization, Quantized, Rope, RopeLayout};
use crate::tensor::Tensor;
use crate::validate;
use convert::{to_device, to_host, words_to_device, words_to_host};

type Result<T = Tensor> = std::result::Result<T, KernelError>;

/// Kernels on a device of MLX.
#[derive(Clone, Copy, Debug)]
pub struct Mlx {
    device: MlxDevice,
}

/// A device of MLX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MlxDevice {
    /// The processor.
    Cpu,
    /// The first GPU: Metal on Apple silicon.
    Gpu,
}

impl Mlx {
    /// Opens a device.
    ///
    /// # Errors
    /// Why the device is not available.
    pub fn open(device: MlxDevice) -> std::result::Result<Self, String> {
        if available(device) {
            return Ok(Self { device });
        }
        Err(match device {
            MlxDevice::Cpu => "this build of MLX has no CPU device".to_owned(),
            MlxDevice::Gpu if cfg!(target_os = "macos") => "MLX finds no Metal device on this machine".to_owned(),
            MlxDevice::Gpu => format!(
                "MLX finds no GPU on this machine; Metal exists on Apple silicon only, and this is {} on {}",
                std::env::consts::OS,
                std::env::consts::ARCH,
            ),
        })
    }

    /// Runs a kernel on this device. MLX is lazy, so that the result is computed and fetched here: an error belongs to the
    /// kernel that made it.
    fn run(&self, function: &'static str, kernel: impl FnOnce() -> mlx_rs::error::Result<Array>) -> Result {
        self.on_device(function, || to_host(function, &kernel().map_err(|error| failed(function, &error))?))
    }

    /// Sets the stream for the operations of `f`. MLX's streams belong to a thread, and kernels are called from many.
    fn on_device<T>(&self, function: &'static str, f: impl FnOnce() -> Result<T>) -> Result<T> {
        let device = Device::new(self.device.into(), 0);
        let stream = Stream::try_default_on_device(&device).map_err(|error| failed(function, &error))?;
        with_stream(&stream, f)
    }
}

impl From<MlxDevice> for DeviceType {
    fn from(device: MlxDevice) -> Self {
        match device {
            MlxDevice::Cpu => Self::Cpu,
            MlxDevice::Gpu => Self::Gpu,
        }
    }
}

/// Whether MLX has the device. mlx-rs does not ask before it uses one, and panics.
fn available(device: MlxDevice) -> bool {
    // A guarded call makes mlx-rs install its error handler; mlx-c's own would end the process.
    if Device::try_default().is_err() {
        return false;
    }
    let kind = match device {
        MlxDevice::Cpu => mlx_sys::mlx_device_type__MLX_CPU,
        MlxDevice::Gpu => mlx_sys::mlx_device_type__MLX_GPU,
    };
    let mut available = false;
    // SAFETY: the handle is made here, used while it is valid, and freed once; `available` outlives the call.
    let status = unsafe {
        let handle = mlx_sys::mlx_device_new_type(kind, 0);
        let status = mlx_sys::mlx_device_is_available(&mut available, handle);
        mlx_sys::mlx_device_free(handle);
        status
    };
    status == 0 && available
}

/// MLX's own words, without the line of C++ behind them.
fn failed(function: &'static str, error: &Exception) -> KernelError {
    let what = error.what();
    let message = match what.rsplit_once(" at ") {
        Some((message, place)) if place.contains(".cpp:") => message,
        _ => what,
    };
    KernelError::Backend { function, library: "MLX", message: message.trim().to_owned() }
}

#[crosscheck::implements("mlx_cpu", "mlx_metal")]
impl Kernels for Mlx {
    fn add(&self, a: &Tensor, b: &Tensor) -> Result {
        validate::elementwise("add", a, b)?;
        let (a, b) = (to_device("add", a)?, to_device("add", b)?);
        self.run("add", || a.add(&b))
    }

    fn mul(&self, a: &Tensor, b: &Tensor) -> Result {
        validate::elementwise("mul", a, b)?;
        let (a, b) = (to_device("mul", a)?, to_device("mul", b)?);
        self.run("mul", || a.multiply(&b))
    }

    fn matmul(&self, a: &Tensor, b: &Tensor) -> Result {
        validate::matmul(a, b)?;
        let (a, b) = (to_device("matmul", a)?, to_device("matmul", b)?);
        self.run("matmul", || ops::matmul(&a, &b))
    }

    fn softmax(&self, x: &Tensor, axis: usize) -> Result {
        validate::floats("softmax", x)?;
        validate::along("softmax", x, axis)?;
        let x = to_device("softmax", x)?;
        self.run("softmax", || ops::softmax_axis(&x, axis as i32, true))
    }

    fn rms_norm(&self, x: &Tensor, weight: &Tensor, eps: f32) -> Result {
        validate::norm("rms_norm", x, &[weight], eps)?;
        let (x, weight) = (to_device("rms_norm", x)?, to_device("rms_norm", weight)?);
        self.run("rms_norm", || fast::rms_norm(&x, Some(&weight), eps))
    }

    fn layer_norm(&self, x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f32) -> Result {
        validate::norm("layer_norm", x, &[weight, bias], eps)?;
        let device = |tensor| to_device("layer_norm", tensor);
        let (x, weight, bias) = (device(x)?, device(weight)?, device(bias)?);
        self.run("layer_norm", || fast::layer_norm(&x, &weight, &bias, eps))
    }

    // mlx-rs's own `nn::silu` and `nn::gelu` are these formulas, compiled; to compile for the CPU, MLX starts a C++ compiler.
    fn silu(&self, x: &Tensor) -> Result {
        validate::floats("silu", x)?;
        let x = to_device("silu", x)?;
        self.run("silu", || x.multiply(ops::sigmoid(&x)?))
    }

    fn gelu(&self, x: &Tensor, form: Gelu) -> Result {
        validate::floats("gelu", x)?;
        let x = to_device("gelu", x)?;
        // A scalar of its own dtype: an f32 would make the result an f32.
        let constant = |value: f32| Array::from_f32(value).as_dtype(x.dtype());
        self.run("gelu", || match form {
            Gelu::Exact => {
                let erf = ops::erf(x.divide(constant(std::f32::consts::SQRT_2)?)?)?;
                // Halved first: twice a large f16 is infinite.
                x.multiply(constant(0.5)?)?.multiply(erf.add(constant(1.0)?)?)
            }
            Gelu::Tanh => {
                let cube = x.multiply(&x)?.multiply(&x)?.multiply(constant(0.044715)?)?;
                let inner = x.add(cube)?.multiply(constant((2.0 / std::f32::consts::PI).sqrt())?)?;
                x.multiply(constant(0.5)?)?.multiply(ops::tanh(inner)?.add(constant(1.0)?)?)
            }
        })
    }

    fn rope(&self, x: &Tensor, rope: &Rope) -> Result {
        validate::rope(x, rope)?;
        let x = to_device("rope", x)?;
        let traditional = rope.layout == RopeLayout::Interleaved;
        self.run("rope", || fast::rope(&x, rope.dims as i32, traditional, rope.base, rope.scale, rope.offset, None))
    }

    fn scaled_dot_product_attention(&self, q: &Tensor, k: &Tensor, v: &Tensor, scale: f32, mask: Mask<'_>) -> Result {
        let function = "scaled_dot_product_attention";
        validate::attention(q, k, v, scale, mask)?;
        let (q, k, v) = (to_device(function, q)?, to_device(function, k)?, to_device(function, v)?);
        let additive = match mask {
            Mask::Additive(mask) => Some(to_device(function, mask)?),
            Mask::None | Mask::Causal => None,
        };
        let mask = match mask {
            Mask::None => None,
            Mask::Causal => Some(ScaledDotProductAttentionMask::Causal),
            Mask::Additive(_) => additive.as_ref().map(ScaledDotProductAttentionMask::Array),
        };
        self.run(function, || fast::scaled_dot_product_attention(&q, &k, &v, scale, mask, None))
    }

    fn embedding(&self, table: &Tensor, ids: &Tensor) -> Result {
        validate::embedding(table, ids)?;
        let (table, ids) = (to_device("embedding", table)?, to_device("embedding", ids)?);
        self.run("embedding", || table.take_axis(&ids, 0))
    }

    // mlx-rs 0.33 has no `slice` whose start is an array; gathering along each axis does the same on the device.
    fn slice_at(&self, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
        validate::slice_at(x, start, shape)?;
        let (x, start) = (to_device("slice_at", x)?, to_device("slice_at", start)?);
        self.run("slice_at", || {
            let mut part = x;
            for (axis, length) in shape.iter().enumerate() {
                let first = start.take_axis(Array::from_int(axis as i32), 0)?;
                let indices = ops::arange::<i32, i32>(None, *length as i32, None)?.add(first)?;
                part = part.take_axis(&indices, axis as i32)?;
            }
            Ok(part)
        })
    }

    fn argmax(&self, x: &Tensor, axis: usize) -> Result {
        validate::argmax(x, axis)?;
        let x = to_device("argmax", x)?;
        self.run("argmax", || ops::indexing::argmax_axis(&x, axis as i32, false)?.as_type::<i32>())
    }

    fn quantize(&self, w: &Tensor, quantization: Quantization) -> Result<Quantized> {
        let function = "quantize";
        validate::quantize(w, quantization)?;
        let columns = w.shape().last().copied().unwrap_or_default();
        let w = to_device(function, w)?;
        let Quantization { group, bits } = quantization;
        self.on_device(function, || {
            let (packed, scales, biases) =
                ops::quantize(&w, group as i32, bits as i32).map_err(|error| failed(function, &error))?;
            Ok(Quantized {
                packed: words_to_host(function, &packed)?,
                columns,
                scales: to_host(function, &scales)?,
                biases: to_host(function, &biases)?,
                quantization,
            })
        })
    }

    fn dequantize(&self, w: &Quantized) -> Result {
        let function = "dequantize";
        let rows = validate::dequantize(w)?;
        let Quantization { group, bits } = w.quantization;
        let packed = words_to_device(function, &w.packed, [rows, w.columns * bits as usize / 32])?;
        let (scales, biases) = (to_device(function, &w.scales)?, to_device(function, &w.biases)?);
        self.run(function, || ops::dequantize(&packed, &scales, &biases, group as i32, bits as i32))
    }
}
