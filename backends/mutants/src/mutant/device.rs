//! The reference's device, with a fault.

use std::sync::Arc;

use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Kernels, Rope, Tensor};

use super::Result;
use crate::fault::Fault;
use crate::tensors::{transposed, unstrided};

/// The reference's device, on which some operations are others.
pub struct Faulty {
    inner: Arc<dyn Device>,
    fault: Fault,
}

impl Faulty {
    /// The device with this fault.
    pub fn new(fault: Fault) -> Result<Self> {
        Ok(Self { inner: Reference.device()?, fault })
    }

    /// Attention in which each query sees each key: one query by itself does.
    fn unmasked(&self, [q, k, v]: [&Resident; 3], scale: f32) -> Result<Resident> {
        let mut y = self.inner.launch(Op::Reshape { x: q, shape: q.shape() })?;
        for start in 0..q.shape()[2] {
            let q = self.inner.launch(Op::Narrow { x: q, axis: 2, start, length: 1 })?;
            let part = self.inner.launch(Op::Attention { q: &q, k, v, scale })?;
            y = self.inner.launch(Op::Write { x: &y, part: &part, axis: 2, start })?;
        }
        Ok(y)
    }

    /// What is added, in as many rows as the product has.
    fn repeated(&self, x: &Resident, weight: &Resident, add: &Resident) -> Result<Resident> {
        let (add, shape) = (self.inner.download(add)?, [x.shape()[0], weight.shape()[0]]);
        let rows = Reference.broadcast_to(&add, &shape).unwrap_or(add);
        self.inner.upload(&rows)
    }
}

impl Device for Faulty {
    fn upload(&self, x: &Tensor) -> Result<Resident> {
        if self.fault == Fault::DeviceUnstrided { self.inner.upload(&unstrided(x)?) } else { self.inner.upload(x) }
    }

    fn upload_matrix(&self, w: &Matrix) -> Result<Resident> {
        match w {
            Matrix::Dense(w) if self.fault == Fault::DeviceSquare && w.rank() == 2 && w.shape()[0] == w.shape()[1] => {
                self.inner.upload_matrix(&Matrix::Dense(transposed(w)?))
            }
            _ => self.inner.upload_matrix(w),
        }
    }

    fn launch(&self, op: Op<'_>) -> Result<Resident> {
        match (self.fault, op) {
            (Fault::DeviceScale, Op::Attention { q, k, v, .. }) => {
                let width = q.shape().last().copied().unwrap_or(1);
                self.inner.launch(Op::Attention { q, k, v, scale: 1.0 / (width as f32).sqrt() })
            }
            (Fault::DevicePrefill, Op::Attention { q, k, v, scale }) if q.shape().len() == 4 && q.shape()[2] > 32 => {
                self.unmasked([q, k, v], scale)
            }
            (Fault::DeviceResidual, Op::Linear { x, weight, .. }) if x.shape().first() == Some(&1) => {
                self.inner.launch(Op::Linear { x, weight, add: None })
            }
            (Fault::DeviceBroadcasts, Op::Linear { x, weight, add: Some(add) }) if x.shape().len() == 2 => {
                let add = self.repeated(x, weight, add)?;
                self.inner.launch(Op::Linear { x, weight, add: Some(&add) })
            }
            (Fault::DeviceEps, Op::RmsNorm { x, weight, .. }) => {
                self.inner.launch(Op::RmsNorm { x, weight, eps: 1e-5 })
            }
            (Fault::DevicePace, Op::Rotation { rope, length, width }) => {
                self.inner.launch(Op::Rotation { rope: Rope { scale: 1.0, ..rope }, length, width })
            }
            (Fault::DeviceIds, Op::Embedding { table, ids }) => {
                let last = table.shape().first().map_or(0, |rows| rows.saturating_sub(1)) as u32;
                let moved: Vec<_> = ids.iter().map(|id| (*id).min(last)).collect();
                self.inner.launch(Op::Embedding { table, ids: &moved })
            }
            (Fault::DeviceIdBytes, Op::Embedding { table, ids }) => {
                self.inner.launch(op)?;
                let bytes: Vec<_> = ids.iter().map(|id| id % 256).collect();
                self.inner.launch(Op::Embedding { table, ids: &bytes })
            }
            (Fault::DeviceWindow, Op::Attention { q, k, v, scale })
                if q.shape().len() == 4 && q.shape()[2] == 1 && k.shape().len() == 4 && k.shape()[2] > 128 =>
            {
                let start = k.shape()[2] - 128;
                let last = |x| self.inner.launch(Op::Narrow { x, axis: 2, start, length: 128 });
                self.inner.launch(Op::Attention { q, k: &last(k)?, v: &last(v)?, scale })
            }
            (Fault::DeviceItself, Op::Linear { x, weight, add: Some(add) }) if std::ptr::eq(x, add) => {
                self.inner.launch(op)?;
                self.inner.launch(Op::Linear { x, weight, add: None })
            }
            (Fault::DeviceManyRows, Op::Linear { x, weight, add: Some(_) })
                if x.shape().len() == 2 && x.shape()[0] > 16 =>
            {
                let (whole, plain) = (self.inner.launch(op)?, self.inner.launch(Op::Linear { x, weight, add: None })?);
                let part = self.inner.launch(Op::Narrow { x: &whole, axis: 0, start: 0, length: 16 })?;
                self.inner.launch(Op::Write { x: &plain, part: &part, axis: 0, start: 0 })
            }
            (Fault::DeviceSecondBatch, Op::Rope { x, .. }) if x.shape().len() == 4 && x.shape()[0] > 1 => {
                let turned = self.inner.launch(op)?;
                let first = self.inner.launch(Op::Narrow { x: &turned, axis: 0, start: 0, length: 1 })?;
                self.inner.launch(Op::Write { x, part: &first, axis: 0, start: 0 })
            }
            (_, op) => self.inner.launch(op),
        }
    }

    fn download(&self, x: &Resident) -> Result<Tensor> {
        self.inner.download(x)
    }

    fn wait(&self, xs: &[&Resident]) -> Result<()> {
        self.inner.wait(xs)
    }

    fn memory(&self) -> Option<usize> {
        self.inner.memory()
    }
}
