//! Tensors that stay where a backend computes, and the operations of a decoder on them.
//!
//! [`Kernels`](crate::Kernels) takes each operand from host memory and returns each result there, which is what a check
//! wants. A decoder would copy its weights once a token that way: it computes on a [`Device`].

mod check;
mod op;
mod resident;

use crate::error::KernelError;
use crate::params::Quantized;
use crate::tensor::{Data, Tensor};
pub(crate) use check::{
    check_added, check_ids, check_part, check_rotation, check_write, is_matrix, is_rotation, no_matrix, no_rotation,
};
pub use op::Op;
pub use resident::Resident;

type Result<T = Resident> = std::result::Result<T, KernelError>;

/// A backend's memory, and what can be done with what is in it.
///
/// A device may be lazy: what [`launch`](Device::launch) returns is computed when it is started, fetched or waited for, and an
/// error may come as late as that. It may be used from several threads at a time.
pub trait Device: Send + Sync {
    /// Copies a tensor into the device's memory.
    ///
    /// # Errors
    /// When the device cannot hold it.
    fn upload(&self, x: &Tensor) -> Result;

    /// Copies a matrix `[N, K]` into the device's memory, for [`Op::Linear`] and [`Op::Embedding`].
    ///
    /// # Errors
    /// When the device cannot hold it.
    fn upload_matrix(&self, w: &Matrix) -> Result;

    /// Begins one operation.
    ///
    /// # Errors
    /// When the device refuses the operands, or one of them is in the memory of another kind of device.
    fn launch(&self, op: Op<'_>) -> Result;

    /// Begins to compute tensors, and does not wait for them: a lazy device computes them while what comes after them is
    /// noted. What is not lazy has computed them already.
    ///
    /// # Errors
    /// What goes wrong at once.
    fn start(&self, xs: &[&Resident]) -> Result<()> {
        _ = xs;
        Ok(())
    }

    /// Waits for what this thread has started, so that nothing of it is left running.
    ///
    /// # Errors
    /// When the device cannot tell.
    fn finish(&self) -> Result<()> {
        Ok(())
    }

    /// Computes a tensor and copies it to the host.
    ///
    /// # Errors
    /// What went wrong on the way to it.
    fn download(&self, x: &Resident) -> Result<Tensor>;

    /// As [`download`](Device::download), as 32-bit floats and into memory that is already allocated: a decoder fetches as many
    /// logits for each token, and an allocator may tidy up before it gives so large a piece.
    ///
    /// # Errors
    /// What went wrong on the way to it.
    fn download_floats(&self, x: &Resident, floats: &mut Vec<f32>) -> Result<()> {
        let x = self.download(x)?;
        floats.clear();
        match x.data() {
            Data::F32(values) => floats.extend_from_slice(values),
            _ => floats.extend(x.to_f64().iter().map(|value| *value as f32)),
        }
        Ok(())
    }

    /// Computes tensors without a copy, so that nothing of what they were made of is kept.
    ///
    /// # Errors
    /// What went wrong on the way to one of them.
    fn wait(&self, xs: &[&Resident]) -> Result<()>;

    /// Gives back memory that tensors occupied. A device may keep it for others of the same size, and what has been computed
    /// for a prompt of one length may be of no size that comes again.
    fn trim(&self) {}

    /// How many bytes tensors occupy in the device's memory now, for a device that knows.
    fn memory(&self) -> Option<usize>;
}

/// A matrix of a model, `[N, K]`, on the host.
#[derive(Clone, Debug, PartialEq)]
pub enum Matrix {
    /// Each element by itself.
    Dense(Tensor),
    /// Groups of elements with a scale and a bias.
    Quantized(Quantized),
}
