//! `rms_norm` and `layer_norm`.

use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_near, assert_refused, of, unit};

#[backend_matrix(
    of = "rms_norm",
    dtype(
        F32,
        F64 uses("float64_norms") tolerance(
            rtol = 1e-12,
            atol = 1e-12,
            reason = "a thousand roundings by 2^-53 each are 1.1e-13"
        ),
        BF16
    ),
    width(1, 17, 128, 1023)
)]
fn rms(kernels: &dyn Kernels, dtype: Dtype, width: usize) -> Checked<Tensor> {
    rms_of(kernels, dtype, width)
}

#[backend_matrix(of = "rms_norm", width(1, 17, 128 uses("wide_norms"), 1023 uses("wide_norms")))]
fn rms_in_f16(kernels: &dyn Kernels, width: usize) -> Checked<Tensor> {
    rms_of(kernels, Dtype::F16, width)
}

fn rms_of(kernels: &dyn Kernels, dtype: Dtype, width: usize) -> Checked<Tensor> {
    kernels.rms_norm(&unit(31, &[2, 3, width], dtype)?, &unit(32, &[width], dtype)?, 1e-5)
}

#[backend_matrix(
    of = "layer_norm",
    dtype(
        F32,
        F64 uses("float64_norms") tolerance(
            rtol = 1e-12,
            atol = 1e-12,
            reason = "a thousand roundings by 2^-53 each are 1.1e-13"
        )
    ),
    width(17, 128, 1023)
)]
fn layer(kernels: &dyn Kernels, dtype: Dtype, width: usize) -> Checked<Tensor> {
    layer_of(kernels, dtype, width)
}

// The normed element, up to 1.8, its product with the weight, and the sum with the bias are each rounded; the sum cancels.

#[backend_matrix(
    of = "layer_norm",
    width(17, 128, 1023),
    tolerance(
        rtol = 1e-3,
        atol = 1.5e-3,
        reason = "three roundings of half a unit in the last place of 1..2, 2^-11 each"
    )
)]
fn layer_in_f16(kernels: &dyn Kernels, width: usize) -> Checked<Tensor> {
    layer_of(kernels, Dtype::F16, width)
}

#[backend_matrix(
    of = "layer_norm",
    width(17, 128, 1023),
    tolerance(
        rtol = 1.6e-2,
        atol = 1.2e-2,
        reason = "three roundings of half a unit in the last place of 1..2, 2^-8 each"
    )
)]
fn layer_in_bf16(kernels: &dyn Kernels, width: usize) -> Checked<Tensor> {
    layer_of(kernels, Dtype::BF16, width)
}

fn layer_of(kernels: &dyn Kernels, dtype: Dtype, width: usize) -> Checked<Tensor> {
    kernels.layer_norm(
        &unit(33, &[2, 3, width], dtype)?,
        &unit(34, &[width], dtype)?,
        &unit(35, &[width], dtype)?,
        1e-5,
    )
}

#[conformance(of = "rms_norm")]
fn rms_of_three_and_four(kernels: &dyn Kernels) -> Checked {
    let normed = kernels.rms_norm(&Tensor::f32(&[2], [3.0, 4.0])?, &Tensor::f32(&[2], [1.0, 2.0])?, 0.0)?;
    let root = 12.5_f64.sqrt();
    assert_near(&normed, &[3.0 / root, 8.0 / root], 1e-6);
    Ok(())
}

/// Inside: √(0 + 1) is 1. Outside it would be divided by √0 + 1, which gives 0 as well, but for the second row.
#[conformance(of = "rms_norm")]
fn eps_stands_inside_of_the_root(kernels: &dyn Kernels) -> Checked {
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
fn squares_may_be_larger_than_a_half_holds(kernels: &dyn Kernels) -> Checked {
    let x = of(&[4], Dtype::F16, &[300.0, -300.0, 300.0, -300.0])?;
    let ones = of(&[4], Dtype::F16, &[1.0; 4])?;
    assert_near(&kernels.rms_norm(&x, &ones, 1e-5)?, &[1.0, -1.0, 1.0, -1.0], 1e-3);
    let zeros = of(&[4], Dtype::F16, &[0.0; 4])?;
    assert_near(&kernels.layer_norm(&x, &ones, &zeros, 1e-5)?, &[1.0, -1.0, 1.0, -1.0], 1e-3);
    Ok(())
}

#[conformance(of = "rms_norm", uses = "huge_magnitudes")]
fn squares_may_be_larger_than_a_float_holds(kernels: &dyn Kernels) -> Checked {
    let ones = Tensor::f32(&[2], [1.0, 1.0])?;
    assert_near(&kernels.rms_norm(&Tensor::f32(&[2], [1e20, -1e20])?, &ones, 1e-5)?, &[1.0, -1.0], 1e-6);
    Ok(())
}

/// A mean of squares minus the square of the mean would lose everything here.
#[conformance(of = "layer_norm", uses = "large_means")]
fn a_large_mean_does_not_drown_the_variance(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[4], [10_000.0, 10_001.0, 10_002.0, 10_003.0])?;
    let normed = kernels.layer_norm(&x, &Tensor::f32(&[4], [1.0; 4])?, &Tensor::f32(&[4], [0.0; 4])?, 0.0)?;
    let deviation = 1.25_f64.sqrt();
    assert_near(&normed, &[-1.5, -0.5, 0.5, 1.5].map(|x: f64| x / deviation), 1e-3);
    Ok(())
}

#[conformance(of = "rms_norm", uses = "empty_tensors")]
fn no_rows_are_normalised_to_no_rows(kernels: &dyn Kernels) -> Checked {
    let (x, ones) = (Tensor::f32(&[0, 4], [])?, Tensor::f32(&[4], [1.0; 4])?);
    assert_holds(&kernels.rms_norm(&x, &ones, 1e-5)?, &[0, 4], &[]);
    assert_holds(&kernels.layer_norm(&x, &ones, &ones, 1e-5)?, &[0, 4], &[]);
    Ok(())
}

#[conformance(of = "rms_norm", uses = "empty_norms", dtype(F32, F16, BF16))]
fn rows_of_nothing_are_normalised_to_rows_of_nothing(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (x, none) = (of(&[2, 0], dtype, &[])?, of(&[0], dtype, &[])?);
    assert_holds(&kernels.rms_norm(&x, &none, 1e-5)?, &[2, 0], &[]);
    Ok(())
}

#[conformance(of = "layer_norm", uses = "empty_norms", dtype(F32, F16, BF16))]
fn rows_of_nothing_have_no_mean(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (x, none) = (of(&[2, 0], dtype, &[])?, of(&[0], dtype, &[])?);
    assert_holds(&kernels.layer_norm(&x, &none, &none, 1e-5)?, &[2, 0], &[]);
    Ok(())
}

#[conformance(of = "rms_norm")]
fn parameters_that_do_not_fit_are_refused(kernels: &dyn Kernels) -> Checked {
    let (x, two, three) = (Tensor::f32(&[2, 3], [1.0; 6])?, Tensor::f32(&[2], [1.0; 2])?, Tensor::f32(&[3], [1.0; 3])?);
    assert_refused(kernels.rms_norm(&x, &two, 1e-5), |error| matches!(error, KernelError::Shape { .. }))?;
    assert_refused(kernels.layer_norm(&x, &three, &two, 1e-5), |error| matches!(error, KernelError::Shape { .. }))?;
    for eps in [-1.0, f32::NAN, f32::INFINITY] {
        assert_refused(kernels.rms_norm(&x, &three, eps), |error| matches!(error, KernelError::Argument { .. }))?;
    }
    Ok(())
}
