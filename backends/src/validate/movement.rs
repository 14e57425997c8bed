//! Operands of which the elements go somewhere else.

use super::Result;
use super::dtype::equal_dtypes;
use super::shape::{along, broadcast, countable, equal_but_for};
use crate::error::KernelError;
use crate::tensor::Tensor;

/// The shape of tensors one behind another.
///
/// # Errors
/// When the inputs do not fit.
pub fn concatenate(parts: &[&Tensor], axis: usize) -> Result<Vec<usize>> {
    let function = "concatenate";
    let Some(first) = parts.first() else {
        return Err(KernelError::Argument { function, message: "there is no part".to_owned() });
    };
    along(function, first, axis)?;
    equal_dtypes(function, parts)?;
    let mut shape = first.shape().to_vec();
    for part in &parts[1..] {
        if !equal_but_for(axis, first.shape(), part.shape()) {
            let message =
                format!("{:?} and {:?} do not fit one behind the other along axis {axis}", first.shape(), part.shape());
            return Err(KernelError::Shape { function, message });
        }
        shape[axis] = shape[axis].saturating_add(part.shape()[axis]);
    }
    countable(function, &shape)?;
    Ok(shape)
}

/// The shape of a tensor with its axes in another order.
///
/// # Errors
/// When the inputs do not fit.
pub fn transpose(x: &Tensor, axes: &[usize]) -> Result<Vec<usize>> {
    let mut sorted = axes.to_vec();
    sorted.sort_unstable();
    if !sorted.iter().copied().eq(0..x.rank()) {
        let message = format!("each of the axes 0..{} is named once, not {axes:?}", x.rank());
        return Err(KernelError::Argument { function: "transpose", message });
    }
    Ok(axes.iter().map(|axis| x.shape()[*axis]).collect())
}

/// A shape that a tensor can be repeated to.
///
/// # Errors
/// When the inputs do not fit.
pub fn broadcast_to(x: &Tensor, shape: &[usize]) -> Result<()> {
    let function = "broadcast_to";
    if broadcast(function, x.shape(), shape)? == shape {
        return Ok(());
    }
    let message = format!("{:?} cannot be broadcast to {shape:?}", x.shape());
    Err(KernelError::Shape { function, message })
}
