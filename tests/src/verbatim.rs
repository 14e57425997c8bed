//! Kernels that copy elements copy their bits: NaN, infinities, both zeros and subnormal numbers.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_signs, of};

/// Six elements that a kernel that computes might change.
fn special(dtype: Dtype) -> [f64; 6] {
    let least = match dtype {
        Dtype::F64 => f64::from_bits(1),
        Dtype::F16 => 2_f64.powi(-24),
        Dtype::BF16 => 2_f64.powi(-133),
        _ => f64::from(f32::from_bits(1)),
    };
    [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, least, -least]
}

/// Asserts that these elements are the special ones, in order.
#[track_caller]
fn assert_special(copied: &Tensor, dtype: Dtype, shape: &[usize]) {
    assert_eq!(copied.dtype(), dtype);
    assert_holds(copied, shape, &special(dtype));
    assert_signs(copied, &[(3, true)]);
}

#[conformance(of = "embedding", dtype(F32, F64, F16, BF16))]
pub fn embedding(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let copied = kernels.embedding(&of(&[1, 6], dtype, &special(dtype))?, &Tensor::i32(&[1], [0])?)?;
    assert_special(&copied, dtype, &[1, 6]);
    Ok(())
}

#[conformance(of = "slice_at", uses = "dynamic_offsets", dtype(F32, F64, F16, BF16))]
pub fn slice_at(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[2, 6], dtype, &[special(dtype), special(dtype)].concat())?;
    let copied = kernels.slice_at(&x, &Tensor::i32(&[2], [1, 0])?, &[1, 6])?;
    assert_special(&copied, dtype, &[1, 6]);
    Ok(())
}

#[conformance(of = "update_at", uses = "dynamic_offsets", dtype(F32, F64, F16, BF16))]
pub fn update_at(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (x, part) = (of(&[6], dtype, &special(dtype))?, of(&[4], dtype, &special(dtype)[1..5])?);
    let copied = kernels.update_at(&x, &part, &Tensor::i32(&[1], [1])?)?;
    assert_special(&copied, dtype, &[6]);
    Ok(())
}

#[conformance(of = "take_along_axis", dtype(F32, F64, F16, BF16))]
pub fn take_along_axis(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[6], dtype, &special(dtype))?;
    let copied = kernels.take_along_axis(&x, &Tensor::i32(&[6], [0, 1, 2, 3, 4, 5])?, 0)?;
    assert_special(&copied, dtype, &[6]);
    Ok(())
}

#[conformance(of = "concatenate", dtype(F32, F64, F16, BF16))]
pub fn concatenate(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (x, y) = (of(&[2], dtype, &special(dtype)[..2])?, of(&[4], dtype, &special(dtype)[2..])?);
    assert_special(&kernels.concatenate(&[&x, &y], 0)?, dtype, &[6]);
    Ok(())
}

#[conformance(of = "transpose", dtype(F32, F64, F16, BF16))]
pub fn transpose(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[1, 6], dtype, &special(dtype))?;
    assert_special(&kernels.transpose(&x, &[1, 0])?, dtype, &[6, 1]);
    Ok(())
}

#[conformance(of = "broadcast_to", dtype(F32, F64, F16, BF16))]
pub fn broadcast_to(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[6], dtype, &special(dtype))?;
    assert_special(&kernels.broadcast_to(&x, &[1, 6])?, dtype, &[1, 6]);
    Ok(())
}

#[conformance(of = "select", dtype(F32, F64, F16, BF16))]
pub fn select(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (x, y) = (of(&[6], dtype, &special(dtype))?, of(&[6], dtype, &[1.0; 6])?);
    assert_special(&kernels.select(&Tensor::bool(&[6], [true; 6])?, &x, &y)?, dtype, &[6]);
    assert_special(&kernels.select(&Tensor::bool(&[6], [false; 6])?, &y, &x)?, dtype, &[6]);
    Ok(())
}
