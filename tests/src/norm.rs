//! `rms_norm` and `layer_norm`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::data::{assert_holds, assert_near, assert_refused, of, unit};
use crate::{Checked, budget};

/// So large that a row of one element does not become its sign.
const EPS: f32 = 0.125;

#[backend_matrix(of = "rms_norm", dtype(F32, F64, F16, BF16), width(1, 17, 128, 1023))]
pub fn rms(kernels: &dyn Kernels, dtype: Dtype, width: usize) -> Checked<Computed<Tensor>> {
    Computed::within(
        [unit(31, &[2, 3, width], dtype)?, unit(32, &[width], dtype)?],
        |[x, weight]| kernels.rms_norm(x, weight, EPS),
        |normed, [x, weight]| budget::rms_norm(normed, x, weight),
    )
}

#[backend_matrix(of = "layer_norm", dtype(F32, F64, F16, BF16), width(17, 128, 1023))]
pub fn layer(kernels: &dyn Kernels, dtype: Dtype, width: usize) -> Checked<Computed<Tensor>> {
    Computed::within(
        [unit(33, &[2, 3, width], dtype)?, unit(34, &[width], dtype)?, unit(35, &[width], dtype)?],
        |[x, weight, bias]| kernels.layer_norm(x, weight, bias, EPS),
        |normed, [x, weight, bias]| budget::layer_norm(normed, x, weight, bias, EPS),
    )
}

#[conformance(of = "rms_norm")]
pub fn rms_of_three_and_four(kernels: &dyn Kernels) -> Checked {
    let normed = kernels.rms_norm(&Tensor::f32(&[2], [3.0, 4.0])?, &Tensor::f32(&[2], [1.0, 2.0])?, 0.0)?;
    let root = 12.5_f64.sqrt();
    assert_near(&normed, &[3.0 / root, 8.0 / root], 1e-6);
    Ok(())
}

/// Inside: √(0 + 1) is 1. Outside it would be divided by √0 + 1, which gives 0 as well, but for the second row.
#[conformance(of = "rms_norm")]
pub fn eps_stands_inside_of_the_root(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[2, 2], [0.0, 0.0, 2.0, 2.0])?;
    let ones = Tensor::f32(&[2], [1.0, 1.0])?;
    let normed = kernels.rms_norm(&x, &ones, 5.0)?;
    assert_near(&normed, &[0.0, 0.0, 2.0 / 3.0, 2.0 / 3.0], 1e-6);
    let normed = kernels.layer_norm(&Tensor::f32(&[2], [-2.0, 2.0])?, &ones, &ones, 5.0)?;
    assert_near(&normed, &[1.0 - 2.0 / 3.0, 1.0 + 2.0 / 3.0], 1e-6);
    Ok(())
}

/// The square of 300 is more than f16 holds.
#[conformance(of = "rms_norm", uses = "wide_accumulation")]
pub fn squares_may_be_larger_than_a_half_holds(kernels: &dyn Kernels) -> Checked {
    let x = of(&[4], Dtype::F16, &[300.0, -300.0, 300.0, -300.0])?;
    let ones = of(&[4], Dtype::F16, &[1.0; 4])?;
    assert_near(&kernels.rms_norm(&x, &ones, 1e-5)?, &[1.0, -1.0, 1.0, -1.0], 1e-3);
    let zeros = of(&[4], Dtype::F16, &[0.0; 4])?;
    assert_near(&kernels.layer_norm(&x, &ones, &zeros, 1e-5)?, &[1.0, -1.0, 1.0, -1.0], 1e-3);
    Ok(())
}

/// With the root in f16, 1 is divided by 1 + 2^−10 instead of 1 + 2^−11 and a little; in bf16 by 1 + 2^−7 instead of 1 + 2^−8.
#[conformance(of = "rms_norm", uses = "wide_accumulation", dtype(F16, BF16))]
pub fn the_root_is_not_rounded_to_a_half(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let unit = match dtype {
        Dtype::F16 => 2_f64.powi(-10),
        _ => 2_f64.powi(-7),
    };
    let (x, ones) = (of(&[2], dtype, &[1.0, 1.0 + unit])?, of(&[2], dtype, &[1.0, 1.0])?);
    let normed = kernels.rms_norm(&x, &ones, 0.0)?.to_f64();
    assert_eq!(normed[0], 1.0 - unit / 2.0);
    Ok(())
}

#[conformance(of = "rms_norm")]
pub fn squares_may_be_larger_than_a_float_holds(kernels: &dyn Kernels) -> Checked {
    let ones = Tensor::f32(&[2], [1.0, 1.0])?;
    assert_near(&kernels.rms_norm(&Tensor::f32(&[2], [1e20, -1e20])?, &ones, 1e-5)?, &[1.0, -1.0], 1e-6);
    Ok(())
}

/// A mean of squares minus the square of the mean would lose everything here.
#[conformance(of = "layer_norm")]
pub fn a_large_mean_does_not_drown_the_variance(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[4], [10_000.0, 10_001.0, 10_002.0, 10_003.0])?;
    let normed = kernels.layer_norm(&x, &Tensor::f32(&[4], [1.0; 4])?, &Tensor::f32(&[4], [0.0; 4])?, 0.0)?;
    let deviation = 1.25_f64.sqrt();
    assert_near(&normed, &[-1.5, -0.5, 0.5, 1.5].map(|x: f64| x / deviation), 1e-3);
    Ok(())
}

#[conformance(of = "rms_norm", uses = "empty_tensors")]
pub fn no_rows_are_normalised_to_no_rows(kernels: &dyn Kernels) -> Checked {
    let (x, ones) = (Tensor::f32(&[0, 4], [])?, Tensor::f32(&[4], [1.0; 4])?);
    assert_holds(&kernels.rms_norm(&x, &ones, 1e-5)?, &[0, 4], &[]);
    assert_holds(&kernels.layer_norm(&x, &ones, &ones, 1e-5)?, &[0, 4], &[]);
    Ok(())
}

#[conformance(of = "rms_norm", uses = "empty_tensors", dtype(F32, F16, BF16))]
pub fn rows_of_nothing_are_normalised_to_rows_of_nothing(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (x, none) = (of(&[2, 0], dtype, &[])?, of(&[0], dtype, &[])?);
    assert_holds(&kernels.rms_norm(&x, &none, 1e-5)?, &[2, 0], &[]);
    Ok(())
}

#[conformance(of = "layer_norm", uses = "empty_tensors", dtype(F32, F16, BF16))]
pub fn rows_of_nothing_have_no_mean(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (x, none) = (of(&[2, 0], dtype, &[])?, of(&[0], dtype, &[])?);
    assert_holds(&kernels.layer_norm(&x, &none, &none, 1e-5)?, &[2, 0], &[]);
    Ok(())
}

#[conformance(of = "rms_norm")]
pub fn parameters_that_do_not_fit_are_refused(kernels: &dyn Kernels) -> Checked {
    let (x, two, three) = (Tensor::f32(&[2, 3], [1.0; 6])?, Tensor::f32(&[2], [1.0; 2])?, Tensor::f32(&[3], [1.0; 3])?);
    assert_refused(kernels.rms_norm(&x, &two, 1e-5), |error| matches!(error, KernelError::Shape { .. }))?;
    assert_refused(kernels.layer_norm(&x, &three, &two, 1e-5), |error| matches!(error, KernelError::Shape { .. }))?;
    for eps in [-1.0, f32::NAN, f32::INFINITY] {
        assert_refused(kernels.rms_norm(&x, &three, eps), |error| matches!(error, KernelError::Argument { .. }))?;
    }
    Ok(())
}
