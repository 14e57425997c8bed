//! `argmin`.

use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_refused, of, uniform};

#[backend_matrix(of = "argmin", dtype(F32, F64, F16, BF16, I32), axis(0, 1))]
pub fn random_values(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Checked<Tensor> {
    kernels.argmin(&uniform(91, &[33, 129], dtype, 1000.0)?, axis)
}

/// Both axes give the same shape: only the values tell them apart.
#[backend_matrix(of = "argmin", axis(0, 1))]
pub fn each_axis_of_a_square(kernels: &dyn Kernels, axis: usize) -> Checked<Tensor> {
    kernels.argmin(&uniform(92, &[17, 17], Dtype::F32, 1000.0)?, axis)
}

#[conformance(of = "argmin", dtype(F32, F64, F16, BF16, I32))]
pub fn the_first_of_equal_ones(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[2, 4], dtype, &[5.0, 3.0, 3.0, 4.0, 2.0, 2.0, 2.0, 2.0])?;
    assert_holds(&kernels.argmin(&x, 1)?, &[2], &[1.0, 0.0]);
    assert_holds(&kernels.argmin(&x, 0)?, &[4], &[1.0, 1.0, 1.0, 1.0]);
    Ok(())
}

#[conformance(of = "argmin", uses = "float64")]
pub fn wide_floats_are_not_compared_as_narrow_ones(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f64(&[3], [1.0, 1.0 - f64::EPSILON, 1.0])?;
    assert_holds(&kernels.argmin(&x, 0)?, &[], &[1.0]);
    Ok(())
}

#[conformance(of = "argmin")]
pub fn infinities_are_ordered(kernels: &dyn Kernels) -> Checked {
    let (inf, low) = (f32::INFINITY, f32::NEG_INFINITY);
    let x = Tensor::f32(&[3, 3], [inf, 0.0, low, inf, inf, 1.0, inf, inf, inf])?;
    assert_holds(&kernels.argmin(&x, 1)?, &[3], &[2.0, 2.0, 0.0]);
    Ok(())
}

/// As in NumPy: NaN is smaller than everything, and the first one wins.
#[conformance(of = "argmin", uses = "nan_extremes", at(2, 4))]
pub fn nan_is_the_smallest(kernels: &dyn Kernels, at: usize) -> Checked {
    let mut values = [1.0, -9.0, 2.0, f32::NEG_INFINITY, 3.0];
    values[at] = f32::NAN;
    assert_holds(&kernels.argmin(&Tensor::f32(&[5], values)?, 0)?, &[], &[at as f64]);
    Ok(())
}

#[conformance(of = "argmin")]
pub fn a_nan_in_front_is_the_smallest(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[3], [f32::NAN, f32::NEG_INFINITY, 1.0])?;
    assert_holds(&kernels.argmin(&x, 0)?, &[], &[0.0]);
    Ok(())
}

#[conformance(of = "argmin", uses = "empty_tensors")]
pub fn no_rows_have_no_smallest(kernels: &dyn Kernels) -> Checked {
    assert_holds(&kernels.argmin(&Tensor::f32(&[0, 3], [])?, 1)?, &[0], &[]);
    Ok(())
}

#[conformance(of = "argmin")]
pub fn nothing_has_no_smallest(kernels: &dyn Kernels) -> Checked {
    let empty = Tensor::f32(&[2, 0], [])?;
    assert_refused(kernels.argmin(&empty, 1), |error| matches!(error, KernelError::Shape { .. }))?;
    assert_refused(kernels.argmin(&empty, 2), |error| matches!(error, KernelError::Shape { .. }))?;
    Ok(())
}

#[conformance(of = "argmin")]
pub fn truth_values_are_no_numbers(kernels: &dyn Kernels) -> Checked {
    let truth = Tensor::bool(&[2], [true, false])?;
    assert_refused(kernels.argmin(&truth, 0), |error| matches!(error, KernelError::Dtype { .. }))?;
    Ok(())
}

#[conformance(of = "argmin", dtype(F32, F64, F16, BF16))]
pub fn zeros_of_both_signs_are_equal(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_holds(&kernels.argmin(&of(&[3], dtype, &[1.0, 0.0, -0.0])?, 0)?, &[], &[1.0]);
    Ok(())
}
