//! Operands of which the largest or the smallest elements are looked for.

use super::Result;
use super::dtype::numbers;
use super::shape::{along, axes};
use crate::error::KernelError;
use crate::params::Axes;
use crate::tensor::Tensor;

/// Axes that have a largest and a smallest element: their numbers, in the order in which they are named.
///
/// # Errors
/// When the inputs do not fit.
pub fn extreme<'a>(function: &'static str, x: &Tensor, reduced: impl Into<Axes<'a>>) -> Result<Vec<usize>> {
    numbers(function, x)?;
    let reduced = axes(function, x, reduced.into())?;
    if let Some(axis) = reduced.iter().find(|axis| x.shape()[**axis] == 0) {
        let message = format!("axis {axis} of shape {:?} is empty: it has no largest or smallest element", x.shape());
        return Err(KernelError::Shape { function, message });
    }
    Ok(reduced)
}

/// An axis with at least `k` elements; the shape of the `k` largest.
///
/// # Errors
/// When the inputs do not fit.
pub fn top_k(x: &Tensor, k: usize, axis: usize) -> Result<Vec<usize>> {
    let function = "top_k";
    numbers(function, x)?;
    along(function, x, axis)?;
    let mut shape = x.shape().to_vec();
    if k > shape[axis] {
        let message = format!("axis {axis} of shape {shape:?} has fewer than {k} elements");
        return Err(KernelError::Argument { function, message });
    }
    shape[axis] = k;
    Ok(shape)
}
