//! Products of matrices.

use std::ops::Range;

use super::Result;
use super::broadcast::positions;
use crate::tensor::{Data, Tensor};
use crate::validate;

/// `[.., M, K]` by `[.., K, N]`.
pub fn matmul(a: &Tensor, b: &Tensor) -> Result {
    let validate::Matmul { batch, m, k, n } = validate::matmul(a, b)?;
    let shape = [&batch[..], &[m, n]].concat();
    let matrices = |x: &Tensor| positions(&x.shape()[..x.rank() - 2], &batch).collect::<Vec<_>>();
    let (a_matrices, b_matrices) = (matrices(a), matrices(b));
    // Each row of the result is made of one row of `a` and one matrix of `b`.
    let rows = a_matrices.iter().zip(&b_matrices).flat_map(|(i, j)| {
        let matrix = j * k * n..(j + 1) * k * n;
        (i * m..(i + 1) * m).map(move |row| (row * k..(row + 1) * k, matrix.clone()))
    });
    if let (Some(x), Some(y)) = (a.as_i32(), b.as_i32()) {
        let add = |sum: i32, x: i32, y: i32| sum.wrapping_add(x.wrapping_mul(y));
        return Tensor::new(&shape, Data::I32(products(x, y, n, rows, add)));
    }
    let values = products(&a.to_f64(), &b.to_f64(), n, rows, |sum, x, y| sum + x * y);
    Tensor::from_f64(&shape, a.dtype(), &values)
}

fn products<T: Copy + Default>(
    a: &[T],
    b: &[T],
    n: usize,
    rows: impl Iterator<Item = (Range<usize>, Range<usize>)>,
    add: impl Fn(T, T, T) -> T,
) -> Vec<T> {
    let mut out = Vec::new();
    for (row, matrix) in rows {
        let start = out.len();
        out.resize(start + n, T::default());
        // Row by row of `b`, so that memory is read in its order.
        for (x, ys) in a[row].iter().zip(b[matrix].chunks(n.max(1))) {
            out[start..].iter_mut().zip(ys).for_each(|(sum, y)| *sum = add(*sum, *x, *y));
        }
    }
    out
}
