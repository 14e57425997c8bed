//! Operands that do not stand in memory in the order of their elements, one check a kernel.
//!
//! A backend that reads views of memory gets them as the [`Layout`] says. The elements differ, and
//! grow from the first to the last, so that a kernel that reads a buffer from its beginning on returns something else.

use crosscheck::backend_matrix;
use crosscheck_backends::{Dtype, Gelu, Kernels, Layout, Mask, Quantization, Quantized, Rope, RopeLayout, Tensor};

use crate::Checked;
use crate::data::{of, uniform, unit};

/// Random values, those at the end five times as large as those at the beginning.
fn graded(seed: u64, shape: &[usize], layout: Layout) -> Checked<Tensor> {
    let values = unit(seed, shape, Dtype::F64)?.to_f64();
    let share = 4.0 / values.len() as f64;
    let values: Vec<_> = values.iter().enumerate().map(|(at, value)| value * (1.0 + share * at as f64)).collect();
    Ok(of(shape, Dtype::F32, &values)?.with_layout(layout))
}

/// The same without their sign.
fn above_zero(seed: u64, shape: &[usize], layout: Layout) -> Checked<Tensor> {
    let values: Vec<_> = graded(seed, shape, layout)?.to_f64().iter().map(|value| value.abs()).collect();
    Ok(of(shape, Dtype::F32, &values)?.with_layout(layout))
}

/// Whole numbers from 0 to `end`.
fn indices(seed: u64, shape: &[usize], end: usize, layout: Layout) -> Checked<Tensor> {
    let values = uniform(seed, shape, Dtype::F64, end as f64)?.to_f64();
    let values: Vec<_> = values.iter().map(|value| value.abs()).collect();
    Ok(of(shape, Dtype::I32, &values)?.with_layout(layout))
}

// How kernels of two operands go through memory depends on both.

#[backend_matrix(of = "add", a(RowMajor, Transposed, Strided, Offset), b(Transposed, Strided, Offset))]
fn add(kernels: &dyn Kernels, a: Layout, b: Layout) -> Checked<Tensor> {
    kernels.add(&graded(231, &[5, 7, 33], a)?, &graded(232, &[5, 7, 33], b)?)
}

#[backend_matrix(of = "mul", a(RowMajor, Transposed, Strided, Offset), b(Transposed, Strided, Offset))]
fn mul_of_what_is_broadcast(kernels: &dyn Kernels, a: Layout, b: Layout) -> Checked<Tensor> {
    kernels.mul(&graded(233, &[5, 1, 33], a)?, &graded(234, &[5, 7, 1], b)?)
}

#[backend_matrix(of = "mul", layout(Strided, Offset))]
fn mul_by_a_number(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.mul(&graded(233, &[5, 33], layout)?, &graded(235, &[], layout)?)
}

#[backend_matrix(of = "sub", layout(Transposed, Strided, Offset))]
fn sub(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.sub(&graded(231, &[7, 33], layout)?, &graded(232, &[7, 33], layout)?)
}

#[backend_matrix(of = "div", layout(Transposed, Strided, Offset))]
fn div(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.div(&graded(231, &[7, 33], layout)?, &graded(232, &[7, 33], layout)?)
}

#[backend_matrix(of = "maximum", layout(Transposed, Strided, Offset))]
fn maximum(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.maximum(&graded(231, &[7, 33], layout)?, &graded(232, &[7, 33], layout)?)
}

#[backend_matrix(of = "minimum", layout(Transposed, Strided, Offset))]
fn minimum(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.minimum(&graded(231, &[7, 33], layout)?, &graded(232, &[7, 33], layout)?)
}

#[backend_matrix(of = "neg", layout(Transposed, Strided, Offset))]
fn neg(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.neg(&graded(236, &[5, 7, 33], layout)?)
}

#[backend_matrix(of = "exp", layout(Transposed, Strided, Offset))]
fn exp(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.exp(&graded(236, &[5, 7, 33], layout)?)
}

#[backend_matrix(of = "log", layout(Transposed, Strided, Offset))]
fn log(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.log(&above_zero(236, &[5, 7, 33], layout)?)
}

#[backend_matrix(of = "sqrt", layout(Transposed, Strided, Offset))]
fn sqrt(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.sqrt(&above_zero(236, &[5, 7, 33], layout)?)
}

#[backend_matrix(of = "rsqrt", layout(Transposed, Strided, Offset))]
fn rsqrt(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.rsqrt(&above_zero(236, &[5, 7, 33], layout)?)
}

#[backend_matrix(of = "tanh", layout(Transposed, Strided, Offset))]
fn tanh(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.tanh(&graded(236, &[5, 7, 33], layout)?)
}

#[backend_matrix(of = "sigmoid", layout(Transposed, Strided, Offset))]
fn sigmoid(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.sigmoid(&graded(236, &[5, 7, 33], layout)?)
}

#[backend_matrix(of = "silu", layout(Transposed, Strided, Offset))]
fn silu(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.silu(&graded(236, &[5, 7, 33], layout)?)
}

#[backend_matrix(of = "gelu", form(Exact, Tanh), layout(Transposed, Strided, Offset))]
fn gelu(kernels: &dyn Kernels, form: Gelu, layout: Layout) -> Checked<Tensor> {
    kernels.gelu(&graded(236, &[5, 7, 33], layout)?, form)
}

/// Numbers of which many are equal.
fn few(seed: u64, layout: Layout) -> Checked<Tensor> {
    Ok(of(&[7, 33], Dtype::F32, &uniform(seed, &[7, 33], Dtype::I32, 4.0)?.to_f64())?.with_layout(layout))
}

#[backend_matrix(of = "equal", layout(Transposed, Strided, Offset))]
fn equal(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.equal(&few(237, layout)?, &few(238, layout)?)
}

#[backend_matrix(of = "not_equal", layout(Transposed, Strided, Offset))]
fn not_equal(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.not_equal(&few(237, layout)?, &few(238, layout)?)
}

#[backend_matrix(of = "less", layout(Transposed, Strided, Offset))]
fn less(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.less(&few(237, layout)?, &few(238, layout)?)
}

#[backend_matrix(of = "less_equal", layout(Transposed, Strided, Offset))]
fn less_equal(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.less_equal(&few(237, layout)?, &few(238, layout)?)
}

#[backend_matrix(of = "greater", layout(Transposed, Strided, Offset))]
fn greater(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.greater(&few(237, layout)?, &few(238, layout)?)
}

#[backend_matrix(of = "greater_equal", layout(Transposed, Strided, Offset))]
fn greater_equal(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.greater_equal(&few(237, layout)?, &few(238, layout)?)
}

#[backend_matrix(of = "select", layout(Transposed, Strided, Offset))]
fn select(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    let condition = uniform(239, &[7, 33], Dtype::Bool, 1.0)?.with_layout(layout);
    kernels.select(&condition, &graded(240, &[7, 33], layout)?, &graded(241, &[7, 33], layout)?)
}

#[backend_matrix(of = "cast", to(F32, F16, I32), layout(Transposed, Strided, Offset))]
fn cast(kernels: &dyn Kernels, to: Dtype, layout: Layout) -> Checked<Tensor> {
    kernels.cast(&graded(242, &[5, 7, 33], layout)?, to)
}

#[backend_matrix(of = "sum", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
fn sum(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.sum(&graded(243, &[5, 7, 33], layout)?, axis)
}

#[backend_matrix(of = "mean", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
fn mean(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.mean(&graded(243, &[5, 7, 33], layout)?, axis)
}

#[backend_matrix(of = "max", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
fn max(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.max(&graded(243, &[5, 7, 33], layout)?, axis)
}

#[backend_matrix(of = "min", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
fn min(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.min(&graded(243, &[5, 7, 33], layout)?, axis)
}

#[backend_matrix(of = "logsumexp", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
fn logsumexp(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.logsumexp(&above_zero(243, &[5, 7, 33], layout)?, axis)
}

#[backend_matrix(of = "argmax", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
fn argmax(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.argmax(&graded(243, &[5, 7, 33], layout)?, axis)
}

#[backend_matrix(of = "top_k", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
fn top_k(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    Ok(kernels.top_k(&graded(243, &[5, 7, 33], layout)?, 3, axis)?.1)
}

#[backend_matrix(of = "softmax", axis(0, 1, 2), layout(Transposed, Strided, Offset))]
fn softmax(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.softmax(&graded(243, &[5, 7, 33], layout)?, axis)
}

#[backend_matrix(of = "matmul", a(RowMajor, Transposed, Strided, Offset), b(Transposed, Strided, Offset))]
fn matmul(kernels: &dyn Kernels, a: Layout, b: Layout) -> Checked<Tensor> {
    kernels.matmul(&graded(244, &[17, 33], a)?, &graded(245, &[33, 9], b)?)
}

#[backend_matrix(of = "matmul", a(RowMajor, Transposed, Strided, Offset), b(Transposed, Strided, Offset))]
fn matmul_of_batches(kernels: &dyn Kernels, a: Layout, b: Layout) -> Checked<Tensor> {
    kernels.matmul(&graded(246, &[2, 1, 5, 8], a)?, &graded(247, &[3, 8, 4], b)?)
}

#[backend_matrix(of = "rms_norm", layout(Transposed uses("strided_norms"), Strided uses("strided_norms"), Offset))]
fn rms_norm(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.rms_norm(&graded(248, &[2, 3, 17], layout)?, &graded(249, &[17], layout)?, 1e-5)
}

#[backend_matrix(of = "layer_norm", layout(Transposed uses("strided_norms"), Strided uses("strided_norms"), Offset))]
fn layer_norm(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    let (weight, bias) = (graded(249, &[17], layout)?, graded(250, &[17], layout)?);
    kernels.layer_norm(&graded(248, &[2, 3, 17], layout)?, &weight, &bias, 1e-5)
}

#[backend_matrix(of = "rope", pairs(Halves, Interleaved), layout(Transposed, Strided, Offset))]
fn rope(kernels: &dyn Kernels, pairs: RopeLayout, layout: Layout) -> Checked<Tensor> {
    let rope = Rope { dims: 8, base: 10_000.0, scale: 1.0, offset: 7, layout: pairs };
    kernels.rope(&graded(251, &[2, 3, 5, 12], layout)?, &rope)
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    q(RowMajor, Transposed, Strided),
    k(RowMajor, Transposed uses("transposed_batches"), Strided),
    v(Transposed uses("transposed_batches"), Strided, Offset)
)]
fn attention(kernels: &dyn Kernels, q: Layout, k: Layout, v: Layout) -> Checked<Tensor> {
    let q = graded(252, &[2, 4, 5, 16], q)?;
    let (k, v) = (graded(253, &[2, 2, 7, 16], k)?, graded(254, &[2, 2, 7, 16], v)?);
    kernels.scaled_dot_product_attention(&q, &k, &v, 0.25, Mask::Causal)
}

#[backend_matrix(of = "scaled_dot_product_attention", layout(Transposed, Strided, Offset))]
fn attention_with_a_mask(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    let q = graded(252, &[2, 4, 5, 16], Layout::RowMajor)?;
    let kv = graded(253, &[2, 2, 7, 16], Layout::RowMajor)?;
    let mask = graded(255, &[2, 1, 5, 7], layout)?;
    kernels.scaled_dot_product_attention(&q, &kv, &kv, 0.25, Mask::Additive(&mask))
}

#[backend_matrix(
    of = "embedding",
    table(RowMajor, Transposed uses("strided_tables"), Strided uses("strided_tables"), Offset),
    ids(Transposed, Strided, Offset)
)]
fn embedding(kernels: &dyn Kernels, table: Layout, ids: Layout) -> Checked<Tensor> {
    kernels.embedding(&graded(256, &[33, 9], table)?, &indices(257, &[5, 7], 33, ids)?)
}

#[backend_matrix(of = "slice_at", uses = "dynamic_offsets", layout(Transposed, Strided, Offset))]
fn slice_at(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    let start = Tensor::i32(&[3], [1, 2, 0])?.with_layout(layout);
    kernels.slice_at(&graded(258, &[5, 7, 33], layout)?, &start, &[3, 4, 33])
}

#[backend_matrix(of = "update_at", uses = "dynamic_offsets", layout(Transposed, Strided, Offset))]
fn update_at(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    let start = Tensor::i32(&[3], [1, 2, 0])?.with_layout(layout);
    kernels.update_at(&graded(258, &[5, 7, 33], layout)?, &graded(259, &[3, 4, 33], layout)?, &start)
}

#[backend_matrix(
    of = "take_along_axis",
    axis(0, 1),
    layout(Transposed uses("strided_tables"), Strided uses("strided_tables"), Offset)
)]
fn take_along_axis(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    let mut shape = [7, 33];
    let x = graded(260, &shape, layout)?;
    let end = std::mem::replace(&mut shape[axis], 5);
    kernels.take_along_axis(&x, &indices(261, &shape, end, layout)?, axis)
}

#[backend_matrix(of = "concatenate", axis(0, 1), layout(Transposed, Strided, Offset))]
fn concatenate(kernels: &dyn Kernels, axis: usize, layout: Layout) -> Checked<Tensor> {
    kernels.concatenate(&[&graded(262, &[7, 33], layout)?, &graded(263, &[7, 33], layout)?], axis)
}

#[backend_matrix(of = "transpose", layout(Transposed, Strided, Offset))]
fn transpose(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.transpose(&graded(264, &[5, 7, 33], layout)?, &[2, 0, 1])
}

#[backend_matrix(
    of = "broadcast_to",
    layout(Transposed, Strided, Offset),
    expects_constant(reason = "what is repeated is the same along its axis")
)]
fn broadcast_to(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.broadcast_to(&graded(265, &[5, 1, 33], layout)?, &[2, 5, 3, 33])
}

const QUANTIZATION: Quantization = Quantization { group: 32, bits: 4 };

#[backend_matrix(of = "quantize", uses = "quantization", layout(Transposed, Strided, Offset))]
fn quantize(kernels: &dyn Kernels, layout: Layout) -> Checked<Vec<u32>> {
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
fn dequantize(kernels: &dyn Kernels, layout: Layout) -> Checked<Tensor> {
    kernels.dequantize(&quantized(layout)?)
}

#[backend_matrix(
    of = "quantized_matmul",
    uses = "quantization",
    x(RowMajor, Transposed, Strided, Offset),
    w(Transposed, Strided, Offset)
)]
fn quantized_matmul(kernels: &dyn Kernels, x: Layout, w: Layout) -> Checked<Tensor> {
    kernels.quantized_matmul(&unit(270, &[5, 64], Dtype::F32)?.with_layout(x), &quantized(w)?)
}
