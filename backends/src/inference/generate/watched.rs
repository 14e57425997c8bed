//! A device that begins nothing once nobody waits for it.

use async_channel::Sender;

use crate::device::{Device, Matrix, Op, Resident};
use crate::error::KernelError;
use crate::tensor::Tensor;

/// A device that refuses when the other end of a channel is gone.
pub(super) struct Watched<'a, T> {
    pub device: &'a dyn Device,
    pub sender: &'a Sender<T>,
}

impl<T> Watched<'_, T> {
    fn wanted(&self, function: &'static str) -> Result<&dyn Device, KernelError> {
        if self.sender.is_closed() { Err(KernelError::Cancelled { function }) } else { Ok(self.device) }
    }
}

impl<T: Send> Device for Watched<'_, T> {
    fn upload(&self, x: &Tensor) -> Result<Resident, KernelError> {
        self.wanted("upload")?.upload(x)
    }

    fn upload_matrix(&self, w: &Matrix) -> Result<Resident, KernelError> {
        self.wanted("upload")?.upload_matrix(w)
    }

    fn launch(&self, op: Op<'_>) -> Result<Resident, KernelError> {
        self.wanted(op.name())?.launch(op)
    }

    fn download(&self, x: &Resident) -> Result<Tensor, KernelError> {
        self.wanted("download")?.download(x)
    }

    fn wait(&self, xs: &[&Resident]) -> Result<(), KernelError> {
        self.wanted("wait")?.wait(xs)
    }

    fn memory(&self) -> Option<usize> {
        self.device.memory()
    }
}
