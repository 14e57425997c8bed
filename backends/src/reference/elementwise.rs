//! One element at a time.

use super::Result;
use crate::tensor::{Data, Tensor, count};
use crate::validate;

/// A function of one float.
pub fn unary(function: &'static str, x: &Tensor, f: impl Fn(f64) -> f64) -> Result {
    validate::floats(function, x)?;
    let values: Vec<_> = x.to_f64().into_iter().map(f).collect();
    Tensor::from_f64(x.shape(), x.dtype(), &values)
}

/// A function of two numbers, broadcast.
pub fn binary(
    function: &'static str,
    a: &Tensor,
    b: &Tensor,
    floats: impl Fn(f64, f64) -> f64,
    integers: impl Fn(i32, i32) -> i32,
) -> Result {
    let shape = validate::elementwise(function, a, b)?;
    let pairs = positions(a.shape(), &shape).zip(positions(b.shape(), &shape));
    if let (Some(a), Some(b)) = (a.as_i32(), b.as_i32()) {
        return Tensor::new(&shape, Data::I32(pairs.map(|(i, j)| integers(a[i], b[j])).collect()));
    }
    let (x, y) = (a.to_f64(), b.to_f64());
    let values: Vec<_> = pairs.map(|(i, j)| floats(x[i], y[j])).collect();
    Tensor::from_f64(&shape, a.dtype(), &values)
}

/// For each element of `target`, in order, the position of the element of `shape` that is broadcast to it.
pub fn positions(shape: &[usize], target: &[usize]) -> impl Iterator<Item = usize> {
    let missing = target.len() - shape.len();
    let mut strides = vec![0; target.len()];
    let mut stride = 1;
    for (at, dim) in shape.iter().enumerate().rev() {
        // A dimension of length 1 repeats its only element.
        strides[missing + at] = if *dim == 1 { 0 } else { stride };
        stride *= dim;
    }
    let target = target.to_vec();
    (0..count(&target).unwrap_or_default()).map(move |mut at| {
        let mut position = 0;
        for (dim, stride) in target.iter().zip(&strides).rev() {
            position += at % dim * stride;
            at /= dim;
        }
        position
    })
}
