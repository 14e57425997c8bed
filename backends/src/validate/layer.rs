//! Operands of norms and of rotary position embeddings.

use super::Result;
use super::dtype::{equal_dtypes, floats};
use crate::error::KernelError;
use crate::params::Rope;
use crate::tensor::Tensor;

/// A normalisation along the last axis.
///
/// # Errors
/// When the inputs do not fit.
pub fn norm(function: &'static str, x: &Tensor, parameters: &[&Tensor], eps: f32) -> Result<()> {
    floats(function, x)?;
    let Some(last) = x.shape().last() else {
        let message = "a tensor without dimensions has no last axis".to_owned();
        return Err(KernelError::Shape { function, message });
    };
    for parameter in parameters {
        equal_dtypes(function, &[x, parameter])?;
        if parameter.shape() != [*last] {
            let message =
                format!("a parameter of shape [{last}] is needed for {:?}, not {:?}", x.shape(), parameter.shape());
            return Err(KernelError::Shape { function, message });
        }
    }
    if eps >= 0.0 && eps.is_finite() {
        Ok(())
    } else {
        Err(KernelError::Argument {
            function,
            message: format!("eps is a finite number that is not negative, not {eps}"),
        })
    }
}

/// A rotary position embedding.
///
/// # Errors
/// When the inputs do not fit.
pub fn rope(x: &Tensor, rope: &Rope) -> Result<()> {
    let function = "rope";
    floats(function, x)?;
    let [.., _, width] = x.shape() else {
        let message = format!("positions and elements are needed, `[.., T, D]`, not {:?}", x.shape());
        return Err(KernelError::Shape { function, message });
    };
    let Rope { dims, base, scale, offset, .. } = *rope;
    if dims == 0 || dims % 2 != 0 || dims > *width {
        let message = format!("dims is an even number in 2..={width}, not {dims}");
        return Err(KernelError::Argument { function, message });
    }
    if !(base > 0.0 && base.is_finite() && scale.is_finite()) || offset < 0 {
        let message = format!(
            "base is positive and finite, scale is finite, offset is not negative; not {base}, {scale} and {offset}"
        );
        return Err(KernelError::Argument { function, message });
    }
    Ok(())
}
