//! `softmax`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_near, assert_refused, of, uniform};

#[backend_matrix(
    of = "softmax",
    dtype(
        F32,
        F64 uses("float64_functions") tolerance(
            rtol = 1e-12,
            atol = 1e-12,
            reason = "32-bit steps are off by 1e-8 and more, 64-bit ones by 1e-15"
        ),
        F16 uses("wide_accumulation"),
        BF16 uses("wide_accumulation")
    ),
    length(31, 128, 1023)
)]
pub fn rows(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    // So many that no luck is left to a sum that is rounded at each term.
    Computed::of([uniform(21, &[33, length], dtype, 8.0)?], |[x]| kernels.softmax(x, 1))
}

#[conformance(of = "softmax", dtype(F32, F64, F16, BF16))]
pub fn one_logit_has_all_the_weight(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_holds(&kernels.softmax(&uniform(22, &[3, 1], dtype, 8.0)?, 1)?, &[3, 1], &[1.0; 3]);
    Ok(())
}

#[backend_matrix(
    of = "softmax",
    dtype(
        F32,
        F64 tolerance(
            rtol = 1e-12,
            atol = 1e-12,
            reason = "32-bit steps are off by 1e-8 and more, 64-bit ones by 1e-15"
        ),
        F16,
        BF16
    )
)]
pub fn large_logits(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Computed<Tensor>> {
    // Up to 29,952 in steps of 256, which every type has: all weight is on the largest of a row.
    let steps = uniform(22, &[4, 33], Dtype::I32, 118.0)?.to_f64();
    let logits: Vec<_> = steps.iter().map(|step| step * 256.0).collect();
    Computed::of([of(&[4, 33], dtype, &logits)?], |[x]| kernels.softmax(x, 1))
}

#[backend_matrix(of = "softmax", axis(0, 1, 2))]
pub fn along_each_axis(kernels: &dyn Kernels, axis: usize) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(23, &[3, 5, 7], Dtype::F32, 4.0)?], |[x]| kernels.softmax(x, axis))
}

#[conformance(of = "softmax", dtype(F32, F64, F16 uses("wide_accumulation"), BF16 uses("wide_accumulation")))]
pub fn weights_sum_to_one(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let weights = kernels.softmax(&uniform(24, &[8, 257], dtype, 5.0)?, 1)?;
    // Each of 257 weights near 1/257 is rounded once, by at most half a unit in the last place.
    let atol = match dtype {
        Dtype::F64 => 1e-13,
        Dtype::BF16 => 4e-3,
        _ => 5e-4,
    };
    for row in weights.to_f64().chunks(257) {
        let sum: f64 = row.iter().sum();
        assert!((sum - 1.0).abs() <= atol, "the weights of a row sum to {sum}");
    }
    Ok(())
}

#[conformance(of = "softmax")]
pub fn logits_may_be_shifted(kernels: &dyn Kernels) -> Checked {
    let weights = kernels.softmax(&Tensor::f32(&[2, 2], [1.0, 2.0, 1001.0, 1002.0])?, 1)?;
    let (low, high) = (1.0 / (1.0 + 1_f64.exp()), 1.0 / (1.0 + (-1_f64).exp()));
    assert_near(&weights, &[low, high, low, high], 1e-6);
    Ok(())
}

#[conformance(of = "softmax", dtype(F32, F64, F16, BF16))]
pub fn a_hidden_logit_has_no_weight(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let weights = kernels.softmax(&of(&[4], dtype, &[0.0, f64::NEG_INFINITY, 0.0, f64::NEG_INFINITY])?, 0)?;
    assert_holds(&weights, &[4], &[0.5, 0.0, 0.5, 0.0]);
    Ok(())
}

#[conformance(of = "softmax", dtype(F32, F64, F16, BF16))]
pub fn one_nan_makes_its_row_nan(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let weights = kernels.softmax(&of(&[2, 2], dtype, &[f64::NAN, 0.0, 0.0, 0.0])?, 1)?;
    assert_holds(&weights, &[2, 2], &[f64::NAN, f64::NAN, 0.5, 0.5]);
    Ok(())
}

/// exp(−95) is about 5.5e-42, a subnormal f32.
#[conformance(of = "softmax", uses = "subnormals")]
pub fn a_weight_may_be_subnormal(kernels: &dyn Kernels) -> Checked {
    let weights = kernels.softmax(&Tensor::f32(&[2], [0.0, -95.0])?, 0)?.to_f64();
    let expected = (-95_f64).exp();
    assert!((weights[1] / expected - 1.0).abs() < 1e-3, "{:e} instead of {expected:e}", weights[1]);
    Ok(())
}

#[conformance(of = "softmax", uses = "empty_tensors", dtype(F32, F64, BF16))]
pub fn nothing_has_no_weights(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_holds(&kernels.softmax(&of(&[2, 0], dtype, &[])?, 1)?, &[2, 0], &[]);
    assert_holds(&kernels.softmax(&of(&[0, 2], dtype, &[])?, 1)?, &[0, 2], &[]);
    Ok(())
}

#[conformance(of = "softmax")]
pub fn integers_and_missing_axes_are_refused(kernels: &dyn Kernels) -> Checked {
    let whole = Tensor::i32(&[2], [1, 2])?;
    assert_refused(kernels.softmax(&whole, 0), |error| matches!(error, KernelError::Dtype { .. }))?;
    let flat = Tensor::f32(&[2], [1.0, 2.0])?;
    assert_refused(kernels.softmax(&flat, 1), |error| matches!(error, KernelError::Shape { .. }))?;
    Ok(())
}
