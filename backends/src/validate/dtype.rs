//! What the elements must be.

use super::Result;
use crate::error::KernelError;
use crate::tensor::Tensor;

/// A float tensor.
///
/// # Errors
/// When the inputs do not fit.
pub fn floats(function: &'static str, x: &Tensor) -> Result<()> {
    if x.dtype().is_float() {
        return Ok(());
    }
    Err(KernelError::Dtype { function, message: format!("floats are needed, not {}", x.dtype()) })
}

/// A tensor of numbers: floats or 32-bit integers.
///
/// # Errors
/// When the inputs do not fit.
pub fn numbers(function: &'static str, x: &Tensor) -> Result<()> {
    if x.dtype().is_number() {
        return Ok(());
    }
    Err(KernelError::Dtype { function, message: format!("floats or i32 are needed, not {}", x.dtype()) })
}

pub(super) fn equal_dtypes(function: &'static str, tensors: &[&Tensor]) -> Result<()> {
    let dtypes: Vec<_> = tensors.iter().map(|tensor| tensor.dtype().name()).collect();
    if dtypes.windows(2).all(|pair| pair[0] == pair[1]) {
        return Ok(());
    }
    Err(KernelError::Dtype { function, message: format!("equal dtypes are needed, not {}", dtypes.join(" and ")) })
}
