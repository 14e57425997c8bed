//! What is made of the elements along an axis, each axis in turn.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels};

use super::{Outcome, typed};

#[conformance(of = "sum", dtype(F32, F16, BF16, I32), axis(0, 1, 2))]
pub fn sum(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Outcome {
    let golden = typed("reductions", dtype);
    golden.assert_near(&format!("expected_sum_{axis}"), &kernels.sum(&golden.get("x")?, axis)?)
}

#[conformance(of = "mean", dtype(F32, F16, BF16), axis(0, 1, 2))]
pub fn mean(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Outcome {
    let golden = typed("reductions", dtype);
    golden.assert_near(&format!("expected_mean_{axis}"), &kernels.mean(&golden.get("x")?, axis)?)
}

#[conformance(of = "logsumexp", dtype(F32, F16, BF16), axis(0, 1, 2))]
pub fn logsumexp(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Outcome {
    let golden = typed("reductions", dtype);
    golden.assert_near(&format!("expected_logsumexp_{axis}"), &kernels.logsumexp(&golden.get("x")?, axis)?)
}

#[conformance(of = "max", dtype(F32, F16, BF16, I32), axis(0, 1, 2))]
pub fn max(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Outcome {
    let golden = typed("reductions", dtype);
    golden.assert_equal(&format!("expected_max_{axis}"), &kernels.max(&golden.get("x")?, axis)?)
}

#[conformance(of = "min", dtype(F32, F16, BF16, I32), axis(0, 1, 2))]
pub fn min(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Outcome {
    let golden = typed("reductions", dtype);
    golden.assert_equal(&format!("expected_min_{axis}"), &kernels.min(&golden.get("x")?, axis)?)
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
