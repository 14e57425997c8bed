//! Along an axis.

use candle_core::{DType, Result, Tensor};

/// Integers are summed in 64 bits and cut off, as they are added.
pub(crate) fn sum(x: &Tensor, axis: usize) -> Result<Tensor> {
    if x.dtype() == DType::I32 { x.to_dtype(DType::I64)?.sum(axis)?.to_dtype(DType::I32) } else { x.sum(axis) }
}

/// The largest `k` and where they stand. candle has no such operation, but sorts, along the last axis.
pub(crate) fn top_k(x: &Tensor, k: usize, axis: usize) -> Result<(Tensor, Tensor)> {
    let last = x.rank() - 1;
    let (values, places) = x.transpose(axis, last)?.contiguous()?.sort_last_dim(false)?;
    let first = |sorted: &Tensor| sorted.narrow(last, 0, k)?.transpose(axis, last);
    Ok((first(&values)?, first(&places)?.to_dtype(DType::I32)?))
}
