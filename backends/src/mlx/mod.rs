//! MLX, through mlx-rs: one implementation for every device.

mod account;
mod attention;
mod convert;
mod device;
mod error;
mod kernels;
mod missing;
mod version;

use std::cell::Cell;

use mlx_rs::{Array, DeviceType, Stream, with_stream};

use crate::error::KernelError;
use crate::params::Quantized;
use crate::tensor::{Dtype, Tensor};
use convert::{quantized_to_device, to_device, to_host};
pub use device::pending_operations;
use error::{Made, Result, failed};

thread_local! {
    /// The default stream of the device that this thread has used last: a decoder notes an operation each microsecond.
    static STREAM: Cell<Option<(MlxDevice, Stream)>> = const { Cell::new(None) };
}

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
    /// The GPU of Apple silicon.
    Metal,
    /// The first of NVIDIA's GPUs.
    Cuda,
}

impl Mlx {
    /// Opens a device.
    ///
    /// # Errors
    /// Why the device is not available.
    pub fn open(device: MlxDevice) -> std::result::Result<Self, String> {
        match missing::reason(device) {
            Some(reason) => Err(reason),
            None => Ok(Self { device }),
        }
    }

    /// Runs a kernel on this device. MLX is lazy, so that the result is computed and fetched here: an error belongs to the
    /// kernel that made it.
    fn run(&self, function: &'static str, kernel: impl FnOnce() -> Made) -> Result {
        self.on_device(function, || to_host(function, &kernel().map_err(|error| failed(function, &error))?))
    }

    /// A copy of a tensor, in the layout that it asks for.
    fn upload(&self, function: &'static str, tensor: &Tensor) -> Result<Array> {
        self.with_stream(function, || to_device(function, tensor))
    }

    /// A copy of a quantized matrix: words, scales and biases.
    fn upload_quantized(&self, function: &'static str, w: &Quantized) -> Result<[Array; 3]> {
        self.with_stream(function, || quantized_to_device(function, w))
    }

    /// Refuses what MLX's CPU device does not survive.
    fn refuse_on_cpu(&self, function: &'static str, when: bool, why: &str) -> Result<()> {
        if !when || self.device != MlxDevice::Cpu {
            return Ok(());
        }
        account::of_this_thread(|receipt| receipt.refusals += 1);
        Err(KernelError::Backend { function, library: "MLX", message: format!("not called: {why}") })
    }

    /// Runs a kernel of one tensor.
    fn unary(&self, function: &'static str, x: &Tensor, kernel: impl FnOnce(&Array) -> Made) -> Result {
        let x = self.upload(function, x)?;
        self.run(function, || kernel(&x))
    }

    /// Runs a kernel of two tensors.
    fn binary(
        &self,
        function: &'static str,
        a: &Tensor,
        b: &Tensor,
        kernel: impl FnOnce(&Array, &Array) -> Made,
    ) -> Result {
        let (a, b) = (self.upload(function, a)?, self.upload(function, b)?);
        self.run(function, || kernel(&a, &b))
    }

    /// Runs what is a kernel's own on this device.
    fn on_device<T>(&self, function: &'static str, f: impl FnOnce() -> Result<T>) -> Result<T> {
        account::of_this_thread(|receipt| receipt.evaluations += 1);
        self.with_stream(function, f)
    }

    /// Sets the stream for the operations of `f`. MLX's streams belong to a thread, and kernels are called from many.
    fn with_stream<T>(&self, function: &'static str, f: impl FnOnce() -> Result<T>) -> Result<T> {
        let stream = match STREAM.take() {
            Some((device, stream)) if device == self.device => stream,
            _ => Stream::try_default_on_device(&mlx_rs::Device::new(self.device.into(), 0))
                .map_err(|error| failed(function, &error))?,
        };
        let made = with_stream(&stream, f);
        STREAM.set(Some((self.device, stream)));
        made
    }
}

impl From<MlxDevice> for DeviceType {
    fn from(device: MlxDevice) -> Self {
        match device {
            MlxDevice::Cpu => Self::Cpu,
            MlxDevice::Metal | MlxDevice::Cuda => Self::Gpu,
        }
    }
}

impl From<Dtype> for mlx_rs::Dtype {
    fn from(dtype: Dtype) -> Self {
        match dtype {
            Dtype::F64 => Self::Float64,
            Dtype::F32 => Self::Float32,
            Dtype::F16 => Self::Float16,
            Dtype::BF16 => Self::Bfloat16,
            Dtype::I64 => Self::Int64,
            Dtype::I32 => Self::Int32,
            Dtype::I8 => Self::Int8,
            Dtype::U8 => Self::Uint8,
            Dtype::Bool => Self::Bool,
        }
    }
}
