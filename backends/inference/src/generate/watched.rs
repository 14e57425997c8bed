//! A device that begins nothing once the reader is gone.

use async_channel::Sender;

use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use crosscheck_backends::{KernelError, Tensor};

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

    fn start(&self, xs: &[&Resident]) -> Result<(), KernelError> {
        self.wanted("start")?.start(xs)
    }

    fn finish(&self) -> Result<(), KernelError> {
        self.device.finish()
    }

    fn download(&self, x: &Resident) -> Result<Tensor, KernelError> {
        self.wanted("download")?.download(x)
    }

    fn download_floats(&self, x: &Resident, floats: &mut Vec<f32>) -> Result<(), KernelError> {
        self.wanted("download")?.download_floats(x, floats)
    }

    fn wait(&self, xs: &[&Resident]) -> Result<(), KernelError> {
        self.wanted("wait")?.wait(xs)
    }

    fn trim(&self) {
        self.device.trim();
    }

    fn memory(&self) -> Option<usize> {
        self.device.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, host};

    #[test]
    fn nothing_begins_once_the_reader_is_gone() {
        let x = Tensor::f32(&[1, 1], [2.0]).unwrap();
        let w = Matrix::Dense(x.clone());
        let on_device = host().upload(&x).unwrap();
        let fake = Fake::new(|_, _| Ok(()));
        let (sender, receiver) = async_channel::bounded::<()>(1);
        let device = Watched { device: &fake, sender: &sender };
        let calls = || {
            [
                device.upload(&x).err(),
                device.upload_matrix(&w).err(),
                device.launch(Op::Silu { x: &on_device }).err(),
                device.start(&[&on_device]).err(),
                device.download(&on_device).err(),
                device.download_floats(&on_device, &mut Vec::new()).err(),
                device.wait(&[&on_device]).err(),
            ]
        };
        assert_eq!(calls(), [const { None }; 7]);
        assert_eq!(fake.calls(), 7);
        drop(receiver);
        let cancelled = |function| Some(KernelError::Cancelled { function });
        assert_eq!(calls(), ["upload", "upload", "silu", "start", "download", "download", "wait"].map(cancelled));
        // What has begun can still be waited for, and memory be given back.
        device.finish().unwrap();
        device.trim();
        assert_eq!((fake.calls(), fake.finished(), fake.trimmed()), (7, 1, 1));
        assert_eq!(device.memory(), fake.memory());
    }
}
