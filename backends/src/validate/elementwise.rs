//! Operands of which each element is taken with its counterparts.

use super::Result;
use super::dtype::{equal_dtypes, numbers};
use super::shape::broadcast;
use crate::error::KernelError;
use crate::tensor::Tensor;

/// The shape of an element-by-element operation on two tensors of any kind.
///
/// # Errors
/// When the inputs do not fit.
pub fn elementwise(function: &'static str, a: &Tensor, b: &Tensor) -> Result<Vec<usize>> {
    equal_dtypes(function, &[a, b])?;
    broadcast(function, a.shape(), b.shape())
}

/// The shape of an element-by-element operation on two tensors of numbers.
///
/// # Errors
/// When the inputs do not fit.
pub fn arithmetic(function: &'static str, a: &Tensor, b: &Tensor) -> Result<Vec<usize>> {
    numbers(function, a)?;
    elementwise(function, a, b)
}

/// The shape of a choice between two tensors; the conditions.
///
/// # Errors
/// When the inputs do not fit.
pub fn select<'a>(condition: &'a Tensor, a: &Tensor, b: &Tensor) -> Result<(&'a [bool], Vec<usize>)> {
    let function = "select";
    let Some(conditions) = condition.as_bool() else {
        let message = format!("the condition is bool, not {}", condition.dtype());
        return Err(KernelError::Dtype { function, message });
    };
    let shape = elementwise(function, a, b)?;
    Ok((conditions, broadcast(function, condition.shape(), &shape)?))
}
