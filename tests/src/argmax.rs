//! `argmax`.

use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_refused, of, uniform};

#[backend_matrix(of = "argmax", dtype(F32, F64, F16, BF16, I32), axis(0, 1))]
pub fn random_values(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Checked<Tensor> {
    kernels.argmax(&uniform(91, &[33, 129], dtype, 1000.0)?, axis)
}

/// Both axes give the same shape: only the values tell them apart.
#[backend_matrix(of = "argmax", axis(0, 1))]
pub fn each_axis_of_a_square(kernels: &dyn Kernels, axis: usize) -> Checked<Tensor> {
    kernels.argmax(&uniform(92, &[17, 17], Dtype::F32, 1000.0)?, axis)
}

#[conformance(of = "argmax", dtype(F32, F64, F16, BF16, I32))]
pub fn the_first_of_equal_ones(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[2, 4], dtype, &[1.0, 3.0, 3.0, 2.0, 5.0, 5.0, 5.0, 5.0])?;
    assert_holds(&kernels.argmax(&x, 1)?, &[2], &[1.0, 0.0]);
    assert_holds(&kernels.argmax(&x, 0)?, &[4], &[1.0, 1.0, 1.0, 1.0]);
    Ok(())
}

#[conformance(of = "argmax", uses = "float64")]
pub fn wide_floats_are_not_compared_as_narrow_ones(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f64(&[3], [1.0, 1.0 + f64::EPSILON, 1.0])?;
    assert_holds(&kernels.argmax(&x, 0)?, &[], &[1.0]);
    Ok(())
}

#[conformance(of = "argmax")]
pub fn infinities_are_ordered(kernels: &dyn Kernels) -> Checked {
    let (inf, low) = (f32::INFINITY, f32::NEG_INFINITY);
    let x = Tensor::f32(&[3, 3], [low, 0.0, inf, low, low, -1.0, low, low, low])?;
    assert_holds(&kernels.argmax(&x, 1)?, &[3], &[2.0, 2.0, 0.0]);
    Ok(())
}

/// As in NumPy: NaN is larger than everything, and the first one wins.
#[conformance(of = "argmax", uses = "nan_extremes", at(2, 4))]
pub fn nan_is_the_largest(kernels: &dyn Kernels, at: usize) -> Checked {
    let mut values = [1.0, 9.0, 2.0, f32::INFINITY, 3.0];
    values[at] = f32::NAN;
    assert_holds(&kernels.argmax(&Tensor::f32(&[5], values)?, 0)?, &[], &[at as f64]);
    Ok(())
}

#[conformance(of = "argmax")]
pub fn a_nan_in_front_is_the_largest(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[3], [f32::NAN, f32::INFINITY, 1.0])?;
    assert_holds(&kernels.argmax(&x, 0)?, &[], &[0.0]);
    Ok(())
}

#[conformance(of = "argmax", uses = "empty_tensors")]
pub fn no_rows_have_no_largest(kernels: &dyn Kernels) -> Checked {
    assert_holds(&kernels.argmax(&Tensor::f32(&[0, 3], [])?, 1)?, &[0], &[]);
    Ok(())
}

#[conformance(of = "argmax")]
pub fn nothing_has_no_largest(kernels: &dyn Kernels) -> Checked {
    let empty = Tensor::f32(&[2, 0], [])?;
    assert_refused(kernels.argmax(&empty, 1), |error| matches!(error, KernelError::Shape { .. }))?;
    assert_refused(kernels.argmax(&empty, 2), |error| matches!(error, KernelError::Shape { .. }))?;
    Ok(())
}

#[conformance(of = "argmax")]
pub fn truth_values_are_no_numbers(kernels: &dyn Kernels) -> Checked {
    let truth = Tensor::bool(&[2], [true, false])?;
    assert_refused(kernels.argmax(&truth, 0), |error| matches!(error, KernelError::Dtype { .. }))?;
    Ok(())
}

#[conformance(of = "argmax", dtype(F32, F64, F16, BF16))]
pub fn zeros_of_both_signs_are_equal(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_holds(&kernels.argmax(&of(&[3], dtype, &[-1.0, -0.0, 0.0])?, 0)?, &[], &[1.0]);
    Ok(())
}
