//! The reference's device, with a fault.

use std::sync::Arc;

use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Kernels, Rope, Tensor};

use super::Result;
use crate::fault::Fault;

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
        self.inner.upload(x)
    }

    fn upload_matrix(&self, w: &Matrix) -> Result<Resident> {
        self.inner.upload_matrix(w)
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
