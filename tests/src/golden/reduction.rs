//! What is made of the elements along an axis, each axis in turn.

use crosscheck::conformance;
use crosscheck_backends::{Axes, Dtype, Kernels};

use super::{Outcome, typed};

#[conformance(of = "sum", dtype(F32, F16, BF16, I32), axis(0, 1, 2))]
pub fn sum(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Outcome {
    let golden = typed("reductions", dtype);
    golden.assert_near(&format!("expected_sum_{axis}"), &kernels.sum(&golden.get("x")?, axis.into())?)
}

#[conformance(of = "mean", dtype(F32, F16, BF16), axis(0, 1, 2))]
pub fn mean(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Outcome {
    let golden = typed("reductions", dtype);
    golden.assert_near(&format!("expected_mean_{axis}"), &kernels.mean(&golden.get("x")?, axis.into())?)
}

#[conformance(of = "logsumexp", dtype(F32, F16, BF16), axis(0, 1, 2))]
pub fn logsumexp(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Outcome {
    let golden = typed("reductions", dtype);
    golden.assert_near(&format!("expected_logsumexp_{axis}"), &kernels.logsumexp(&golden.get("x")?, axis.into())?)
}

#[conformance(of = "max", dtype(F32, F16, BF16, I32), axis(0, 1, 2))]
pub fn max(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Outcome {
    let golden = typed("reductions", dtype);
    golden.assert_equal(&format!("expected_max_{axis}"), &kernels.max(&golden.get("x")?, axis.into())?)
}

#[conformance(of = "min", dtype(F32, F16, BF16, I32), axis(0, 1, 2))]
pub fn min(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Outcome {
    let golden = typed("reductions", dtype);
    golden.assert_equal(&format!("expected_min_{axis}"), &kernels.min(&golden.get("x")?, axis.into())?)
}

/// The key of several axes.
fn key(function: &str, axes: [usize; 2]) -> String {
    format!("expected_{function}_{}_{}", axes[0], axes[1])
}

const PAIRS: [[usize; 2]; 3] = [[0, 1], [2, 0], [1, 2]];

#[conformance(of = "sum", dtype(F32, F16, BF16, I32))]
pub fn sum_over_two_axes(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("reductions", dtype);
    PAIRS
        .into_iter()
        .try_for_each(|axes| golden.assert_near(&key("sum", axes), &kernels.sum(&golden.get("x")?, Axes::of(&axes))?))
}

#[conformance(of = "mean", dtype(F32, F16, BF16))]
pub fn mean_over_two_axes(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("reductions", dtype);
    PAIRS
        .into_iter()
        .try_for_each(|axes| golden.assert_near(&key("mean", axes), &kernels.mean(&golden.get("x")?, Axes::of(&axes))?))
}

#[conformance(of = "logsumexp", dtype(F32, F16, BF16))]
pub fn logsumexp_over_two_axes(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("reductions", dtype);
    PAIRS.into_iter().try_for_each(|axes| {
        golden.assert_near(&key("logsumexp", axes), &kernels.logsumexp(&golden.get("x")?, Axes::of(&axes))?)
    })
}

#[conformance(of = "max", dtype(F32, F16, BF16, I32))]
pub fn max_over_two_axes(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("extremes", dtype);
    PAIRS
        .into_iter()
        .try_for_each(|axes| golden.assert_equal(&key("max", axes), &kernels.max(&golden.get("x")?, Axes::of(&axes))?))
}

#[conformance(of = "min", dtype(F32, F16, BF16, I32))]
pub fn min_over_two_axes(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("extremes", dtype);
    PAIRS
        .into_iter()
        .try_for_each(|axes| golden.assert_equal(&key("min", axes), &kernels.min(&golden.get("x")?, Axes::of(&axes))?))
}

/// Of equal elements the first.
#[conformance(of = "argmin", dtype(F32, F16, BF16, I32), axis(0, 1))]
pub fn argmin(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Outcome {
    let golden = typed("orders", dtype);
    golden.assert_equal(&format!("expected_argmin_{axis}"), &kernels.argmin(&golden.get("x")?, axis)?)
}

/// Of equal elements the first.
#[conformance(of = "argmax", dtype(F32, F16, BF16, I32), axis(0, 1))]
pub fn argmax(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Outcome {
    let golden = typed("orders", dtype);
    golden.assert_equal(&format!("expected_argmax_{axis}"), &kernels.argmax(&golden.get("x")?, axis)?)
}

#[conformance(of = "top_k", dtype(F32, F16, BF16, I32), axis(0, 1))]
pub fn top_k(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Outcome {
    let golden = typed("orders", dtype);
    let (values, indices) = kernels.top_k(&golden.get("x")?, 3, axis)?;
    golden.assert_equal(&format!("expected_values_{axis}"), &values)?;
    golden.assert_equal(&format!("expected_indices_{axis}"), &indices)
}
