//! `add` and `mul`.

use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_refused, of, uniform, unit};

#[backend_matrix(of = "add", dtype(F32, F16, BF16, I32), length(1, 17, 127, 129, 1023))]
fn sums(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Tensor> {
    let limit = 1000.0;
    kernels.add(&crate::data::uniform(1, &[length], dtype, limit)?, &crate::data::uniform(2, &[length], dtype, limit)?)
}

#[backend_matrix(of = "mul", dtype(F32, F16, BF16, I32))]
fn products(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Tensor> {
    let limit = 100.0;
    kernels.mul(&crate::data::uniform(3, &[33, 7], dtype, limit)?, &crate::data::uniform(4, &[33, 7], dtype, limit)?)
}

#[backend_matrix(of = "mul", dtype(F32, BF16))]
fn operands_are_broadcast_to_each_other(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Tensor> {
    kernels.mul(&unit(5, &[4, 1, 5], dtype)?, &unit(6, &[3, 1], dtype)?)
}

#[backend_matrix(of = "add", dtype(F32, I32))]
fn rows_and_columns_are_broadcast(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Tensor> {
    kernels.add(&uniform(7, &[4, 1, 5], dtype, 100.0)?, &uniform(8, &[3, 1], dtype, 100.0)?)
}

#[conformance(of = "add")]
fn a_scalar_is_broadcast(kernels: &dyn Kernels) -> Checked {
    let sum = kernels.add(&Tensor::f32(&[3], [1.0, 2.0, 3.0])?, &Tensor::f32(&[], [10.0])?)?;
    assert_holds(&sum, &[3], &[11.0, 12.0, 13.0]);
    Ok(())
}

#[conformance(of = "add")]
fn integers_wrap(kernels: &dyn Kernels) -> Checked {
    let sum = kernels.add(&Tensor::i32(&[2], [i32::MAX, i32::MIN])?, &Tensor::i32(&[2], [1, -1])?)?;
    assert_holds(&sum, &[2], &[f64::from(i32::MIN), f64::from(i32::MAX)]);
    let product = kernels.mul(&Tensor::i32(&[1], [0x4000_0001])?, &Tensor::i32(&[1], [4])?)?;
    assert_holds(&product, &[1], &[4.0]);
    Ok(())
}

#[conformance(of = "add", dtype(F32, F16, BF16))]
fn special_values_follow_ieee_754(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
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

#[conformance(of = "mul", dtype(F32, F16, BF16))]
fn zero_by_infinity_is_nan(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let (a, b) = (of(&[4], dtype, &[0.0, -inf, -0.0, nan])?, of(&[4], dtype, &[inf, 0.0, -1.0, 0.0])?);
    assert_holds(&kernels.mul(&a, &b)?, &[4], &[nan, nan, 0.0, nan]);
    Ok(())
}

#[conformance(of = "mul")]
fn the_sign_of_zero_is_kept(kernels: &dyn Kernels) -> Checked {
    let product = kernels.mul(&Tensor::f32(&[2], [-0.0, 0.0])?, &Tensor::f32(&[2], [1.0, 1.0])?)?;
    let signs: Vec<_> = product.to_f64().iter().map(|value| value.is_sign_negative()).collect();
    assert_eq!(signs, [true, false]);
    Ok(())
}

#[conformance(of = "add", uses = "subnormals")]
fn subnormal_sums_are_not_flushed(kernels: &dyn Kernels) -> Checked {
    let tiny = f32::from_bits(3);
    let sum = kernels.add(&Tensor::f32(&[2], [tiny, -tiny])?, &Tensor::f32(&[2], [tiny, 0.0])?)?;
    assert_holds(&sum, &[2], &[f64::from(f32::from_bits(6)), f64::from(-tiny)]);
    Ok(())
}

#[conformance(of = "add", uses = "empty_tensors")]
fn nothing_and_nothing_is_nothing(kernels: &dyn Kernels) -> Checked {
    let empty = Tensor::f32(&[0, 3], [])?;
    assert_holds(&kernels.add(&empty, &Tensor::f32(&[3], [1.0; 3])?)?, &[0, 3], &[]);
    assert_holds(&kernels.mul(&empty, &empty)?, &[0, 3], &[]);
    Ok(())
}

#[conformance(of = "add")]
fn operands_that_do_not_fit_are_refused(kernels: &dyn Kernels) -> Checked {
    let (two, three) = (Tensor::f32(&[2], [1.0; 2])?, Tensor::f32(&[3], [1.0; 3])?);
    assert_refused(kernels.add(&two, &three), |error| matches!(error, KernelError::Shape { .. }))?;
    let whole = Tensor::i32(&[2], [1; 2])?;
    assert_refused(kernels.mul(&two, &whole), |error| matches!(error, KernelError::Dtype { .. }))?;
    Ok(())
}
