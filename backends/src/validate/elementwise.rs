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

/// The shape of a quotient. Each divisor counts, whatever is divided by it, unless nothing is.
///
/// # Errors
/// When the inputs do not fit, and when an integer is divided by 0.
pub fn div(a: &Tensor, b: &Tensor) -> Result<Vec<usize>> {
    let function = "div";
    let shape = arithmetic(function, a, b)?;
    if b.dtype().is_float() || shape.contains(&0) {
        return Ok(shape);
    }
    let Some(mut at) = b.to_f64().iter().position(|divisor| *divisor == 0.0) else { return Ok(shape) };
    let mut index = vec![0; b.rank()];
    for (place, length) in index.iter_mut().zip(b.shape()).rev() {
        (*place, at) = (at % length, at / length);
    }
    Err(KernelError::Argument { function, message: format!("an integer is divided by 0: the divisor at {index:?}") })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_is_refused_with_its_place() {
        let a = Tensor::i32(&[3], [1; 3]).unwrap();
        for (place, index) in [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]].into_iter().enumerate() {
            let mut divisors = [1; 6];
            divisors[place..].fill(0);
            let error = div(&a, &Tensor::i32(&[2, 3], divisors).unwrap()).unwrap_err();
            assert_eq!(error.to_string(), format!("div: an integer is divided by 0: the divisor at {index:?}"));
        }
    }
}
