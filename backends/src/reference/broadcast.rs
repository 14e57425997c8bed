//! Where the elements of a broadcast tensor come from.

use crate::tensor::Tensor;

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
    (0..Tensor::count(&target).unwrap_or_default()).map(move |mut at| {
        let mut position = 0;
        for (dim, stride) in target.iter().zip(&strides).rev() {
            position += at % dim * stride;
            at /= dim;
        }
        position
    })
}
