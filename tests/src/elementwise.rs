//! `add`, `sub`, `mul`, `div`, `maximum`, `minimum` and `neg`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_refused, assert_signs, of, uniform, unit};

#[backend_matrix(
    of = "add",
    dtype(
        F32,
        F64 tolerance(rtol = 1e-15, atol = 0.0, reason = "one rounding, by 2^-53 at most"),
        F16 tolerance(rtol = 0.0, atol = 0.0, reason = "one rounding, to the nearest"),
        BF16 tolerance(rtol = 0.0, atol = 0.0, reason = "one rounding, to the nearest"),
        I32
    ),
    length(1, 17, 127, 129, 1023)
)]
pub fn sums(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    // Three rows: in one of one element, the smaller one may be lost to rounding.
    let limit = 1000.0;
    Computed::of([uniform(1, &[3, length], dtype, limit)?, uniform(2, &[3, length], dtype, limit)?], |[a, b]| {
        kernels.add(a, b)
    })
}

#[backend_matrix(
    of = "mul",
    dtype(
        F32,
        F64 tolerance(rtol = 1e-15, atol = 0.0, reason = "one rounding, by 2^-53 at most"),
        F16 tolerance(rtol = 0.0, atol = 0.0, reason = "one rounding, to the nearest"),
        BF16 tolerance(rtol = 0.0, atol = 0.0, reason = "one rounding, to the nearest"),
        I32
    )
)]
pub fn products(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Computed<Tensor>> {
    let limit = 100.0;
    Computed::of([uniform(3, &[33, 7], dtype, limit)?, uniform(4, &[33, 7], dtype, limit)?], |[a, b]| kernels.mul(a, b))
}

#[backend_matrix(
    of = "sub",
    dtype(
        F32,
        F64 tolerance(rtol = 1e-15, atol = 0.0, reason = "one rounding, by 2^-53 at most"),
        F16 tolerance(rtol = 0.0, atol = 0.0, reason = "one rounding, to the nearest"),
        BF16 tolerance(rtol = 0.0, atol = 0.0, reason = "one rounding, to the nearest"),
        I32
    ),
    length(0 uses("empty_tensors"), 1, 17, 31, 33, 127, 128, 129, 1023)
)]
pub fn differences(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(7, &[3, length], dtype, 1000.0)?, uniform(8, &[3, length], dtype, 1000.0)?], |[a, b]| {
        kernels.sub(a, b)
    })
}

#[backend_matrix(
    of = "div",
    dtype(
        F32,
        F64 tolerance(rtol = 1e-15, atol = 0.0, reason = "one rounding, by 2^-53 at most"),
        F16 tolerance(rtol = 0.0, atol = 0.0, reason = "one rounding, to the nearest"),
        BF16 tolerance(rtol = 0.0, atol = 0.0, reason = "one rounding, to the nearest")
    ),
    length(0 uses("empty_tensors"), 17, 129, 1023)
)]
pub fn quotients(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(9, &[length], dtype, 100.0)?, uniform(10, &[length], dtype, 10.0)?], |[a, b]| {
        kernels.div(a, b)
    })
}

/// Whole numbers by whole numbers that are not 0.
#[backend_matrix(of = "div", length(0 uses("empty_tensors"), 17, 129, 1023))]
pub fn whole_quotients(kernels: &dyn Kernels, length: usize) -> Checked<Computed<Tensor>> {
    let divisors = uniform(169, &[length], Dtype::I32, 10.0)?;
    let divisors: Vec<_> = divisors.to_f64().iter().map(|y| if *y == 0.0 { 7.0 } else { *y }).collect();
    Computed::of([uniform(168, &[length], Dtype::I32, 1000.0)?, of(&[length], Dtype::I32, &divisors)?], |[a, b]| {
        kernels.div(a, b)
    })
}

#[backend_matrix(
    of = "maximum",
    dtype(F32, F64, F16, BF16, I32),
    length(0 uses("empty_tensors"), 17, 129, 1023),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied")
)]
pub fn larger_ones(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(161, &[length], dtype, 100.0)?, uniform(162, &[length], dtype, 100.0)?], |[a, b]| {
        kernels.maximum(a, b)
    })
}

#[backend_matrix(
    of = "minimum",
    dtype(F32, F64, F16, BF16, I32),
    length(0 uses("empty_tensors"), 17, 129, 1023),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied")
)]
pub fn smaller_ones(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(163, &[length], dtype, 100.0)?, uniform(164, &[length], dtype, 100.0)?], |[a, b]| {
        kernels.minimum(a, b)
    })
}

#[backend_matrix(
    of = "neg",
    dtype(F32, F64, F16, BF16, I32),
    length(0 uses("empty_tensors"), 17, 129, 1023),
    tolerance(rtol = 0.0, atol = 0.0, reason = "nothing is rounded")
)]
pub fn negatives(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(165, &[length], dtype, 100.0)?], |[x]| kernels.neg(x))
}

#[backend_matrix(
    of = "sub",
    dtype(
        F32,
        F64 tolerance(rtol = 1e-15, atol = 0.0, reason = "one rounding, by 2^-53 at most"),
        BF16 tolerance(rtol = 0.0, atol = 0.0, reason = "each step is one rounding, to the nearest")
    )
)]
pub fn all_of_them_are_broadcast(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Tensor> {
    let (a, b) = (unit(166, &[4, 1, 5], dtype)?, unit(167, &[3, 1], dtype)?);
    let quotient = kernels.div(&a, &b)?;
    kernels.maximum(&kernels.sub(&a, &b)?, &kernels.minimum(&quotient, &b)?)
}

#[backend_matrix(
    of = "mul",
    dtype(
        F32,
        F64 tolerance(rtol = 1e-15, atol = 0.0, reason = "one rounding, by 2^-53 at most"),
        BF16 tolerance(rtol = 0.0, atol = 0.0, reason = "one rounding, to the nearest")
    )
)]
pub fn operands_are_broadcast_to_each_other(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Computed<Tensor>> {
    Computed::of([unit(5, &[4, 1, 5], dtype)?, unit(6, &[3, 1], dtype)?], |[a, b]| kernels.mul(a, b))
}

#[backend_matrix(
    of = "add",
    dtype(F32, F64 tolerance(rtol = 1e-15, atol = 0.0, reason = "one rounding, by 2^-53 at most"), I32)
)]
pub fn rows_and_columns_are_broadcast(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(7, &[4, 1, 5], dtype, 100.0)?, uniform(8, &[3, 1], dtype, 100.0)?], |[a, b]| {
        kernels.add(a, b)
    })
}

#[conformance(of = "add")]
pub fn a_scalar_is_broadcast(kernels: &dyn Kernels) -> Checked {
    let sum = kernels.add(&Tensor::f32(&[3], [1.0, 2.0, 3.0])?, &Tensor::f32(&[], [10.0])?)?;
    assert_holds(&sum, &[3], &[11.0, 12.0, 13.0]);
    Ok(())
}

#[conformance(of = "add")]
pub fn integers_wrap(kernels: &dyn Kernels) -> Checked {
    let sum = kernels.add(&Tensor::i32(&[2], [i32::MAX, i32::MIN])?, &Tensor::i32(&[2], [1, -1])?)?;
    assert_holds(&sum, &[2], &[f64::from(i32::MIN), f64::from(i32::MAX)]);
    let product = kernels.mul(&Tensor::i32(&[1], [0x4000_0001])?, &Tensor::i32(&[1], [4])?)?;
    assert_holds(&product, &[1], &[4.0]);
    Ok(())
}

#[conformance(of = "sub")]
pub fn differences_of_integers_wrap(kernels: &dyn Kernels) -> Checked {
    let least = f64::from(i32::MIN);
    let difference = kernels.sub(&Tensor::i32(&[2], [i32::MIN, i32::MAX])?, &Tensor::i32(&[2], [1, -1])?)?;
    assert_holds(&difference, &[2], &[f64::from(i32::MAX), least]);
    assert_holds(&kernels.neg(&Tensor::i32(&[2], [i32::MIN, i32::MAX])?)?, &[2], &[least, least + 1.0]);
    Ok(())
}

/// A 32-bit float does not tell 2^24 and its successor apart.
#[conformance(of = "maximum")]
pub fn integers_are_not_compared_as_floats(kernels: &dyn Kernels) -> Checked {
    let (a, b) = (Tensor::i32(&[], [1 << 24])?, Tensor::i32(&[], [(1 << 24) + 1])?);
    assert_holds(&kernels.maximum(&a, &b)?, &[], &[f64::from((1 << 24) + 1)]);
    assert_holds(&kernels.minimum(&b, &a)?, &[], &[f64::from(1 << 24)]);
    Ok(())
}

#[conformance(of = "sub", dtype(F32, F64, F16, BF16))]
pub fn the_second_is_taken_from_the_first(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let (a, b) = (of(&[4], dtype, &[5.0, inf, inf, nan])?, of(&[4], dtype, &[3.0, inf, -inf, 1.0])?);
    assert_holds(&kernels.sub(&a, &b)?, &[4], &[2.0, nan, inf, nan]);
    Ok(())
}

#[conformance(of = "div", dtype(F32, F64, F16, BF16))]
pub fn the_first_is_divided_by_the_second(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let a = of(&[7], dtype, &[6.0, 1.0, 1.0, -1.0, 0.0, nan, 1.0])?;
    let b = of(&[7], dtype, &[4.0, 0.0, -0.0, 0.0, 0.0, 0.0, inf])?;
    assert_holds(&kernels.div(&a, &b)?, &[7], &[1.5, inf, -inf, -inf, nan, nan, 0.0]);
    Ok(())
}

#[conformance(of = "div")]
pub fn quotients_of_integers_are_cut_off(kernels: &dyn Kernels) -> Checked {
    let least = f64::from(i32::MIN);
    let a = Tensor::i32(&[8], [7, -7, 7, -7, 1, -1, i32::MIN, i32::MIN])?;
    let b = Tensor::i32(&[8], [2, 2, -2, -2, 2, 2, -1, 1])?;
    assert_holds(&kernels.div(&a, &b)?, &[8], &[3.0, -3.0, -3.0, 3.0, 0.0, 0.0, least, least]);
    Ok(())
}

#[conformance(of = "maximum", uses = "nan_extremes", dtype(F32, F64, F16, BF16))]
pub fn nan_is_the_larger_of_two(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let (a, b) = pairs_with_nan(dtype)?;
    assert_holds(&kernels.maximum(&a, &b)?, &[7], &[2.0, 4.0, nan, nan, nan, inf, 1.0]);
    Ok(())
}

#[conformance(of = "minimum", uses = "nan_extremes", dtype(F32, F64, F16, BF16))]
pub fn nan_is_the_smaller_of_two(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let (a, b) = pairs_with_nan(dtype)?;
    assert_holds(&kernels.minimum(&a, &b)?, &[7], &[1.0, 3.0, nan, nan, nan, 1.0, -inf]);
    Ok(())
}

fn pairs_with_nan(dtype: Dtype) -> Checked<(Tensor, Tensor)> {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let a = of(&[7], dtype, &[1.0, 4.0, nan, 1.0, nan, inf, -inf])?;
    let b = of(&[7], dtype, &[2.0, 3.0, 1.0, nan, nan, 1.0, 1.0])?;
    Ok((a, b))
}

#[conformance(of = "neg", dtype(F32, F64, F16, BF16))]
pub fn the_sign_is_turned(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let turned = kernels.neg(&of(&[6], dtype, &[1.0, -2.0, 0.0, -0.0, inf, nan])?)?;
    assert_holds(&turned, &[6], &[-1.0, 2.0, 0.0, 0.0, -inf, nan]);
    assert_signs(&turned, &[(2, true), (3, false)]);
    assert_holds(&kernels.neg(&of(&[], dtype, &[1.0])?)?, &[], &[-1.0]);
    Ok(())
}

#[conformance(of = "add", dtype(F32, F64, F16, BF16))]
pub fn special_values_follow_ieee_754(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let a = of(&[5], dtype, &[inf, inf, nan, -inf, 1.0])?;
    let b = of(&[5], dtype, &[1.0, -inf, 1.0, -1.0, inf])?;
    assert_holds(&kernels.add(&a, &b)?, &[5], &[inf, nan, nan, -inf, inf]);
    assert_holds(
        &kernels.mul(&a, &of(&[5], dtype, &[0.0, -1.0, 0.0, -1.0, -inf])?)?,
        &[5],
        &[nan, -inf, nan, inf, -inf],
    );
    Ok(())
}

#[conformance(of = "mul", dtype(F32, F64, F16, BF16))]
pub fn zero_by_infinity_is_nan(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let (a, b) = (of(&[4], dtype, &[0.0, -inf, -0.0, nan])?, of(&[4], dtype, &[inf, 0.0, -1.0, 0.0])?);
    assert_holds(&kernels.mul(&a, &b)?, &[4], &[nan, nan, 0.0, nan]);
    Ok(())
}

#[conformance(of = "mul")]
pub fn the_sign_of_zero_is_kept(kernels: &dyn Kernels) -> Checked {
    let product = kernels.mul(&Tensor::f32(&[2], [-0.0, 0.0])?, &Tensor::f32(&[2], [1.0, 1.0])?)?;
    assert_signs(&product, &[(0, true), (1, false)]);
    Ok(())
}

#[conformance(of = "add", uses = "subnormals")]
pub fn subnormal_sums_are_not_flushed(kernels: &dyn Kernels) -> Checked {
    let tiny = f32::from_bits(3);
    let sum = kernels.add(&Tensor::f32(&[2], [tiny, -tiny])?, &Tensor::f32(&[2], [tiny, 0.0])?)?;
    assert_holds(&sum, &[2], &[f64::from(f32::from_bits(6)), f64::from(-tiny)]);
    Ok(())
}

#[conformance(of = "add", uses = "empty_tensors")]
pub fn nothing_and_nothing_is_nothing(kernels: &dyn Kernels) -> Checked {
    let empty = Tensor::f32(&[0, 3], [])?;
    assert_holds(&kernels.add(&empty, &Tensor::f32(&[3], [1.0; 3])?)?, &[0, 3], &[]);
    assert_holds(&kernels.mul(&empty, &empty)?, &[0, 3], &[]);
    Ok(())
}

#[conformance(of = "add")]
pub fn operands_that_do_not_fit_are_refused(kernels: &dyn Kernels) -> Checked {
    let (two, three) = (Tensor::f32(&[2], [1.0; 2])?, Tensor::f32(&[3], [1.0; 3])?);
    assert_refused(kernels.add(&two, &three), |error| matches!(error, KernelError::Shape { .. }))?;
    let whole = Tensor::i32(&[2], [1; 2])?;
    assert_refused(kernels.mul(&two, &whole), |error| matches!(error, KernelError::Dtype { .. }))?;
    Ok(())
}

#[conformance(of = "sub")]
pub fn operands_of_each_that_do_not_fit_are_refused(kernels: &dyn Kernels) -> Checked {
    let shape = |error: &KernelError| matches!(error, KernelError::Shape { .. });
    let (two, three) = (Tensor::f32(&[2], [1.0; 2])?, Tensor::f32(&[3], [1.0; 3])?);
    assert_refused(kernels.sub(&two, &three), shape)?;
    assert_refused(kernels.div(&two, &three), shape)?;
    assert_refused(kernels.maximum(&two, &three), shape)?;
    assert_refused(kernels.minimum(&two, &three), shape)?;
    let dtype = |error: &KernelError| matches!(error, KernelError::Dtype { .. });
    let whole = Tensor::i32(&[2], [1; 2])?;
    assert_refused(kernels.sub(&two, &whole), dtype)?;
    assert_refused(kernels.div(&two, &whole), dtype)?;
    assert_refused(kernels.maximum(&two, &whole), dtype)?;
    assert_refused(kernels.minimum(&two, &whole), dtype)?;
    Ok(())
}

#[conformance(of = "add")]
pub fn truth_values_are_no_numbers(kernels: &dyn Kernels) -> Checked {
    let dtype = |error: &KernelError| matches!(error, KernelError::Dtype { .. });
    let truth = Tensor::bool(&[1], [true])?;
    assert_refused(kernels.add(&truth, &truth), dtype)?;
    assert_refused(kernels.sub(&truth, &truth), dtype)?;
    assert_refused(kernels.mul(&truth, &truth), dtype)?;
    assert_refused(kernels.div(&truth, &truth), dtype)?;
    assert_refused(kernels.maximum(&truth, &truth), dtype)?;
    assert_refused(kernels.minimum(&truth, &truth), dtype)?;
    assert_refused(kernels.neg(&truth), dtype)?;
    Ok(())
}
