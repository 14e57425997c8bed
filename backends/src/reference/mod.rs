//! The reference: plain Rust, obviously right rather than fast. Floats are computed in `f64`, and every result is rounded
//! once; of 64-bit floats each step is. Integers stay integers.

mod attention;
mod broadcast;
mod elementwise;
mod index;
mod matmul;
mod norm;
mod quantization;
mod reduce;
mod rope;
mod softmax;

use std::cmp::Ordering::{Equal, Greater, Less};
use std::sync::Arc;

use crate::device::Device;
use crate::error::KernelError;
use crate::host::Host;
use crate::kernels::Kernels;
use crate::params::{Axes, Gelu, Logits, Mask, Quantization, Quantized, Rope};
use crate::tensor::{Dtype, Tensor};

type Result<T = Tensor> = std::result::Result<T, KernelError>;

/// The reference backend.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference;

#[crosscheck::implements("reference")]
impl Kernels for Reference {
    fn device(&self) -> Result<Arc<dyn Device>> {
        Ok(Arc::new(Host::new(*self)))
    }

    fn add(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::binary("add", a, b, |x, y| x + y, i32::wrapping_add)
    }

    fn sub(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::binary("sub", a, b, |x, y| x - y, i32::wrapping_sub)
    }

    fn mul(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::binary("mul", a, b, |x, y| x * y, i32::wrapping_mul)
    }

    fn div(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::div(a, b)
    }

    fn maximum(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::binary("maximum", a, b, elementwise::larger, i32::max)
    }

    fn minimum(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::binary("minimum", a, b, elementwise::smaller, i32::min)
    }

    fn neg(&self, x: &Tensor) -> Result {
        elementwise::neg(x)
    }

    fn exp(&self, x: &Tensor) -> Result {
        elementwise::unary("exp", x, f64::exp)
    }

    fn log(&self, x: &Tensor) -> Result {
        elementwise::unary("log", x, f64::ln)
    }

    fn sqrt(&self, x: &Tensor) -> Result {
        elementwise::unary("sqrt", x, f64::sqrt)
    }

    fn rsqrt(&self, x: &Tensor) -> Result {
        elementwise::unary("rsqrt", x, |x| 1.0 / x.sqrt())
    }

    fn round(&self, x: &Tensor) -> Result {
        elementwise::unary("round", x, f64::round_ties_even)
    }

    fn tanh(&self, x: &Tensor) -> Result {
        elementwise::unary("tanh", x, f64::tanh)
    }

    fn sigmoid(&self, x: &Tensor) -> Result {
        elementwise::unary("sigmoid", x, elementwise::logistic)
    }

    fn equal(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::compare("equal", a, b, |order| order == Some(Equal))
    }

    fn not_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::compare("not_equal", a, b, |order| order != Some(Equal))
    }

    fn less(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::compare("less", a, b, |order| order == Some(Less))
    }

    fn less_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::compare("less_equal", a, b, |order| matches!(order, Some(Less | Equal)))
    }

    fn greater(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::compare("greater", a, b, |order| order == Some(Greater))
    }

    fn greater_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::compare("greater_equal", a, b, |order| matches!(order, Some(Greater | Equal)))
    }

    fn select(&self, condition: &Tensor, a: &Tensor, b: &Tensor) -> Result {
        elementwise::select(condition, a, b)
    }

    fn cast(&self, x: &Tensor, dtype: Dtype) -> Result {
        elementwise::cast(x, dtype)
    }

    fn sum(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        reduce::sum(x, axes)
    }

    fn mean(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        reduce::mean(x, axes)
    }

    fn max(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        reduce::max(x, axes)
    }

    fn min(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        reduce::min(x, axes)
    }

    fn logsumexp(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        reduce::logsumexp(x, axes)
    }

    fn top_k(&self, x: &Tensor, k: usize, axis: usize) -> Result<(Tensor, Tensor)> {
        index::top_k(x, k, axis)
    }

    fn matmul(&self, a: &Tensor, b: &Tensor) -> Result {
        matmul::matmul(a, b)
    }

    fn softmax(&self, x: &Tensor, axis: usize) -> Result {
        softmax::softmax(x, axis)
    }

    fn rms_norm(&self, x: &Tensor, weight: &Tensor, eps: f32) -> Result {
        norm::rms_norm(x, weight, eps)
    }

    fn layer_norm(&self, x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f32) -> Result {
        norm::layer_norm(x, weight, bias, eps)
    }

    fn silu(&self, x: &Tensor) -> Result {
        elementwise::unary("silu", x, |x| x * elementwise::logistic(x))
    }

    fn gelu(&self, x: &Tensor, form: Gelu) -> Result {
        match form {
            Gelu::Exact => elementwise::unary("gelu", x, |x| x * 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)),
            Gelu::Tanh => elementwise::unary("gelu", x, |x| {
                let inner = std::f64::consts::FRAC_2_PI.sqrt() * (x + 0.044715 * x * x * x);
                x * 0.5 * (1.0 + inner.tanh())
            }),
        }
    }

    fn rope(&self, x: &Tensor, rope: &Rope) -> Result {
        rope::rope(x, rope)
    }

    fn scaled_dot_product_attention(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        logits: Logits,
        mask: Mask<'_>,
    ) -> Result {
        attention::attention(q, k, v, logits, mask)
    }

    fn embedding(&self, table: &Tensor, ids: &Tensor) -> Result {
        index::embedding(table, ids)
    }

    fn slice_at(&self, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
        index::slice_at(x, start, shape)
    }

    fn update_at(&self, x: &Tensor, part: &Tensor, start: &Tensor) -> Result {
        index::update_at(x, part, start)
    }

    fn take_along_axis(&self, x: &Tensor, indices: &Tensor, axis: usize) -> Result {
        index::take_along_axis(x, indices, axis)
    }

    fn concatenate(&self, parts: &[&Tensor], axis: usize) -> Result {
        index::concatenate(parts, axis)
    }

    fn transpose(&self, x: &Tensor, axes: &[usize]) -> Result {
        index::transpose(x, axes)
    }

    fn broadcast_to(&self, x: &Tensor, shape: &[usize]) -> Result {
        index::broadcast_to(x, shape)
    }

    fn argmax(&self, x: &Tensor, axis: usize) -> Result {
        index::argmax(x, axis)
    }

    fn argmin(&self, x: &Tensor, axis: usize) -> Result {
        index::argmin(x, axis)
    }

    fn quantize(&self, w: &Tensor, quantization: Quantization) -> Result<Quantized> {
        quantization::quantize(w, quantization)
    }

    fn dequantize(&self, w: &Quantized) -> Result {
        quantization::dequantize(w)
    }

    fn quantized_matmul(&self, x: &Tensor, w: &Quantized) -> Result {
        quantization::quantized_matmul(x, w)
    }
}

/// A tensor seen along one axis: the element `(outer, at, inner)` stands at `(outer · length + at) · inner_length + inner`.
struct Lanes {
    outer: usize,
    length: usize,
    inner: usize,
}

impl Lanes {
    fn of(shape: &[usize], axis: usize) -> Self {
        let (before, from) = shape.split_at(axis);
        let (length, after) = from.split_first().map_or((1, from), |(length, after)| (*length, after));
        Self { outer: before.iter().product(), length, inner: after.iter().product() }
    }

    /// The positions of the elements of each lane.
    fn iter(&self) -> impl Iterator<Item = impl Iterator<Item = usize> + Clone + use<>> + use<> {
        let Self { outer, length, inner } = *self;
        let starts = (0..outer).flat_map(move |o| (0..inner).map(move |i| o * length * inner + i));
        starts.map(move |start| (0..length).map(move |at| start + at * inner))
    }
}
