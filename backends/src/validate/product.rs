//! Operands of products of matrices.

use super::Result;
use super::dtype::{equal_dtypes, numbers};
use super::shape::{broadcast, countable};
use crate::error::KernelError;
use crate::tensor::Tensor;

/// `[.., M, K]` by `[.., K, N]`: the dimensions in front, M, K and N.
pub struct Matmul {
    /// The dimensions in front, broadcast.
    pub batch: Vec<usize>,
    /// Rows of the result.
    pub m: usize,
    /// Terms of each sum.
    pub k: usize,
    /// Columns of the result.
    pub n: usize,
}

/// The dimensions of a product of matrices.
///
/// # Errors
/// When the inputs do not fit.
pub fn matmul(a: &Tensor, b: &Tensor) -> Result<Matmul> {
    let function = "matmul";
    numbers(function, a)?;
    equal_dtypes(function, &[a, b])?;
    let ([a_batch @ .., m, k], [b_batch @ .., k_of_b, n]) = (a.shape(), b.shape()) else {
        let message = format!("both operands need at least two dimensions, not {:?} and {:?}", a.shape(), b.shape());
        return Err(KernelError::Shape { function, message });
    };
    if k != k_of_b {
        let message = format!("{:?} by {:?}: rows of {k} do not fit columns of {k_of_b}", a.shape(), b.shape());
        return Err(KernelError::Shape { function, message });
    }
    let batch = broadcast(function, a_batch, b_batch)?;
    countable(function, &[&batch[..], &[*m, *n]].concat())?;
    Ok(Matmul { batch, m: *m, k: *k, n: *n })
}
