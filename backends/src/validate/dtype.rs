//! What the elements must be.

use super::Result;
use crate::error::KernelError;
use crate::tensor::{Dtype, Tensor};

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

/// A tensor of numbers, not of truth values.
///
/// # Errors
/// When the inputs do not fit.
pub fn numbers(function: &'static str, x: &Tensor) -> Result<()> {
    if x.dtype() != Dtype::Bool {
        return Ok(());
    }
    Err(KernelError::Dtype { function, message: "numbers are needed, not bool".to_owned() })
}

pub(super) fn equal_dtypes(function: &'static str, tensors: &[&Tensor]) -> Result<()> {
    let dtypes: Vec<_> = tensors.iter().map(|tensor| tensor.dtype().name()).collect();
    if dtypes.windows(2).all(|pair| pair[0] == pair[1]) {
        return Ok(());
    }
    Err(KernelError::Dtype { function, message: format!("equal dtypes are needed, not {}", dtypes.join(" and ")) })
}
