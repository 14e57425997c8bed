//! What a kernel must read again in each call, and operands that fit in two ways.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Logits, Mask, Quantization, Quantized, Rope, RopeLayout, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_near, of};
use crate::sweep::call::{Call, Reduced};
use crate::sweep::function::{Lane, reductions};
use crate::sweep::specimen::Specimen;

/// Asserts that of a square and a row the row is repeated, not turned into a column; and which operand is which.
#[track_caller]
fn assert_row_is_repeated(made: [Tensor; 2], expected: [[f64; 4]; 2]) {
    for (made, expected) in made.iter().zip(expected) {
        assert_holds(made, &[2, 2], &expected);
    }
}

fn square_and_row() -> Checked<[Tensor; 2]> {
    Ok([of(&[2, 2], Dtype::F32, &[1.0, 2.0, 3.0, 4.0])?, of(&[2], Dtype::F32, &[8.0, 16.0])?])
}

#[conformance(of = "add")]
pub fn a_square_and_a_row_are_added(kernels: &dyn Kernels) -> Checked {
    let [x, row] = square_and_row()?;
    let sum = [9.0, 18.0, 11.0, 20.0];
    assert_row_is_repeated([kernels.add(&x, &row)?, kernels.add(&row, &x)?], [sum, sum]);
    Ok(())
}

#[conformance(of = "sub")]
pub fn a_row_is_subtracted_from_a_square(kernels: &dyn Kernels) -> Checked {
    let [x, row] = square_and_row()?;
    let difference = [-7.0, -14.0, -5.0, -12.0];
    assert_row_is_repeated([kernels.sub(&x, &row)?, kernels.sub(&row, &x)?], [difference, difference.map(|x| -x)]);
    Ok(())
}

#[conformance(of = "mul")]
pub fn a_square_and_a_row_are_multiplied(kernels: &dyn Kernels) -> Checked {
    let [x, row] = square_and_row()?;
    let product = [8.0, 32.0, 24.0, 64.0];
    assert_row_is_repeated([kernels.mul(&x, &row)?, kernels.mul(&row, &x)?], [product, product]);
    Ok(())
}

#[conformance(of = "div")]
pub fn a_square_is_divided_by_a_row(kernels: &dyn Kernels) -> Checked {
    let [x, row] = square_and_row()?;
    let quotient = [0.125, 0.125, 0.375, 0.25];
    assert_holds(&kernels.div(&x, &row)?, &[2, 2], &quotient);
    assert_near(&kernels.div(&row, &x)?, &quotient.map(|x| 1.0 / x), 1e-6);
    Ok(())
}

/// The reciprocal of what is subnormal is infinite.
#[conformance(of = "div", uses = "subnormal_operands")]
pub fn subnormal_numbers_are_divided(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[2], [f32::from_bits(6), f32::from_bits(1 << 9)])?;
    let y = Tensor::f32(&[2], [f32::from_bits(3), f32::from_bits(1 << 9)])?;
    assert_holds(&kernels.div(&x, &y)?, &[2], &[2.0, 1.0]);
    Ok(())
}

/// A 32-bit float does not tell 2^24 and its successor apart.
#[conformance(of = "add")]
pub fn integers_are_not_added_as_floats(kernels: &dyn Kernels) -> Checked {
    let sum = kernels.add(&Tensor::i32(&[1], [1 << 24])?, &Tensor::i32(&[1], [1])?)?;
    assert_holds(&sum, &[1], &[f64::from((1 << 24) + 1)]);
    Ok(())
}

#[conformance(of = "rms_norm", eps(0.0, 5.0))]
pub fn rms_norm_adds_the_eps_that_it_is_given(kernels: &dyn Kernels, eps: f32) -> Checked {
    let (x, ones) = (Tensor::f32(&[2], [2.0, -2.0])?, Tensor::f32(&[2], [1.0; 2])?);
    for eps in [eps, 12.0] {
        let expected = 2.0 / (4.0 + f64::from(eps)).sqrt();
        assert_near(&kernels.rms_norm(&x, &ones, eps)?, &[expected, -expected], 1e-6);
    }
    Ok(())
}

#[conformance(of = "layer_norm", eps(0.0, 5.0))]
pub fn layer_norm_adds_the_eps_that_it_is_given(kernels: &dyn Kernels, eps: f32) -> Checked {
    let (x, ones) = (Tensor::f32(&[2], [3.0, -1.0])?, Tensor::f32(&[2], [1.0; 2])?);
    for eps in [eps, 12.0] {
        let expected = 2.0 / (4.0 + f64::from(eps)).sqrt();
        assert_near(&kernels.layer_norm(&x, &ones, &ones, eps)?, &[1.0 + expected, 1.0 - expected], 1e-6);
    }
    Ok(())
}

#[conformance(of = "rms_norm")]
pub fn nan_reaches_its_row_of_rms_norm_only(kernels: &dyn Kernels) -> Checked {
    let (x, ones) = (Tensor::f32(&[2, 2], [f32::NAN, 1.0, 1.0, -1.0])?, Tensor::f32(&[2], [1.0; 2])?);
    assert_holds(&kernels.rms_norm(&x, &ones, 0.0)?, &[2, 2], &[f64::NAN, f64::NAN, 1.0, -1.0]);
    Ok(())
}

#[conformance(of = "layer_norm")]
pub fn nan_reaches_its_row_of_layer_norm_only(kernels: &dyn Kernels) -> Checked {
    let (x, ones) = (Tensor::f32(&[2, 2], [f32::NAN, 1.0, 1.0, -1.0])?, Tensor::f32(&[2], [1.0; 2])?);
    assert_holds(&kernels.layer_norm(&x, &ones, &ones, 0.0)?, &[2, 2], &[f64::NAN, f64::NAN, 2.0, 0.0]);
    Ok(())
}

#[conformance(of = "mul")]
pub fn products_of_integers_wrap(kernels: &dyn Kernels) -> Checked {
    let product = kernels.mul(&Tensor::i32(&[2], [0x4000_0001, i32::MIN])?, &Tensor::i32(&[2], [4, -1])?)?;
    assert_holds(&product, &[2], &[4.0, f64::from(i32::MIN)]);
    Ok(())
}

#[conformance(of = "neg")]
pub fn the_negative_of_the_smallest_integer_is_itself(kernels: &dyn Kernels) -> Checked {
    let (least, most) = (f64::from(i32::MIN), f64::from(i32::MAX));
    assert_holds(&kernels.neg(&Tensor::i32(&[2], [i32::MIN, i32::MAX])?)?, &[2], &[least, -most]);
    Ok(())
}

#[conformance(of = "select")]
pub fn a_row_of_conditions_is_each_rows(kernels: &dyn Kernels) -> Checked {
    let [x, row] = square_and_row()?;
    let chosen = kernels.select(&Tensor::bool(&[2], [true, false])?, &x, &row)?;
    assert_holds(&chosen, &[2, 2], &[1.0, 16.0, 3.0, 16.0]);
    Ok(())
}

/// A 32-bit float does not hold 2^24 + 1.
#[conformance(of = "max")]
pub fn the_largest_integer_is_copied(kernels: &dyn Kernels) -> Checked {
    assert_holds(
        &kernels.max(&Tensor::i32(&[2], [1 << 24, (1 << 24) + 1])?, 0.into())?,
        &[],
        &[f64::from((1 << 24) + 1)],
    );
    Ok(())
}

#[conformance(of = "min")]
pub fn the_smallest_integer_is_copied(kernels: &dyn Kernels) -> Checked {
    assert_holds(
        &kernels.min(&Tensor::i32(&[2], [-(1 << 24), -(1 << 24) - 1])?, 0.into())?,
        &[],
        &[f64::from(-(1 << 24) - 1)],
    );
    Ok(())
}

/// Position 6 at half the pace is an angle of 3.
#[conformance(of = "rope", layout(Halves, Interleaved))]
pub fn an_offset_is_scaled_as_positions_are(kernels: &dyn Kernels, layout: RopeLayout) -> Checked {
    let rope = Rope { dims: 2, base: 10_000.0, scale: 0.5, offset: 6, layout };
    let (sin, cos) = 3_f64.sin_cos();
    assert_near(&kernels.rope(&Tensor::f32(&[1, 1, 2], [1.0, 0.0])?, &rope)?, &[cos, sin], 1e-6);
    Ok(())
}

#[conformance(of = "rope", layout(Halves, Interleaved))]
pub fn nan_reaches_its_pair_only(kernels: &dyn Kernels, layout: RopeLayout) -> Checked {
    let rope = Rope { dims: 2, base: 10_000.0, scale: 1.0, offset: 0, layout };
    let turned = kernels.rope(&Tensor::f32(&[2, 1, 3], [f32::NAN, 1.0, 2.0, 3.0, 4.0, f32::NAN])?, &rope)?;
    assert_holds(&turned, &[2, 1, 3], &[f64::NAN, f64::NAN, 2.0, 3.0, 4.0, f64::NAN]);
    Ok(())
}

/// Logits of 0 and `scale`: the second key has the weight sigmoid(scale).
#[conformance(of = "scaled_dot_product_attention")]
pub fn attention_takes_the_scale_that_it_is_given(kernels: &dyn Kernels) -> Checked {
    let (q, k) = (Tensor::f32(&[1, 1, 1, 2], [1.0, 0.0])?, Tensor::f32(&[1, 1, 2, 2], [0.0, 0.0, 1.0, 0.0])?);
    let v = Tensor::f32(&[1, 1, 2, 1], [0.0, 1.0])?;
    for scale in [1.0_f32, 2.0, -0.5] {
        let seen = kernels.scaled_dot_product_attention(&q, &k, &v, Logits::scaled(scale), Mask::NONE)?;
        assert_near(&seen, &[1.0 / (1.0 + (-f64::from(scale)).exp())], 1e-6);
    }
    Ok(())
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn values_may_be_wider_than_keys(kernels: &dyn Kernels) -> Checked {
    let q = Tensor::f32(&[1, 1, 2, 2], [1.0, 2.0, 3.0, 4.0])?;
    let (k, v) = (Tensor::f32(&[1, 1, 1, 2], [1.0, 1.0])?, Tensor::f32(&[1, 1, 1, 5], [1.0, 2.0, 3.0, 4.0, 5.0])?);
    let seen = kernels.scaled_dot_product_attention(&q, &k, &v, Logits::scaled(1.0), Mask::NONE)?;
    assert_holds(&seen, &[1, 1, 2, 5], &[1.0, 2.0, 3.0, 4.0, 5.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    Ok(())
}

/// exp(10000) is infinite.
#[conformance(of = "scaled_dot_product_attention")]
pub fn large_logits_do_not_overflow(kernels: &dyn Kernels) -> Checked {
    let (q, k) = (Tensor::f32(&[1, 1, 1, 1], [100.0])?, Tensor::f32(&[1, 1, 2, 1], [100.0, 50.0])?);
    let v = Tensor::f32(&[1, 1, 2, 1], [3.0, 7.0])?;
    assert_near(&kernels.scaled_dot_product_attention(&q, &k, &v, Logits::scaled(1.0), Mask::NONE)?, &[3.0], 1e-6);
    Ok(())
}

#[conformance(of = "quantize", uses = "quantization", bits(4, 8))]
pub fn a_group_of_zeros_has_a_scale(kernels: &dyn Kernels, bits: u32) -> Checked {
    let quantized = kernels.quantize(&Tensor::f32(&[1, 32], [0.0; 32])?, Quantization { group: 32, bits })?;
    assert!(quantized.scales.to_f64()[0].is_finite(), "{:?}", quantized.scales);
    assert_holds(&kernels.dequantize(&quantized)?, &[1, 32], &[0.0; 32]);
    Ok(())
}

/// One level of one group, of which the first is picked.
fn picked(kernels: &dyn Kernels, dtype: Dtype, scale: f64, bias: f64) -> Checked<Tensor> {
    let (scales, biases) = (of(&[1, 1], dtype, &[scale])?, of(&[1, 1], dtype, &[bias])?);
    let quantization = Quantization { group: 32, bits: 4 };
    let w = Quantized { packed: vec![0x1111_1111; 4], columns: 32, scales, biases, quantization };
    let mut x = [0.0; 32];
    x[0] = 1.0;
    kernels.quantized_matmul(&of(&[1, 32], dtype, &x)?, &w)
}

/// 1 + 2^−40 is no 32-bit float.
#[conformance(of = "quantized_matmul", uses("quantization", "float64", "float64_quantization"))]
pub fn products_of_wide_scales_keep_their_digits(kernels: &dyn Kernels) -> Checked {
    let scale = 1.0 + 2_f64.powi(-40);
    assert_holds(&picked(kernels, Dtype::F64, scale, 0.0)?, &[1, 1], &[scale]);
    Ok(())
}

/// 1025 has a digit more than bf16.
#[conformance(of = "quantized_matmul", uses = "quantization")]
pub fn products_in_f16_keep_their_digits(kernels: &dyn Kernels) -> Checked {
    assert_holds(&picked(kernels, Dtype::F16, 1.0, 1024.0)?, &[1, 1], &[1025.0]);
    Ok(())
}

/// Every axis of a cube gives the same shape.
#[conformance(of = "sum")]
pub fn each_axis_of_a_cube_has_its_sums(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::i32(&[2, 2, 2], [1, 2, 4, 8, 16, 32, 64, 128])?;
    for (axis, expected) in
        [(0, [17.0, 34.0, 68.0, 136.0]), (1, [5.0, 10.0, 80.0, 160.0]), (2, [3.0, 12.0, 48.0, 192.0])]
    {
        assert_holds(&kernels.sum(&x, axis.into())?, &[2, 2], &expected);
    }
    Ok(())
}

/// The same tensor, reduced over other axes and again, in another shape: what is made is that of this call.
#[conformance(cases(reductions))]
pub fn the_axes_are_those_of_the_call(kernels: &dyn Kernels, case: &&'static Lane) -> Checked {
    let x = Tensor::f32(&[2, 2, 2], [1.0, 2.0, 4.0, 8.0, 16.0, 24.0, 12.0, 6.0])?;
    let named = [vec![0], vec![1], vec![2], vec![0, 1], vec![2, 0], vec![1, 2], vec![], vec![0, 1, 2]].map(Some);
    for axes in named.into_iter().chain([None]) {
        for kept in [false, true] {
            let call = Call::Reduce(case, Reduced { axes: axes.clone(), kept });
            Specimen { call, operands: vec![x.clone()] }.assert_holds(kernels)?;
        }
    }
    Ok(())
}

/// 1025 has a digit more than bf16.
#[conformance(of = "sum")]
pub fn sums_in_f16_keep_their_digits(kernels: &dyn Kernels) -> Checked {
    assert_holds(&kernels.sum(&of(&[2], Dtype::F16, &[1024.0, 1.0])?, 0.into())?, &[], &[1025.0]);
    Ok(())
}

#[conformance(of = "top_k")]
pub fn the_largest_in_f16_keep_their_digits(kernels: &dyn Kernels) -> Checked {
    let (values, _) = kernels.top_k(&of(&[2], Dtype::F16, &[1024.0, 1025.0])?, 2, 0)?;
    assert_holds(&values, &[2], &[1025.0, 1024.0]);
    Ok(())
}

#[conformance(of = "take_along_axis")]
pub fn of_a_square_the_axis_matters(kernels: &dyn Kernels) -> Checked {
    let (x, indices) = (Tensor::i32(&[2, 2], [1, 2, 3, 4])?, Tensor::i32(&[2, 2], [1, 1, 0, 0])?);
    assert_holds(&kernels.take_along_axis(&x, &indices, 0)?, &[2, 2], &[3.0, 4.0, 1.0, 2.0]);
    assert_holds(&kernels.take_along_axis(&x, &indices, 1)?, &[2, 2], &[2.0, 2.0, 3.0, 3.0]);
    Ok(())
}

#[conformance(of = "sub", uses = "subnormals")]
pub fn subnormal_differences_are_not_flushed(kernels: &dyn Kernels) -> Checked {
    let (a, b) = (f32::MIN_POSITIVE * 1.5, f32::MIN_POSITIVE);
    let difference = kernels.sub(&Tensor::f32(&[1], [a])?, &Tensor::f32(&[1], [b])?)?;
    assert_holds(&difference, &[1], &[f64::from(a) - f64::from(b)]);
    Ok(())
}

#[conformance(of = "mul", uses = "empty_tensors")]
pub fn nothing_times_a_row_is_nothing(kernels: &dyn Kernels) -> Checked {
    let row = Tensor::f32(&[3], [1.0; 3])?;
    assert_holds(&kernels.mul(&Tensor::f32(&[0, 3], [])?, &row)?, &[0, 3], &[]);
    Ok(())
}
