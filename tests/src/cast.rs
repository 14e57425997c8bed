//! `cast`.

use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_holds_whole, assert_signs, of, positive, uniform};

#[backend_matrix(
    of = "cast",
    from(F32, F64, F16, BF16, I64, I32, I8, U8, Bool),
    to(F32, F64, F16, BF16, I64, I32, I8, U8, Bool),
    tolerance(
        rtol = 0.0,
        atol = 0.0,
        reason = "a number is rounded once, to the nearest or towards zero: no other is right"
    )
)]
pub fn between_types(kernels: &dyn Kernels, from: Dtype, to: Dtype) -> Checked<Tensor> {
    // A zero now and then, or everything would be true.
    let whole = !from.is_float();
    let values = match (from, to) {
        (Dtype::I8, _) => uniform(131, &[3, 129], from, 128.0)?,
        (Dtype::U8, _) => positive(131, &[3, 129], from, 256.0)?,
        // What does not fit is specified of whole numbers only.
        (_, Dtype::I8) if !whole => uniform(131, &[3, 129], from, 126.0)?,
        (_, Dtype::U8) if !whole => positive(131, &[3, 129], from, 254.0)?,
        _ => uniform(131, &[3, 129], from, 3000.0)?,
    };
    let values = values.to_f64();
    // To halves from few digits: what is just beside a tie, and may be taken for it on the way, is a check of its own.
    let halves = matches!(to, Dtype::F16 | Dtype::BF16);
    let rounded = |value: f64| if halves { (value * 128.0).round() / 128.0 } else { value };
    let values = values.into_iter().map(rounded);
    let values: Vec<_> = values.enumerate().map(|(at, value)| if at % 4 == 1 { 0.0 } else { value }).collect();
    kernels.cast(&of(&[3, 129], from, &values)?, to)
}

#[backend_matrix(of = "cast", length(0 uses("empty_tensors"), 1, 17, 31, 33, 127, 128, 129, 1023))]
pub fn to_halves(kernels: &dyn Kernels, length: usize) -> Checked<Tensor> {
    kernels.cast(&uniform(132, &[length], Dtype::F32, 1.0)?, Dtype::F16)
}

/// A tie of f16 is 2^−11 above 1, and one of bf16 2^−8; between two numbers of the type, the even one is 1.
#[conformance(of = "cast", dtype(F16, BF16))]
pub fn ties_go_to_even(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let half = match dtype {
        Dtype::F16 => 2_f64.powi(-11),
        _ => 2_f64.powi(-8),
    };
    let x = of(&[4], Dtype::F32, &[1.0 + half, 1.0 + 3.0 * half, 1.0 + half * 1.01, -1.0 - half])?;
    assert_holds(&kernels.cast(&x, dtype)?, &[4], &[1.0, 1.0 + 4.0 * half, 1.0 + 2.0 * half, -1.0]);
    Ok(())
}

#[conformance(of = "cast", dtype(F16, BF16, F32, F64))]
pub fn special_values_stay_special(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let there = kernels.cast(&of(&[5], Dtype::F32, &[inf, -inf, nan, 0.0, -0.0])?, dtype)?;
    assert_eq!(there.dtype(), dtype);
    let back = kernels.cast(&there, Dtype::F32)?;
    assert_eq!(back.dtype(), Dtype::F32);
    assert_holds(&back, &[5], &[inf, -inf, nan, 0.0, 0.0]);
    assert_signs(&back, &[(3, false), (4, true)]);
    Ok(())
}

/// 1 + 2^−24 is a tie of f32; what is above it is rounded up.
#[conformance(of = "cast", uses = "float64")]
pub fn wide_floats_are_rounded_to_even(kernels: &dyn Kernels) -> Checked {
    let (half, unit) = (2_f64.powi(-24), 2_f64.powi(-23));
    let x = Tensor::f64(&[4], [1.0 + half, 1.0 + 3.0 * half, 1.0 + half * 1.01, 1e300])?;
    assert_holds(&kernels.cast(&x, Dtype::F32)?, &[4], &[1.0, 1.0 + 2.0 * unit, 1.0 + unit, f64::INFINITY]);
    let (there, back) = (kernels.cast(&Tensor::i32(&[1], [i32::MAX])?, Dtype::F64)?, f64::from(i32::MAX));
    assert_holds(&there, &[1], &[back]);
    assert_holds(&kernels.cast(&there, Dtype::I32)?, &[1], &[back]);
    Ok(())
}

/// Just above a tie of the type; rounding that to f32 first makes it the tie.
#[conformance(of = "cast", uses = "float64", dtype(F16, BF16))]
pub fn wide_floats_are_rounded_to_halves_once(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let half = match dtype {
        Dtype::F16 => 2_f64.powi(-11),
        _ => 2_f64.powi(-8),
    };
    let x = Tensor::f64(&[1], [1.0 + half + 2_f64.powi(-40)])?;
    assert_holds(&kernels.cast(&x, dtype)?, &[1], &[1.0 + 2.0 * half]);
    Ok(())
}

/// The largest f16 is 65504; from the middle to 65536 on, the nearest is infinite.
#[conformance(of = "cast")]
pub fn what_is_too_large_is_infinite(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[4], [65519.0, 65520.0, -1e30, f32::MAX])?;
    let inf = f64::INFINITY;
    assert_holds(&kernels.cast(&x, Dtype::F16)?, &[4], &[65504.0, inf, -inf, inf]);
    assert_holds(&kernels.cast(&Tensor::f32(&[1], [f32::MAX])?, Dtype::BF16)?, &[1], &[inf]);
    let whole = Tensor::i32(&[2], [65519, i32::MIN])?;
    assert_holds(&kernels.cast(&whole, Dtype::F16)?, &[2], &[65504.0, -inf]);
    Ok(())
}

/// 2^−24 is the smallest f16; half of it is a tie that goes to 0.
#[conformance(of = "cast", uses = "subnormals")]
pub fn subnormal_numbers_are_rounded_too(kernels: &dyn Kernels) -> Checked {
    let least = 2_f32.powi(-24);
    let x = Tensor::f32(&[4], [least, least / 2.0, least * 0.51, least * 2.5])?;
    let least = f64::from(least);
    assert_holds(&kernels.cast(&x, Dtype::F16)?, &[4], &[least, 0.0, least, 2.0 * least]);
    let least = of(&[1], Dtype::F16, &[least])?;
    assert_holds(&kernels.cast(&least, Dtype::F32)?, &[1], &[2_f64.powi(-24)]);
    Ok(())
}

#[conformance(of = "cast", dtype(F32, F64, F16, BF16), to(I64, I32, I8, U8))]
pub fn floats_are_rounded_towards_zero(kernels: &dyn Kernels, dtype: Dtype, to: Dtype) -> Checked {
    let sign = if to == Dtype::U8 { 1.0 } else { -1.0 };
    let x = of(&[6], dtype, &[1.5, sign * 1.5, 0.75, -0.75, 2.0, sign * 100.5])?;
    assert_holds(&kernels.cast(&x, to)?, &[6], &[1.0, sign, 0.0, 0.0, 2.0, sign * 100.0]);
    Ok(())
}

/// A cast to fewer bits keeps the low ones, whatever was in front of them.
#[conformance(of = "cast")]
pub fn integers_wrap(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::from_i64(&[5], Dtype::I64, &[(1 << 32) + 5, -(1 << 40) - 1, i64::MIN, i64::MAX, 200])?;
    assert_holds_whole(&kernels.cast(&x, Dtype::I32)?, &[5], &[5, -1, 0, -1, 200]);
    assert_holds_whole(&kernels.cast(&x, Dtype::U8)?, &[5], &[5, 255, 0, 255, 200]);
    let x = Tensor::i32(&[4], [-1, 255, 256, i32::MIN])?;
    assert_holds_whole(&kernels.cast(&x, Dtype::U8)?, &[4], &[255, 255, 0, 0]);
    assert_holds_whole(&kernels.cast(&x, Dtype::I64)?, &[4], &[-1, 255, 256, i32::MIN.into()]);
    Ok(())
}

#[conformance(of = "cast", uses = "int8")]
pub fn a_byte_has_a_sign_or_has_none(kernels: &dyn Kernels) -> Checked {
    let bytes = Tensor::from_i64(&[4], Dtype::U8, &[0, 127, 128, 255])?;
    let signed = kernels.cast(&bytes, Dtype::I8)?;
    assert_holds_whole(&signed, &[4], &[0, 127, -128, -1]);
    assert_holds_whole(&kernels.cast(&signed, Dtype::I64)?, &[4], &[0, 127, -128, -1]);
    assert_holds_whole(&kernels.cast(&signed, Dtype::U8)?, &[4], &[0, 127, 128, 255]);
    assert_holds_whole(&kernels.cast(&bytes, Dtype::I32)?, &[4], &[0, 127, 128, 255]);
    Ok(())
}

/// 32 bits of zeros are no zero.
#[conformance(of = "cast")]
pub fn wide_integers_are_true_by_all_bits(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::from_i64(&[4], Dtype::I64, &[1 << 32, i64::MIN, 0, -1])?;
    assert_holds_whole(&kernels.cast(&x, Dtype::Bool)?, &[4], &[1, 1, 0, 1]);
    Ok(())
}

#[conformance(of = "cast")]
pub fn large_integers_are_rounded_to_even(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::i32(&[4], [(1 << 24) + 1, (1 << 24) + 3, i32::MAX, i32::MIN])?;
    let two = 2_f64;
    let expected = [two.powi(24), two.powi(24) + 4.0, two.powi(31), -two.powi(31)];
    assert_holds(&kernels.cast(&x, Dtype::F32)?, &[4], &expected);
    Ok(())
}

/// 2^60 + 2^36 is a tie of f32. One more is above it; a 64-bit float does not hold it, and makes it the tie.
#[conformance(of = "cast")]
pub fn wide_integers_are_rounded_once(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::from_i64(&[2], Dtype::I64, &[(1 << 60) + (1 << 36) + 1, -(1 << 60) - (1 << 36)])?;
    let (power, unit) = (2_f64.powi(60), 2_f64.powi(37));
    assert_holds(&kernels.cast(&x, Dtype::F32)?, &[2], &[power + unit, -power]);
    Ok(())
}

/// 2^62 + 2^54 is a tie of bf16. One more is above it, also where it is rounded to 64 bits or to 32 first.
#[conformance(of = "cast")]
pub fn wide_integers_are_rounded_to_halves_once(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::from_i64(&[1], Dtype::I64, &[(1 << 62) + (1 << 54) + 1])?;
    assert_holds(&kernels.cast(&x, Dtype::BF16)?, &[1], &[2_f64.powi(62) + 2_f64.powi(55)]);
    Ok(())
}

/// 2^30 + 2^22 is a tie of bf16. One more is above it; rounding that to f32 first makes it the tie.
#[conformance(of = "cast")]
pub fn large_integers_are_rounded_once(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::i32(&[1], [(1 << 30) + (1 << 22) + 1])?;
    assert_holds(&kernels.cast(&x, Dtype::BF16)?, &[1], &[2_f64.powi(30) + 2_f64.powi(23)]);
    Ok(())
}

#[conformance(of = "cast", dtype(F32, F64, F16, BF16))]
pub fn what_is_not_zero_is_true(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[6], dtype, &[0.0, -0.0, 0.25, -1.0, f64::INFINITY, f64::NAN])?;
    assert_holds(&kernels.cast(&x, Dtype::Bool)?, &[6], &[0.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
    Ok(())
}

#[conformance(of = "cast", dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn true_is_one(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let one = kernels.cast(&Tensor::bool(&[2], [true, false])?, dtype)?;
    assert_eq!(one.dtype(), dtype);
    assert_holds(&one, &[2], &[1.0, 0.0]);
    let expected = match dtype {
        Dtype::Bool => 1.0,
        Dtype::U8 => 253.0,
        _ => -3.0,
    };
    assert_holds(&kernels.cast(&Tensor::i32(&[], [-3])?, dtype)?, &[], &[expected]);
    Ok(())
}
