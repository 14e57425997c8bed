//! What each fault does, one module a family of kernels. Whatever a fault leaves alone is the reference.

mod attention;
mod axes;
mod comparison;
mod device;
mod elementwise;
mod function;
mod index;
mod layer;
mod logits;
mod movement;
mod order;
mod product;
mod quantization;
mod reduction;
mod shared;
mod window;

use std::sync::Arc;

use crosscheck_backends::device::Device;
use crosscheck_backends::{
    Axes, Dtype, Gelu, KernelError, Kernels, Logits, Mask, Quantization, Quantized, Rope, Tensor,
};

use crate::fault::Fault;
use shared::Shared;

type Result<T = Tensor> = std::result::Result<T, KernelError>;

/// The reference, with a fault.
pub struct Mutant {
    fault: Fault,
    shared: Shared,
}

impl Mutant {
    /// The reference with this fault.
    pub fn new(fault: Fault) -> Self {
        Self { fault, shared: Shared::default() }
    }
}

impl Kernels for Mutant {
    fn device(&self) -> Result<Arc<dyn Device>> {
        Ok(Arc::new(device::Faulty::new(self.fault)?))
    }

    fn add(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::add(self.fault, a, b)
    }

    fn sub(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::sub(self.fault, a, b)
    }

    fn mul(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::mul(self.fault, a, b)
    }

    fn div(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::div(self.fault, a, b)
    }

    fn maximum(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::maximum(self.fault, a, b)
    }

    fn minimum(&self, a: &Tensor, b: &Tensor) -> Result {
        elementwise::minimum(self.fault, a, b)
    }

    fn neg(&self, x: &Tensor) -> Result {
        elementwise::neg(self.fault, x)
    }

    fn select(&self, condition: &Tensor, a: &Tensor, b: &Tensor) -> Result {
        elementwise::select(self.fault, condition, a, b)
    }

    fn cast(&self, x: &Tensor, dtype: Dtype) -> Result {
        elementwise::cast(self.fault, x, dtype)
    }

    fn equal(&self, a: &Tensor, b: &Tensor) -> Result {
        comparison::equal(self.fault, a, b)
    }

    fn not_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        comparison::not_equal(self.fault, a, b)
    }

    fn less(&self, a: &Tensor, b: &Tensor) -> Result {
        comparison::less(self.fault, a, b)
    }

    fn less_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        comparison::less_equal(self.fault, a, b)
    }

    fn greater(&self, a: &Tensor, b: &Tensor) -> Result {
        comparison::greater(self.fault, a, b)
    }

    fn greater_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        comparison::greater_equal(self.fault, a, b)
    }

    fn exp(&self, x: &Tensor) -> Result {
        function::exp(self.fault, x)
    }

    fn log(&self, x: &Tensor) -> Result {
        function::log(self.fault, x)
    }

    fn sqrt(&self, x: &Tensor) -> Result {
        function::sqrt(self.fault, x)
    }

    fn rsqrt(&self, x: &Tensor) -> Result {
        function::rsqrt(self.fault, x)
    }

    fn round(&self, x: &Tensor) -> Result {
        function::round(self.fault, x)
    }

    fn tanh(&self, x: &Tensor) -> Result {
        function::tanh(self.fault, x)
    }

    fn sigmoid(&self, x: &Tensor) -> Result {
        function::sigmoid(self.fault, x)
    }

    fn silu(&self, x: &Tensor) -> Result {
        function::silu(self.fault, x)
    }

    fn gelu(&self, x: &Tensor, form: Gelu) -> Result {
        function::gelu(self.fault, x, form)
    }

    fn sum(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        match axes::single(x, axes) {
            Some(axis) => reduction::sum(self.fault, x, axis),
            None => axes::sum(self.fault, x, axes),
        }
    }

    fn mean(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        match axes::single(x, axes) {
            Some(axis) => reduction::mean(self.fault, x, axis),
            None => axes::mean(self.fault, x, axes),
        }
    }

    fn max(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        match axes::single(x, axes) {
            Some(axis) => reduction::max(self.fault, x, axis),
            None => axes::max(self.fault, x, axes),
        }
    }

    fn min(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        match axes::single(x, axes) {
            Some(axis) => reduction::min(self.fault, x, axis),
            None => axes::min(self.fault, x, axes),
        }
    }

    fn logsumexp(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        match axes::single(x, axes) {
            Some(axis) => reduction::logsumexp(self.fault, x, axis),
            None => axes::logsumexp(self.fault, x, axes),
        }
    }

    fn softmax(&self, x: &Tensor, axis: usize) -> Result {
        let y = reduction::softmax(self.fault, x, axis)?;
        match self.fault {
            Fault::SoftmaxShared => self.shared.result(y),
            Fault::SoftmaxKept => Ok(self.shared.kept(x, y)),
            _ => Ok(y),
        }
    }

    fn argmax(&self, x: &Tensor, axis: usize) -> Result {
        order::argmax(self.fault, x, axis)
    }

    fn argmin(&self, x: &Tensor, axis: usize) -> Result {
        order::argmin(self.fault, x, axis)
    }

    fn top_k(&self, x: &Tensor, k: usize, axis: usize) -> Result<(Tensor, Tensor)> {
        order::top_k(self.fault, x, k, axis)
    }

    fn matmul(&self, a: &Tensor, b: &Tensor) -> Result {
        product::matmul(self.fault, a, b)
    }

    fn rms_norm(&self, x: &Tensor, weight: &Tensor, eps: f32) -> Result {
        let eps = if self.fault == Fault::RmsShared { self.shared.parameter(eps)? } else { eps };
        layer::rms_norm(self.fault, x, weight, eps)
    }

    fn layer_norm(&self, x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f32) -> Result {
        layer::layer_norm(self.fault, x, weight, bias, eps)
    }

    fn rope(&self, x: &Tensor, rope: &Rope) -> Result {
        layer::rope(self.fault, x, rope)
    }

    fn scaled_dot_product_attention(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        logits: Logits,
        mask: Mask<'_>,
    ) -> Result {
        attention::scaled_dot_product_attention(self.fault, q, k, v, logits, mask)
    }

    fn embedding(&self, table: &Tensor, ids: &Tensor) -> Result {
        index::embedding(self.fault, table, ids)
    }

    fn slice_at(&self, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
        index::slice_at(self.fault, x, start, shape)
    }

    fn update_at(&self, x: &Tensor, part: &Tensor, start: &Tensor) -> Result {
        index::update_at(self.fault, x, part, start)
    }

    fn take_along_axis(&self, x: &Tensor, indices: &Tensor, axis: usize) -> Result {
        index::take_along_axis(self.fault, x, indices, axis)
    }

    fn concatenate(&self, parts: &[&Tensor], axis: usize) -> Result {
        movement::concatenate(self.fault, parts, axis)
    }

    fn transpose(&self, x: &Tensor, axes: &[usize]) -> Result {
        movement::transpose(self.fault, x, axes)
    }

    fn broadcast_to(&self, x: &Tensor, shape: &[usize]) -> Result {
        movement::broadcast_to(self.fault, x, shape)
    }

    fn quantize(&self, w: &Tensor, quantization: Quantization) -> Result<Quantized> {
        quantization::quantize(self.fault, w, quantization)
    }

    fn dequantize(&self, w: &Quantized) -> Result {
        quantization::dequantize(self.fault, w)
    }

    fn quantized_matmul(&self, x: &Tensor, w: &Quantized) -> Result {
        quantization::quantized_matmul(self.fault, x, w)
    }
}
