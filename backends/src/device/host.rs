//! A device for a backend that has none of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Device, Matrix, Op, Resident, Result, check_ids, check_part, is_matrix, no_matrix};
use crate::kernels::{Kernels, Mask, Quantized};
use crate::tensor::{Data, Tensor};

/// Host memory as a device: each operation is one of the backend's kernels.
///
/// A backend that copies operands to another memory does so for each operation, the weights included: right, and slow.
#[derive(Debug)]
pub struct Host<K> {
    kernels: K,
    bytes: Arc<AtomicUsize>,
}

impl<K: Kernels> Host<K> {
    /// A device that computes with these kernels.
    pub fn new(kernels: K) -> Self {
        Self { kernels, bytes: Arc::default() }
    }

    fn hold(&self, held: Held) -> Resident {
        let (shape, dtype, bytes) = match &held {
            Held::Tensor(x) => (x.shape().to_vec(), x.dtype(), bytes(x)),
            Held::Dense { w, transposed } => (w.shape().to_vec(), w.dtype(), bytes(w) + bytes(transposed)),
            Held::Quantized(w) => {
                (vec![rows(w), w.columns], w.scales.dtype(), 4 * w.packed.len() + bytes(&w.scales) + bytes(&w.biases))
            }
        };
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        Resident::new(&shape, dtype, Handle { held, bytes, account: Arc::clone(&self.bytes) })
    }

    fn linear(&self, x: &Tensor, weight: &Resident) -> Result<Tensor> {
        match held("linear", weight)? {
            Held::Dense { transposed, .. } => self.kernels.matmul(x, transposed),
            Held::Quantized(w) => self.kernels.quantized_matmul(x, w),
            Held::Tensor(_) => Err(no_matrix("linear", weight)),
        }
    }

    fn embedding(&self, table: &Resident, ids: &[u32]) -> Result<Tensor> {
        let rows = table.shape().first().copied().unwrap_or_default();
        check_ids(ids, rows)?;
        match held("embedding", table)? {
            Held::Dense { w, .. } => self.kernels.embedding(w, &integers(ids.iter().map(|id| *id as usize))?),
            Held::Quantized(w) => self.kernels.dequantize(&rows_of(w, ids)?),
            Held::Tensor(_) => Err(no_matrix("embedding", table)),
        }
    }
}

impl<K: Kernels> Device for Host<K> {
    fn upload(&self, x: &Tensor) -> Result {
        Ok(self.hold(Held::Tensor(x.clone())))
    }

    fn upload_matrix(&self, w: &Matrix) -> Result {
        Ok(self.hold(match w {
            Matrix::Dense(w) => Held::Dense { transposed: self.kernels.transpose(w, &[1, 0])?, w: w.clone() },
            Matrix::Quantized(w) => Held::Quantized(w.clone()),
        }))
    }

    fn launch(&self, op: Op<'_>) -> Result {
        let (function, kernels) = (op.name(), &self.kernels);
        let tensor = |x| tensor(function, x);
        let made = match op {
            Op::Embedding { table, ids } => self.embedding(table, ids)?,
            Op::Linear { x, weight } => self.linear(tensor(x)?, weight)?,
            Op::RmsNorm { x, weight, eps } => kernels.rms_norm(tensor(x)?, tensor(weight)?, eps)?,
            Op::Rope { x, rope } => kernels.rope(tensor(x)?, &rope)?,
            Op::Attention { q, k, v, scale } => {
                kernels.scaled_dot_product_attention(tensor(q)?, tensor(k)?, tensor(v)?, scale, Mask::Causal)?
            }
            Op::Silu { x } => kernels.silu(tensor(x)?)?,
            Op::Mul { a, b } => kernels.mul(tensor(a)?, tensor(b)?)?,
            Op::Add { a, b } => kernels.add(tensor(a)?, tensor(b)?)?,
            Op::Reshape { x, shape } => Tensor::new(shape, tensor(x)?.data().clone())?,
            Op::Transpose { x, axes } => kernels.transpose(tensor(x)?, axes)?,
            Op::Write { x, part, axis, start } => {
                check_part(function, x, axis, start, part.shape().get(axis).copied().unwrap_or_default())?;
                kernels.update_at(tensor(x)?, tensor(part)?, &start_at(x, axis, start)?)?
            }
            Op::Narrow { x, axis, start, length } => {
                check_part(function, x, axis, start, length)?;
                let mut shape = x.shape().to_vec();
                shape[axis] = length;
                kernels.slice_at(tensor(x)?, &start_at(x, axis, start)?, &shape)?
            }
        };
        Ok(self.hold(Held::Tensor(made)))
    }

    fn download(&self, x: &Resident) -> Result<Tensor> {
        tensor("download", x).cloned()
    }

    fn wait(&self, _: &[&Resident]) -> Result<()> {
        Ok(())
    }

    fn memory(&self) -> Option<usize> {
        Some(self.bytes.load(Ordering::Relaxed))
    }
}

/// What a resident tensor is, and the account that its bytes are taken off when it is dropped.
#[derive(Debug)]
struct Handle {
    held: Held,
    bytes: usize,
    account: Arc<AtomicUsize>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.account.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[derive(Debug)]
enum Held {
    Tensor(Tensor),
    /// A product wants `[K, N]`, an embedding `[N, K]`.
    Dense {
        w: Tensor,
        transposed: Tensor,
    },
    Quantized(Quantized),
}

fn held<'a>(function: &'static str, x: &'a Resident) -> Result<&'a Held> {
    Ok(&x.handle::<Handle>(function)?.held)
}

fn tensor<'a>(function: &'static str, x: &'a Resident) -> Result<&'a Tensor> {
    match held(function, x)? {
        Held::Tensor(tensor) => Ok(tensor),
        Held::Dense { .. } | Held::Quantized(_) => Err(is_matrix(function, x)),
    }
}

/// The position of a part, one number a dimension.
fn start_at(x: &Resident, axis: usize, start: usize) -> Result<Tensor> {
    integers((0..x.shape().len()).map(|at| if at == axis { start } else { 0 }))
}

fn integers(values: impl Iterator<Item = usize>) -> Result<Tensor> {
    let values: Vec<_> = values.map(|value| i32::try_from(value).unwrap_or(i32::MAX)).collect();
    Tensor::i32(&[values.len()], values)
}

fn bytes(x: &Tensor) -> usize {
    let width = match x.data() {
        Data::F64(_) => 8,
        Data::F32(_) | Data::I32(_) => 4,
        Data::F16(_) | Data::BF16(_) => 2,
        Data::Bool(_) => 1,
    };
    width * x.len()
}

fn rows(w: &Quantized) -> usize {
    w.scales.shape().first().copied().unwrap_or_default()
}

/// The rows of a quantized matrix that `ids` names.
fn rows_of(w: &Quantized, ids: &[u32]) -> Result<Quantized> {
    let part = |x: &Tensor| {
        let groups = x.shape().get(1).copied().unwrap_or_default();
        let values = x.to_f64();
        let picked: Vec<_> = ids.iter().flat_map(|id| &values[*id as usize * groups..][..groups]).copied().collect();
        Tensor::from_f64(&[ids.len(), groups], x.dtype(), &picked)
    };
    let words = w.packed.len() / rows(w).max(1);
    Ok(Quantized {
        packed: ids.iter().flat_map(|id| &w.packed[*id as usize * words..][..words]).copied().collect(),
        columns: w.columns,
        scales: part(&w.scales)?,
        biases: part(&w.biases)?,
        quantization: w.quantization,
    })
}
