//! The reference: plain Rust, obviously right rather than fast. Sums are in `f64`, and every result is rounded once.

mod attention;
mod elementwise;
mod index;
mod matmul;
mod norm;
mod rope;
mod softmax;

use crate::error::KernelError;
use crate::kernels::{Gelu, Kernels, Mask, Rope};
use crate::tensor::Tensor;

type Result<T = Tensor> = std::result::Result<T, KernelError>;

/// The reference backend.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference;

#[crosscheck::implements("reference")]
impl Kernels for Reference {
    fn add(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::binary("add", a, b, |x, y| x + y, i32::wrapping_add)
    }

    fn mul(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::binary("mul", a, b, |x, y| x * y, i32::wrapping_mul)
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
        elementwise::unary("silu", x, |x| x / (1.0 + (-x).exp()))
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

    fn scaled_dot_product_attention(&self, q: &Tensor, k: &Tensor, v: &Tensor, scale: f32, mask: Mask<'_>) -> Result {
        attention::attention(q, k, v, scale, mask)
    }

    fn embedding(&self, table: &Tensor, ids: &Tensor) -> Result {
        index::embedding(table, ids)
    }

    fn slice_at(&self, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
        index::slice_at(x, start, shape)
    }

    fn argmax(&self, x: &Tensor, axis: usize) -> Result {
        index::argmax(x, axis)
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
    fn iter(&self) -> impl Iterator<Item = impl Iterator<Item = usize> + Clone> {
        let Self { outer, length, inner } = *self;
        let starts = (0..outer).flat_map(move |o| (0..inner).map(move |i| o * length * inner + i));
        starts.map(move |start| (0..length).map(move |at| start + at * inner))
    }
}
