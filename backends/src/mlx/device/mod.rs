//! MLX's own memory as a device. Operations are only noted until a tensor is fetched or waited for.

mod causal;
mod graph;
mod handle;
mod launch;
mod row;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use mlx_rs::{Stream, memory, transforms};

use super::account::DeviceAccount;
use super::convert::{quantized_to_device, to_device, to_host, values_into};
use super::error::{Result, failed};
use super::{Mlx, MlxDevice};
use crate::device::{Device, Matrix, Op, Resident};
use crate::error::KernelError;
use crate::tensor::{Dtype, Tensor};
use crate::validate;
pub use graph::pending_operations;
use handle::{Handle, Shared, elements, tensor};
use launch::launch;
use row::Row;

/// The memory of a device of MLX.
#[derive(Debug)]
pub(super) struct Memory {
    mlx: Mlx,
    account: Arc<DeviceAccount>,
    /// On a CPU.
    row: Option<Row>,
}

impl Memory {
    pub fn new(mlx: Mlx) -> Self {
        let row = (mlx.device == MlxDevice::Cpu).then(Row::new);
        Self { mlx, account: DeviceAccount::opened_here(), row }
    }

    /// Notes a call that was refused before MLX saw it.
    fn known<T>(&self, operands: Result<T>) -> Result<T> {
        operands.inspect_err(|_| self.account.refused())
    }
}

impl Device for Memory {
    fn upload(&self, x: &Tensor) -> Result<Resident> {
        let function = "upload";
        let handle = self.mlx.with_stream(function, || {
            let array = to_device(function, x)?;
            let &[length] = x.shape() else { return Ok(Handle::Tensor(Shared::new(array))) };
            self.account.evaluated();
            let row = array.reshape(&[1, length as i32]).and_then(|row| row.eval().map(|()| row));
            let row = Shared::new(row.map_err(|error| failed(function, &error))?);
            Ok(Handle::Vector { x: Shared::new(array), row })
        })?;
        Ok(Resident::new(x.shape(), x.dtype(), handle))
    }

    fn upload_matrix(&self, w: &Matrix) -> Result<Resident> {
        let function = "upload";
        if let Matrix::Quantized(w) = w {
            // mlx-rs panics where there are not as many words as the shape says.
            self.known(validate::dequantize(w))?;
        }
        self.account.evaluated();
        self.mlx.with_stream(function, || match w {
            Matrix::Dense(matrix) => {
                let array = to_device(function, matrix)?;
                let by_columns = self.row.is_some() && matrix.dtype() == Dtype::F32;
                let handle = Handle::dense(array, by_columns).map_err(|error| failed(function, &error))?;
                Ok(Resident::new(matrix.shape(), matrix.dtype(), handle))
            }
            Matrix::Quantized(w) => {
                let rows = w.scales.shape().first().copied().unwrap_or_default();
                let parts = quantized_to_device(function, w)?.map(Shared::new);
                Ok(Resident::new(&[rows, w.columns], w.scales.dtype(), Handle::Quantized(parts, w.quantization)))
            }
        })
    }

    fn launch(&self, op: Op<'_>) -> Result<Resident> {
        let function = op.name();
        let made = self.mlx.with_stream(function, || launch(self.row.as_ref(), op));
        made.inspect_err(|error| {
            // Whatever MLX itself refuses is its own error.
            if !matches!(error, KernelError::Backend { .. }) {
                self.account.refused();
            }
        })
    }

    fn start(&self, xs: &[&Resident]) -> Result<()> {
        let function = "start";
        let arrays =
            self.known(xs.iter().map(|x| elements(function, x).map(Shared::array)).collect::<Result<Vec<_>>>())?;
        self.mlx.with_stream(function, || transforms::async_eval(&arrays).map_err(|error| failed(function, &error)))
    }

    fn finish(&self) -> Result<()> {
        self.mlx.with_stream("finish", || {
            let stream = Stream::thread_local_or_default();
            // SAFETY: the stream is valid.
            match unsafe { mlx_sys::mlx_synchronize(stream.as_ptr()) } {
                0 => Ok(()),
                status => {
                    let message = format!("the stream cannot be waited for: status {status}");
                    Err(KernelError::Backend { function: "finish", library: "MLX", message })
                }
            }
        })
    }

    fn download(&self, x: &Resident) -> Result<Tensor> {
        let function = "download";
        self.known(elements(function, x))?;
        self.account.evaluated();
        self.mlx.with_stream(function, || to_host(function, &tensor(function, x)?))
    }

    fn download_floats(&self, x: &Resident, floats: &mut Vec<f32>) -> Result<()> {
        let function = "download";
        let array = self.known(elements(function, x))?.array();
        self.account.evaluated();
        self.mlx.with_stream(function, || {
            let array = array.as_dtype(mlx_rs::Dtype::Float32).map_err(|error| failed(function, &error))?;
            values_into(function, &array, floats)
        })
    }

    fn wait(&self, xs: &[&Resident]) -> Result<()> {
        let arrays =
            self.known(xs.iter().map(|x| elements("wait", x).map(Shared::array)).collect::<Result<Vec<_>>>())?;
        self.account.evaluated();
        self.mlx.with_stream("wait", || transforms::eval(&arrays).map_err(|error| failed("wait", &error)))
    }

    /// What all that uses MLX in this process has freed, of which MLX 0.32 keeps 32 MiB at most on a CPU.
    fn trim(&self) {
        // When it cannot, the memory is still there for other tensors.
        drop(memory::clear_cache());
    }

    /// Of all that uses MLX in this process, without what it keeps for tensors to come.
    fn memory(&self) -> Option<usize> {
        memory::active_memory().ok()
    }
}
