//! Products of matrices.

use super::Result;
use super::elementwise::positions;
use crate::tensor::{Data, Tensor};
use crate::validate;

/// `[.., M, K]` by `[.., K, N]`.
pub fn matmul(a: &Tensor, b: &Tensor) -> Result {
    let validate::Matmul { batch, m, k, n } = validate::matmul(a, b)?;
    let shape = [&batch[..], &[m, n]].concat();
    let matrices: Vec<_> = {
        let of = |x: &Tensor| positions(&x.shape()[..x.rank() - 2], &batch).collect::<Vec<_>>();
        of(a).into_iter().zip(of(b)).collect()
    };
    // The positions of the K pairs of each element of the result.
    let pairs = matrices.iter().flat_map(|(i, j)| {
        let (a_start, b_start) = (i * m * k, j * k * n);
        (0..m * n).map(move |at| (a_start + at / n * k, b_start + at % n))
    });
    if let (Some(a), Some(b)) = (a.as_i32(), b.as_i32()) {
        let dot = |(i, j): (usize, usize)| (0..k).fold(0_i32, |sum, at| sum.wrapping_add(a[i + at].wrapping_mul(b[j + at * n])));
        return Tensor::new(&shape, Data::I32(pairs.map(dot).collect()));
    }
    let (x, y) = (a.to_f64(), b.to_f64());
    let values: Vec<_> = pairs.map(|(i, j)| (0..k).map(|at| x[i + at] * y[j + at * n]).sum::<f64>() + 0.0).collect();
    Tensor::from_f64(&shape, a.dtype(), &values)
}
