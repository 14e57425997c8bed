//! Element by element.

use candle_core::{DType, Tensor as Array};
use crosscheck_backends::{Dtype, Tensor, validate};

use crate::convert::{Bytes, NO_I8};
use crate::run::{Result, run, run_to};

/// A sum, difference, product or quotient. Integers are computed in 64 bits, which hold every one of two of them, and cut off:
/// candle computes with Rust's operators, which panic where the contract wraps, `+` in a debug build and `/` in any.
pub(crate) fn wrapping(
    function: &'static str,
    a: &Tensor,
    b: &Tensor,
    kernel: impl FnOnce(&Array, &Array) -> candle_core::Result<Array>,
) -> Result {
    validate::arithmetic(function, a, b)?;
    let whole = a.dtype() == Dtype::I32;
    run(function, [a, b], |[a, b]| {
        if whole {
            kernel(&a.to_dtype(DType::I64)?, &b.to_dtype(DType::I64)?)?.to_dtype(DType::I32)
        } else {
            kernel(a, b)
        }
    })
}

/// The larger or the smaller of two numbers.
pub(crate) fn either(
    function: &'static str,
    a: &Tensor,
    b: &Tensor,
    kernel: impl FnOnce(&Array, &Array) -> candle_core::Result<Array>,
) -> Result {
    validate::arithmetic(function, a, b)?;
    run(function, [a, b], |[a, b]| kernel(a, b))
}

/// Whether a relation holds. candle's truth values are bytes, of which it says which is less as well.
pub(crate) fn compare(
    function: &'static str,
    a: &Tensor,
    b: &Tensor,
    kernel: impl FnOnce(&Array, &Array) -> candle_core::Result<Array>,
) -> Result {
    validate::elementwise(function, a, b)?;
    run_to(Bytes::Truths, function, [a, b], |[a, b]| kernel(a, b))
}

/// A function of a float.
pub(crate) fn unary(
    function: &'static str,
    x: &Tensor,
    kernel: impl FnOnce(&Array) -> candle_core::Result<Array>,
) -> Result {
    validate::floats(function, x)?;
    run(function, [x], |[x]| kernel(x))
}

/// candle's `neg` is for floats, and panics at integers; they are multiplied, in 64 bits as above.
pub(crate) fn neg(x: &Array) -> candle_core::Result<Array> {
    if x.dtype() == DType::I32 { x.to_dtype(DType::I64)?.affine(-1.0, 0.0)?.to_dtype(DType::I32) } else { x.neg() }
}

/// candle casts 0.5 to the byte 0, so that truth values are asked for.
pub(crate) fn cast(x: &Array, dtype: Dtype) -> candle_core::Result<Array> {
    match dtype {
        Dtype::F64 => x.to_dtype(DType::F64),
        Dtype::F32 => x.to_dtype(DType::F32),
        Dtype::F16 => x.to_dtype(DType::F16),
        Dtype::BF16 => x.to_dtype(DType::BF16),
        Dtype::I64 => x.to_dtype(DType::I64),
        Dtype::I32 => x.to_dtype(DType::I32),
        Dtype::I8 => candle_core::bail!("{NO_I8}"),
        Dtype::U8 => x.to_dtype(DType::U8),
        Dtype::Bool => x.ne(0_f64),
    }
}

/// candle's `where_cond` takes equal shapes only.
pub(crate) fn select(condition: &Array, a: &Array, b: &Array, shape: &[usize]) -> candle_core::Result<Array> {
    condition.broadcast_as(shape)?.where_cond(&a.broadcast_as(shape)?, &b.broadcast_as(shape)?)
}
