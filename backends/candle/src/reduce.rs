//! Along axes.

use candle_core::{DType, Result, Tensor};
use crosscheck_backends::Axes;

/// Integers are summed in 64 bits and cut off, as they are added.
pub(crate) fn sum(x: &Tensor, reduced: &[usize], axes: Axes<'_>) -> Result<Tensor> {
    let sum = |x: &Tensor| if axes.are_kept() { x.sum_keepdim(reduced) } else { x.sum(reduced) };
    if x.dtype() == DType::I32 { sum(&x.to_dtype(DType::I64)?)?.to_dtype(DType::I32) } else { sum(x) }
}

pub(crate) fn mean(x: &Tensor, reduced: &[usize], axes: Axes<'_>) -> Result<Tensor> {
    if axes.are_kept() { x.mean_keepdim(reduced) } else { x.mean(reduced) }
}

/// candle keeps no axes here.
pub(crate) fn logsumexp(x: &Tensor, reduced: &[usize], axes: Axes<'_>) -> Result<Tensor> {
    let made = x.log_sum_exp(reduced)?;
    if axes.are_kept() { made.reshape(axes.reduce(x.dims())) } else { Ok(made) }
}

/// candle looks along one axis at a time.
pub(crate) fn max(x: &Tensor, reduced: &[usize], axes: Axes<'_>) -> Result<Tensor> {
    one_by_one(x, reduced, axes, Tensor::max, Tensor::max_keepdim)
}

pub(crate) fn min(x: &Tensor, reduced: &[usize], axes: Axes<'_>) -> Result<Tensor> {
    one_by_one(x, reduced, axes, Tensor::min, Tensor::min_keepdim)
}

fn one_by_one(
    x: &Tensor,
    reduced: &[usize],
    axes: Axes<'_>,
    of_one: impl Fn(&Tensor, usize) -> Result<Tensor>,
    keeping: impl Fn(&Tensor, usize) -> Result<Tensor>,
) -> Result<Tensor> {
    match reduced {
        [axis] if !axes.are_kept() => of_one(x, *axis),
        _ => {
            let made = reduced.iter().try_fold(x.clone(), |made, axis| keeping(&made, *axis))?;
            if axes.are_kept() { Ok(made) } else { made.reshape(axes.reduce(x.dims())) }
        }
    }
}

/// The largest `k` and where they stand. candle has no such operation, but sorts, along the last axis.
pub(crate) fn top_k(x: &Tensor, k: usize, axis: usize) -> Result<(Tensor, Tensor)> {
    let last = x.rank() - 1;
    let (values, places) = x.transpose(axis, last)?.contiguous()?.sort_last_dim(false)?;
    let first = |sorted: &Tensor| sorted.narrow(last, 0, k)?.transpose(axis, last);
    Ok((first(&values)?, first(&places)?.to_dtype(DType::I32)?))
}
