//! `exp`, `log`, `sqrt`, `rsqrt`, `round`, `tanh` and `sigmoid`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_near, assert_refused, assert_signs, of, positive, uniform};

#[backend_matrix(
    of = "exp",
    dtype(F32, F16, BF16),
    length(0 uses("empty_tensors"), 1, 17, 31, 33, 127, 128, 129, 1023)
)]
pub fn exp(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(111, &[length], dtype, 10.0)?], |[x]| kernels.exp(x))
}

#[backend_matrix(
    of = "exp",
    uses("float64", "float64_functions"),
    length(17, 128, 1023),
    tolerance(rtol = 1e-12, atol = 1e-12, reason = "32-bit steps are off by 1e-8 and more, 64-bit ones by 1e-15")
)]
pub fn exp_in_f64(kernels: &dyn Kernels, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(111, &[length], Dtype::F64, 10.0)?], |[x]| kernels.exp(x))
}

#[backend_matrix(
    of = "log",
    dtype(
        F32,
        F64 tolerance(
            rtol = 1e-12,
            atol = 1e-12,
            reason = "32-bit steps are off by 1e-8 and more, 64-bit ones by 1e-15"
        ),
        F16,
        BF16
    ),
    length(0 uses("empty_tensors"), 17, 129, 1023)
)]
pub fn log(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of([positive(112, &[length], dtype, 1000.0)?], |[x]| kernels.log(x))
}

#[backend_matrix(
    of = "sqrt",
    dtype(
        F32,
        F64 tolerance(
            rtol = 1e-12,
            atol = 1e-12,
            reason = "32-bit steps are off by 1e-8 and more, 64-bit ones by 1e-15"
        ),
        F16,
        BF16
    ),
    length(0 uses("empty_tensors"), 17, 129, 1023)
)]
pub fn sqrt(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of([positive(113, &[length], dtype, 1000.0)?], |[x]| kernels.sqrt(x))
}

#[backend_matrix(
    of = "rsqrt",
    dtype(
        F32,
        F64 tolerance(
            rtol = 1e-12,
            atol = 1e-12,
            reason = "32-bit steps are off by 1e-8 and more, 64-bit ones by 1e-15"
        ),
        F16,
        BF16
    ),
    length(0 uses("empty_tensors"), 17, 129, 1023)
)]
pub fn rsqrt(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of([positive(114, &[length], dtype, 1000.0)?], |[x]| kernels.rsqrt(x))
}

#[backend_matrix(
    of = "tanh",
    dtype(
        F32,
        F64 tolerance(
            rtol = 1e-12,
            atol = 1e-12,
            reason = "32-bit steps are off by 1e-8 and more, 64-bit ones by 1e-15"
        ),
        F16,
        BF16
    ),
    length(0 uses("empty_tensors"), 17, 129, 1023)
)]
pub fn tanh(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(115, &[length], dtype, 5.0)?], |[x]| kernels.tanh(x))
}

#[backend_matrix(
    of = "round",
    dtype(F32, F64, F16, BF16),
    length(0 uses("empty_tensors"), 1, 17, 31, 33, 127, 128, 129, 1023),
    tolerance(rtol = 0.0, atol = 0.0, reason = "whole numbers this small are numbers of each type")
)]
pub fn round(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    let x = uniform(117, &[length], dtype, 100.0)?;
    // Halves have checks of their own.
    let apart: Vec<_> = x.to_f64().iter().map(|x| if x.fract().abs() == 0.5 { x.trunc() } else { *x }).collect();
    Computed::of([Tensor::from_f64(&[length], dtype, &apart)?], |[x]| kernels.round(x))
}

// An exponential, a sum with 1 and a quotient are each rounded, and so is what is expected.

#[backend_matrix(
    of = "sigmoid",
    dtype(
        F32,
        F16 tolerance(
            rtol = 1.96e-3,
            atol = 6e-8,
            reason = "four units of roundoff, 2^-11 each; below 2^-14 each side is rounded by 2^-25"
        ),
        BF16
    ),
    length(0 uses("empty_tensors"), 17, 129, 1023)
)]
pub fn sigmoid(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(116, &[length], dtype, 10.0)?], |[x]| kernels.sigmoid(x))
}

#[backend_matrix(
    of = "sigmoid",
    uses("float64", "float64_functions"),
    length(17, 129, 1023),
    tolerance(rtol = 1e-12, atol = 1e-12, reason = "32-bit steps are off by 1e-8 and more, 64-bit ones by 1e-15")
)]
pub fn sigmoid_in_f64(kernels: &dyn Kernels, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(116, &[length], Dtype::F64, 10.0)?], |[x]| kernels.sigmoid(x))
}

#[conformance(of = "exp", dtype(F32, F64, F16, BF16))]
pub fn exp_of_special_values(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let x = of(&[7], dtype, &[0.0, -0.0, inf, -inf, nan, 1000.0, -1000.0])?;
    assert_holds(&kernels.exp(&x)?, &[7], &[1.0, 1.0, inf, 0.0, nan, inf, 0.0]);
    Ok(())
}

#[conformance(of = "exp")]
pub fn exp_of_one_is_e(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[3], [1.0, -1.0, std::f32::consts::LN_2])?;
    assert_near(&kernels.exp(&x)?, &[std::f64::consts::E, 1.0 / std::f64::consts::E, 2.0], 5e-7);
    Ok(())
}

/// exp(±100) is about 2.7e±43, which a 32-bit float does not hold.
#[conformance(of = "exp", uses = "float64")]
pub fn exponentials_have_the_range_of_wide_floats(kernels: &dyn Kernels) -> Checked {
    let values = kernels.exp(&Tensor::f64(&[2], [100.0, -100.0])?)?.to_f64();
    for (value, expected) in values.iter().zip([100_f64.exp(), (-100_f64).exp()]) {
        assert!((value / expected - 1.0).abs() < 1e-12, "{value:e} instead of {expected:e}");
    }
    Ok(())
}

/// exp(−95) is about 5.5e-42, a subnormal f32.
#[conformance(of = "exp", uses = "subnormals")]
pub fn an_exponential_may_be_subnormal(kernels: &dyn Kernels) -> Checked {
    let values = kernels.exp(&Tensor::f32(&[1], [-95.0])?)?.to_f64();
    let expected = (-95_f64).exp();
    assert!((values[0] / expected - 1.0).abs() < 1e-3, "{:e} instead of {expected:e}", values[0]);
    Ok(())
}

#[conformance(of = "log", dtype(F32, F64, F16, BF16))]
pub fn log_of_special_values(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let x = of(&[7], dtype, &[1.0, 0.0, -0.0, -1.0, inf, -inf, nan])?;
    assert_holds(&kernels.log(&x)?, &[7], &[0.0, -inf, -inf, nan, inf, nan, nan]);
    Ok(())
}

#[conformance(of = "log")]
pub fn log_is_the_natural_one(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[3], [2.0, 10.0, 0.5])?;
    let (two, ten) = (std::f64::consts::LN_2, std::f64::consts::LN_10);
    assert_near(&kernels.log(&x)?, &[two, ten, -two], 5e-7);
    Ok(())
}

/// 2^−140 is a subnormal f32.
#[conformance(of = "log", uses = "subnormal_operands")]
pub fn log_of_a_subnormal_number(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[1], [f32::from_bits(1 << 9)])?;
    assert_near(&kernels.log(&x)?, &[-140.0 * std::f64::consts::LN_2], 1e-4);
    Ok(())
}

#[conformance(of = "sqrt", dtype(F32, F64, F16, BF16))]
pub fn sqrt_of_special_values(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let x = of(&[8], dtype, &[4.0, 2.25, 0.0, -0.0, -1.0, inf, -inf, nan])?;
    let roots = kernels.sqrt(&x)?;
    assert_holds(&roots, &[8], &[2.0, 1.5, 0.0, 0.0, nan, inf, nan, nan]);
    assert_signs(&roots, &[(2, false), (3, true)]);
    Ok(())
}

/// √2^−140 is 2^−70.
#[conformance(of = "sqrt", uses = "subnormal_operands")]
pub fn sqrt_of_a_subnormal_number(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[1], [f32::from_bits(1 << 9)])?;
    assert_holds(&kernels.sqrt(&x)?, &[1], &[2_f64.powi(-70)]);
    Ok(())
}

#[conformance(of = "rsqrt", dtype(F32, F64, F16, BF16))]
pub fn rsqrt_of_special_values(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let x = of(&[8], dtype, &[4.0, 0.25, 0.0, -0.0, -1.0, inf, -inf, nan])?;
    assert_holds(&kernels.rsqrt(&x)?, &[8], &[0.5, 2.0, inf, -inf, nan, 0.0, nan, nan]);
    Ok(())
}

#[conformance(of = "round", dtype(F32, F64, F16, BF16))]
pub fn round_of_special_values(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let x = of(&[8], dtype, &[0.0, -0.0, inf, -inf, nan, 0.3125, -0.3125, 100.75])?;
    let y = kernels.round(&x)?;
    assert_holds(&y, &[8], &[0.0, 0.0, inf, -inf, nan, 0.0, 0.0, 101.0]);
    assert_signs(&y, &[(0, false), (1, true), (5, false), (6, true)]);
    Ok(())
}

#[conformance(of = "round", dtype(F32, F64, F16, BF16))]
pub fn halves_are_rounded_to_even_numbers(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[8], dtype, &[0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5, -3.5])?;
    let y = kernels.round(&x)?;
    assert_holds(&y, &[8], &[0.0, 2.0, 2.0, 4.0, 0.0, -2.0, -2.0, -4.0]);
    assert_signs(&y, &[(0, false), (4, true)]);
    Ok(())
}

#[conformance(of = "tanh", dtype(F32, F64, F16, BF16))]
pub fn tanh_of_special_values(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let x = of(&[7], dtype, &[0.0, -0.0, inf, -inf, 100.0, -100.0, nan])?;
    let y = kernels.tanh(&x)?;
    assert_holds(&y, &[7], &[0.0, 0.0, 1.0, -1.0, 1.0, -1.0, nan]);
    assert_signs(&y, &[(0, false), (1, true)]);
    Ok(())
}

/// Near 0, tanh(x) is x; a formula that subtracts exponentials loses all digits here.
#[conformance(of = "tanh")]
pub fn tanh_of_small_numbers(kernels: &dyn Kernels) -> Checked {
    let x = [1e-4_f32, -1e-6, 1e-20];
    let y = kernels.tanh(&Tensor::f32(&[3], x)?)?.to_f64();
    for (x, y) in x.iter().zip(y) {
        let expected = f64::from(*x).tanh();
        assert!((y / expected - 1.0).abs() < 1e-6, "{y:e} instead of {expected:e}");
    }
    Ok(())
}

#[conformance(of = "sigmoid", dtype(F32, F64, F16, BF16))]
pub fn sigmoid_of_special_values(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let x = of(&[7], dtype, &[0.0, -0.0, inf, -inf, 1000.0, -1000.0, nan])?;
    assert_holds(&kernels.sigmoid(&x)?, &[7], &[0.5, 0.5, 1.0, 0.0, 1.0, 0.0, nan]);
    Ok(())
}

/// The lower tail is as exact as the upper one: 1 − sigmoid(80) would be 0.
#[conformance(of = "sigmoid")]
pub fn sigmoid_of_a_large_negative_number(kernels: &dyn Kernels) -> Checked {
    let tail = kernels.sigmoid(&Tensor::f32(&[1], [-80.0])?)?.to_f64()[0];
    let expected = (-80_f64).exp();
    assert!((tail / expected - 1.0).abs() < 1e-5, "{tail:e} instead of {expected:e}");
    Ok(())
}

#[conformance(of = "exp")]
pub fn a_number_without_dimensions_is_a_tensor(kernels: &dyn Kernels) -> Checked {
    let (zero, one) = (Tensor::f32(&[], [0.0])?, Tensor::f32(&[], [1.0])?);
    assert_holds(&kernels.exp(&zero)?, &[], &[1.0]);
    assert_holds(&kernels.log(&one)?, &[], &[0.0]);
    assert_holds(&kernels.sqrt(&one)?, &[], &[1.0]);
    assert_holds(&kernels.rsqrt(&one)?, &[], &[1.0]);
    assert_holds(&kernels.round(&one)?, &[], &[1.0]);
    assert_holds(&kernels.tanh(&zero)?, &[], &[0.0]);
    assert_holds(&kernels.sigmoid(&zero)?, &[], &[0.5]);
    Ok(())
}

#[conformance(of = "exp", dtype(I32, Bool))]
pub fn what_is_no_float_is_refused(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[1], dtype, &[1.0])?;
    let refused = |error: &KernelError| matches!(error, KernelError::Dtype { .. });
    assert_refused(kernels.exp(&x), refused)?;
    assert_refused(kernels.log(&x), refused)?;
    assert_refused(kernels.sqrt(&x), refused)?;
    assert_refused(kernels.rsqrt(&x), refused)?;
    assert_refused(kernels.round(&x), refused)?;
    assert_refused(kernels.tanh(&x), refused)?;
    assert_refused(kernels.sigmoid(&x), refused)?;
    Ok(())
}
