//! Operands that do not stand in memory in the order of their elements, one check a kernel.
//!
//! A backend that reads views of memory gets them as the [`Layout`] says. The elements differ, and
//! grow from the first to the last, so that a kernel that reads a buffer from its beginning on returns something else.

use crosscheck::backend_matrix;
use crosscheck::compare::Computed;
use crosscheck_backends::{
    Dtype, Gelu, Kernels, Layout, Logits, Mask, Quantization, Quantized, Rope, RopeLayout, Tensor,
};

use crate::data::{of, uniform, unit};
use crate::matmul::product;
use crate::quantization::product as quantized_product;
use crate::{Checked, budget};

/// Random values, those at the end five times as large as those at the beginning.
fn graded(number: u64, shape: &[usize], layout: Layout) -> Checked<Tensor> {
    let values = unit(number, shape, Dtype::F64)?.to_f64();
    let share = 4.0 / values.len() as f64;
    let values: Vec<_> = values.iter().enumerate().map(|(at, value)| value * (1.0 + share * at as f64)).collect();
    Ok(of(shape, Dtype::F32, &values)?.with_layout(layout))
}

/// The same without their sign.
fn above_zero(number: u64, shape: &[usize], layout: Layout) -> Checked<Tensor> {
    let values: Vec<_> = graded(number, shape, layout)?.to_f64().iter().map(|value| value.abs()).collect();
    Ok(of(shape, Dtype::F32, &values)?.with_layout(layout))
}

/// Whole numbers from 0 to `end`.
fn indices(number: u64, shape: &[usize], end: usize, layout: Layout) -> Checked<Tensor> {
    let values = uniform(number, shape, Dtype::F64, end as f64)?.to_f64();
    let values: Vec<_> = values.iter().map(|value| value.abs()).collect();
    Ok(of(shape, Dtype::I32, &values)?.with_layout(layout))
}

// How kernels of two operands go through memory depends on both.

#[backend_matrix(of = "add", a(RowMajor, Transposed, Strided, Offset), b(Transposed, Strided, Offset))]
pub fn add(kernels: &dyn Kernels, a: Layout, b: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(231, &[5, 7, 33], a)?, graded(232, &[5, 7, 33], b)?], |[a, b]| kernels.add(a, b))
}

#[backend_matrix(of = "mul", a(RowMajor, Transposed, Strided, Offset), b(Transposed, Strided, Offset))]
pub fn mul_of_what_is_broadcast(kernels: &dyn Kernels, a: Layout, b: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(233, &[5, 1, 33], a)?, graded(234, &[5, 7, 1], b)?], |[a, b]| kernels.mul(a, b))
}

#[backend_matrix(of = "mul", layout(Strided, Offset))]
pub fn mul_by_a_number(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(233, &[5, 33], layout)?, graded(235, &[], layout)?], |[a, b]| kernels.mul(a, b))
}

#[backend_matrix(of = "sub", layout(Transposed, Strided, Offset))]
pub fn sub(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(231, &[7, 33], layout)?, graded(232, &[7, 33], layout)?], |[a, b]| kernels.sub(a, b))
}

#[backend_matrix(of = "div", layout(Transposed, Strided, Offset))]
pub fn div(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(231, &[7, 33], layout)?, graded(232, &[7, 33], layout)?], |[a, b]| kernels.div(a, b))
}

#[backend_matrix(of = "maximum", layout(Transposed, Strided, Offset))]
pub fn maximum(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(231, &[7, 33], layout)?, graded(232, &[7, 33], layout)?], |[a, b]| kernels.maximum(a, b))
}

#[backend_matrix(of = "minimum", layout(Transposed, Strided, Offset))]
pub fn minimum(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(231, &[7, 33], layout)?, graded(232, &[7, 33], layout)?], |[a, b]| kernels.minimum(a, b))
}

#[backend_matrix(of = "neg", layout(Transposed, Strided, Offset))]
pub fn neg(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(236, &[5, 7, 33], layout)?], |[x]| kernels.neg(x))
}

#[backend_matrix(of = "exp", layout(Transposed, Strided, Offset))]
pub fn exp(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(236, &[5, 7, 33], layout)?], |[x]| kernels.exp(x))
}

#[backend_matrix(of = "log", layout(Transposed, Strided, Offset))]
pub fn log(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([above_zero(236, &[5, 7, 33], layout)?], |[x]| kernels.log(x))
}

#[backend_matrix(of = "sqrt", layout(Transposed, Strided, Offset))]
pub fn sqrt(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([above_zero(236, &[5, 7, 33], layout)?], |[x]| kernels.sqrt(x))
}

#[backend_matrix(of = "rsqrt", layout(Transposed, Strided, Offset))]
pub fn rsqrt(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([above_zero(236, &[5, 7, 33], layout)?], |[x]| kernels.rsqrt(x))
}

#[backend_matrix(of = "tanh", layout(Transposed, Strided, Offset))]
pub fn tanh(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(236, &[5, 7, 33], layout)?], |[x]| kernels.tanh(x))
}

#[backend_matrix(of = "round", layout(Transposed, Strided, Offset))]
pub fn round(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(236, &[5, 7, 33], layout)?], |[x]| kernels.round(x))
}

#[backend_matrix(of = "sigmoid", layout(Transposed, Strided, Offset))]
pub fn sigmoid(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(236, &[5, 7, 33], layout)?], |[x]| kernels.sigmoid(x))
}

#[backend_matrix(of = "silu", layout(Transposed, Strided, Offset))]
pub fn silu(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(236, &[5, 7, 33], layout)?], |[x]| kernels.silu(x))
}

#[backend_matrix(of = "gelu", form(Exact, Tanh), layout(Transposed, Strided, Offset))]
pub fn gelu(kernels: &dyn Kernels, form: Gelu, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(236, &[5, 7, 33], layout)?], |[x]| kernels.gelu(x, form))
}

/// Numbers of which many are equal.
fn few(number: u64, layout: Layout) -> Checked<Tensor> {
    Ok(of(&[7, 33], Dtype::F32, &uniform(number, &[7, 33], Dtype::I32, 4.0)?.to_f64())?.with_layout(layout))
}

#[backend_matrix(of = "equal", layout(Transposed, Strided, Offset))]
pub fn equal(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([few(237, layout)?, few(238, layout)?], |[a, b]| kernels.equal(a, b))
}

#[backend_matrix(of = "not_equal", layout(Transposed, Strided, Offset))]
pub fn not_equal(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([few(237, layout)?, few(238, layout)?], |[a, b]| kernels.not_equal(a, b))
}

#[backend_matrix(of = "less", layout(Transposed, Strided, Offset))]
pub fn less(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([few(237, layout)?, few(238, layout)?], |[a, b]| kernels.less(a, b))
}

#[backend_matrix(of = "less_equal", layout(Transposed, Strided, Offset))]
pub fn less_equal(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([few(237, layout)?, few(238, layout)?], |[a, b]| kernels.less_equal(a, b))
}

#[backend_matrix(of = "greater", layout(Transposed, Strided, Offset))]
pub fn greater(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([few(237, layout)?, few(238, layout)?], |[a, b]| kernels.greater(a, b))
}

#[backend_matrix(of = "greater_equal", layout(Transposed, Strided, Offset))]
pub fn greater_equal(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([few(237, layout)?, few(238, layout)?], |[a, b]| kernels.greater_equal(a, b))
}

#[backend_matrix(of = "select", layout(Transposed, Strided, Offset))]
pub fn select(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    let condition = uniform(239, &[7, 33], Dtype::Bool, 1.0)?.with_layout(layout);
    Computed::of([condition, graded(240, &[7, 33], layout)?, graded(241, &[7, 33], layout)?], |[condition, a, b]| {
        kernels.select(condition, a, b)
    })
}

#[backend_matrix(of = "cast", to(F32, F16, I32), layout(Transposed, Strided, Offset))]
pub fn cast(kernels: &dyn Kernels, to: Dtype, layout: Layout) -> Checked<Tensor> {
    kernels.cast(&graded(242, &[5, 7, 33], layout)?, to)
}

#[backend_matrix(of = "sum", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
pub fn sum(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.sum(&graded(243, &[5, 7, 33], layout)?, axis.into())
}

#[backend_matrix(of = "mean", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
pub fn mean(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.mean(&graded(243, &[5, 7, 33], layout)?, axis.into())
}

#[backend_matrix(of = "max", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
pub fn max(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.max(&graded(243, &[5, 7, 33], layout)?, axis.into())
}

#[backend_matrix(of = "min", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
pub fn min(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.min(&graded(243, &[5, 7, 33], layout)?, axis.into())
}

#[backend_matrix(of = "logsumexp", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
pub fn logsumexp(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.logsumexp(&above_zero(243, &[5, 7, 33], layout)?, axis.into())
}

#[backend_matrix(of = "argmin", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
pub fn argmin(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.argmin(&graded(243, &[5, 7, 33], layout)?, axis)
}

#[backend_matrix(of = "argmax", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
pub fn argmax(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.argmax(&graded(243, &[5, 7, 33], layout)?, axis)
}

#[backend_matrix(of = "top_k", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
pub fn top_k(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    Ok(kernels.top_k(&graded(243, &[5, 7, 33], layout)?, 3, axis)?.1)
}

#[backend_matrix(of = "softmax", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
pub fn softmax(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::of([graded(243, &[5, 7, 33], layout)?], |[x]| kernels.softmax(x, axis))
}

#[backend_matrix(of = "matmul", a(RowMajor, Transposed, Strided, Offset), b(Transposed, Strided, Offset))]
pub fn matmul(kernels: &dyn Kernels, a: Layout, b: Layout) -> Checked<Computed<Tensor>> {
    product(kernels, graded(244, &[17, 33], a)?, graded(245, &[33, 9], b)?)
}

#[backend_matrix(of = "matmul", a(RowMajor, Transposed, Strided, Offset), b(Transposed, Strided, Offset))]
pub fn matmul_of_batches(kernels: &dyn Kernels, a: Layout, b: Layout) -> Checked<Computed<Tensor>> {
    product(kernels, graded(246, &[2, 1, 5, 8], a)?, graded(247, &[3, 8, 4], b)?)
}

#[backend_matrix(of = "rms_norm", layout(Transposed, Strided, Offset))]
pub fn rms_norm(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    Computed::within(
        [graded(248, &[2, 3, 17], layout)?, graded(249, &[17], layout)?],
        |[x, weight]| kernels.rms_norm(x, weight, 1e-5),
        |normed, [x, weight]| budget::rms_norm(normed, x, weight),
    )
}

#[backend_matrix(of = "layer_norm", layout(Transposed, Strided, Offset))]
pub fn layer_norm(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    let (weight, bias) = (graded(249, &[17], layout)?, graded(250, &[17], layout)?);
    Computed::within(
        [graded(248, &[2, 3, 17], layout)?, weight, bias],
        |[x, weight, bias]| kernels.layer_norm(x, weight, bias, 1e-5),
        |normed, [x, weight, bias]| budget::layer_norm(normed, x, weight, bias, 1e-5),
    )
}

#[backend_matrix(of = "rope", pairs(Halves, Interleaved), layout(Transposed, Strided, Offset))]
pub fn rope(kernels: &dyn Kernels, pairs: RopeLayout, layout: Layout) -> Checked<Computed<Tensor>> {
    let rope = Rope { dims: 8, base: 10_000.0, scale: 1.0, offset: 7, layout: pairs };
    Computed::of([graded(251, &[2, 3, 5, 12], layout)?], |[x]| kernels.rope(x, &rope))
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    q(RowMajor, Transposed, Strided),
    k(RowMajor, Transposed, Strided),
    v(Transposed, Strided, Offset)
)]
pub fn attention(kernels: &dyn Kernels, q: Layout, k: Layout, v: Layout) -> Checked<Computed<Tensor>> {
    let (k, v) = (graded(253, &[2, 2, 7, 16], k)?, graded(254, &[2, 2, 7, 16], v)?);
    Computed::within(
        [graded(252, &[2, 4, 5, 16], q)?, k, v],
        |[q, k, v]| kernels.scaled_dot_product_attention(q, k, v, Logits::scaled(0.25), Mask::CAUSAL),
        |seen, inputs| budget::attention(seen, inputs, Logits::scaled(0.25), Mask::CAUSAL),
    )
}

#[backend_matrix(of = "scaled_dot_product_attention", layout(Transposed, Strided, Offset))]
pub fn attention_with_a_mask(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    let q = graded(252, &[2, 4, 5, 16], Layout::RowMajor)?;
    let kv = graded(253, &[2, 2, 7, 16], Layout::RowMajor)?;
    Computed::within(
        [q, kv, graded(255, &[2, 1, 5, 7], layout)?],
        |[q, kv, mask]| kernels.scaled_dot_product_attention(q, kv, kv, Logits::scaled(0.25), Mask::additive(mask)),
        |seen, [q, kv, mask]| budget::attention(seen, [q, kv, kv], Logits::scaled(0.25), Mask::additive(mask)),
    )
}

#[backend_matrix(of = "embedding", table(RowMajor, Transposed, Strided, Offset), ids(Transposed, Strided, Offset))]
pub fn embedding(kernels: &dyn Kernels, table: Layout, ids: Layout) -> Checked<Tensor> {
    kernels.embedding(&graded(256, &[33, 9], table)?, &indices(257, &[5, 7], 33, ids)?)
}

#[backend_matrix(of = "slice_at", uses = "dynamic_offsets", layout(Transposed, Strided, Offset))]
pub fn slice_at(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    let start = Tensor::i32(&[3], [1, 2, 0])?.with_layout(layout);
    kernels.slice_at(&graded(258, &[5, 7, 33], layout)?, &start, &[3, 4, 33])
}

#[backend_matrix(of = "update_at", uses = "dynamic_offsets", layout(Transposed, Strided, Offset))]
pub fn update_at(kernels: &dyn Kernels, layout: Layout) -> Checked<Computed<Tensor>> {
    let start = Tensor::i32(&[3], [1, 2, 0])?.with_layout(layout);
    Computed::of([graded(258, &[5, 7, 33], layout)?, graded(259, &[3, 4, 33], layout)?, start], |[x, part, start]| {
        kernels.update_at(x, part, start)
    })
}

#[backend_matrix(of = "take_along_axis", axis(0, 1), layout(Transposed, Strided, Offset))]
pub fn take_along_axis(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    let mut shape = [7, 33];
    let x = graded(260, &shape, layout)?;
    let end = std::mem::replace(&mut shape[axis], 5);
    kernels.take_along_axis(&x, &indices(261, &shape, end, layout)?, axis)
}

#[backend_matrix(of = "concatenate", axis(0, 1), layout(Transposed, Strided, Offset))]
pub fn concatenate(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.concatenate(&[&graded(262, &[7, 33], layout)?, &graded(263, &[7, 33], layout)?], axis)
}

#[backend_matrix(of = "transpose", layout(Transposed, Strided, Offset))]
pub fn transpose(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.transpose(&graded(264, &[5, 7, 33], layout)?, &[2, 0, 1])
}

#[backend_matrix(
    of = "broadcast_to",
    layout(Transposed, Strided, Offset),
    expects_constant(reason = "what is repeated is the same along its axis")
)]
pub fn broadcast_to(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.broadcast_to(&graded(265, &[5, 1, 33], layout)?, &[2, 5, 3, 33])
}

const QUANTIZATION: Quantization = Quantization { group: 32, bits: 4 };

#[backend_matrix(of = "quantize", uses = "quantization", layout(Transposed, Strided, Offset))]
pub fn quantize(kernels: &dyn Kernels, layout: Layout) -> Checked<Vec<u32>> {
    Ok(kernels.quantize(&graded(266, &[7, 64], layout)?, QUANTIZATION)?.packed)
}

/// A matrix `[7, 64]` with random levels.
fn quantized(layout: Layout) -> Checked<Quantized> {
    let words = uniform(267, &[7 * 8], Dtype::I32, f64::from(i32::MAX))?.to_f64();
    let packed = words.iter().map(|word| *word as i32 as u32).collect();
    // Elements of a few units, so that sums are.
    let scales: Vec<_> = graded(268, &[7, 2], layout)?.to_f64().iter().map(|scale| scale / 16.0).collect();
    let (scales, biases) = (of(&[7, 2], Dtype::F32, &scales)?.with_layout(layout), graded(269, &[7, 2], layout)?);
    Ok(Quantized { packed, columns: 64, scales, biases, quantization: QUANTIZATION })
}

#[backend_matrix(of = "dequantize", uses = "quantization", layout(Transposed, Strided, Offset))]
pub fn dequantize(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.dequantize(&quantized(layout)?)
}

#[backend_matrix(
    of = "quantized_matmul",
    uses = "quantization",
    x(RowMajor, Transposed, Strided, Offset),
    w(Transposed, Strided, Offset)
)]
pub fn quantized_matmul(kernels: &dyn Kernels, x: Layout, w: Layout) -> Checked<Computed<Tensor>> {
    quantized_product(kernels, unit(270, &[5, 64], Dtype::F32)?.with_layout(x), quantized(w)?)
}
