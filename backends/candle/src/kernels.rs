//! The contract, by candle's operations.
//!
//! Left out are `quantize`, `dequantize` and `quantized_matmul`: candle quantizes into GGML's blocks, of 32 or 256 elements
//! together with their scales, and has no operation on words that have scales and biases beside them.

use candle_core::{DType, Tensor as Array};
use candle_nn::ops;
use std::sync::Arc;

use crosscheck_backends::device::Device;
use crosscheck_backends::{Axes, Dtype, Gelu, Host, Kernels, Logits, Mask, Rope, Tensor, validate};

use crate::convert::Bytes;
use crate::elementwise::{compare, either, unary, wrapping};
use crate::run::{Result, run, run_for_two, run_on_all, run_to};
use crate::{attention, elementwise, index, reduce, rope};

/// Kernels of candle on the CPU.
#[derive(Clone, Copy, Debug, Default)]
pub struct Candle;

#[crosscheck::implements("candle")]
impl Kernels for Candle {
    // candle's tensors could stay where they are; what is tried here is its operations.
    fn device(&self) -> Result<Arc<dyn Device>> {
        Ok(Arc::new(Host::new(*self)))
    }

    fn add(&self, a: &Tensor, b: &Tensor) -> Result {
        wrapping("add", a, b, Array::broadcast_add)
    }

    fn sub(&self, a: &Tensor, b: &Tensor) -> Result {
        wrapping("sub", a, b, Array::broadcast_sub)
    }

    fn mul(&self, a: &Tensor, b: &Tensor) -> Result {
        wrapping("mul", a, b, Array::broadcast_mul)
    }

    fn div(&self, a: &Tensor, b: &Tensor) -> Result {
        validate::div(a, b)?;
        wrapping("div", a, b, Array::broadcast_div)
    }

    fn maximum(&self, a: &Tensor, b: &Tensor) -> Result {
        either("maximum", a, b, Array::broadcast_maximum)
    }

    fn minimum(&self, a: &Tensor, b: &Tensor) -> Result {
        either("minimum", a, b, Array::broadcast_minimum)
    }

    fn neg(&self, x: &Tensor) -> Result {
        validate::numbers("neg", x)?;
        run("neg", [x], |[x]| elementwise::neg(x))
    }

    fn exp(&self, x: &Tensor) -> Result {
        unary("exp", x, Array::exp)
    }

    fn log(&self, x: &Tensor) -> Result {
        unary("log", x, Array::log)
    }

    fn sqrt(&self, x: &Tensor) -> Result {
        unary("sqrt", x, Array::sqrt)
    }

    fn rsqrt(&self, x: &Tensor) -> Result {
        unary("rsqrt", x, |x| x.sqrt()?.recip())
    }

    fn round(&self, x: &Tensor) -> Result {
        unary("round", x, Array::round)
    }

    fn tanh(&self, x: &Tensor) -> Result {
        unary("tanh", x, Array::tanh)
    }

    fn sigmoid(&self, x: &Tensor) -> Result {
        unary("sigmoid", x, ops::sigmoid)
    }

    fn equal(&self, a: &Tensor, b: &Tensor) -> Result {
        compare("equal", a, b, Array::broadcast_eq)
    }

    fn not_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        compare("not_equal", a, b, Array::broadcast_ne)
    }

    fn less(&self, a: &Tensor, b: &Tensor) -> Result {
        compare("less", a, b, Array::broadcast_lt)
    }

    fn less_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        compare("less_equal", a, b, Array::broadcast_le)
    }

    fn greater(&self, a: &Tensor, b: &Tensor) -> Result {
        compare("greater", a, b, Array::broadcast_gt)
    }

    fn greater_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        compare("greater_equal", a, b, Array::broadcast_ge)
    }

    fn select(&self, condition: &Tensor, a: &Tensor, b: &Tensor) -> Result {
        let (_, shape) = validate::select(condition, a, b)?;
        run("select", [a, b, condition], |[a, b, condition]| elementwise::select(condition, a, b, &shape))
    }

    fn cast(&self, x: &Tensor, dtype: Dtype) -> Result {
        run_to(Bytes::of(dtype), "cast", [x], |[x]| elementwise::cast(x, dtype))
    }

    fn sum(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        validate::numbers("sum", x)?;
        let reduced = validate::axes("sum", x, axes)?;
        run("sum", [x], |[x]| reduce::sum(x, &reduced, axes))
    }

    fn mean(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        validate::floats("mean", x)?;
        let reduced = validate::axes("mean", x, axes)?;
        run("mean", [x], |[x]| reduce::mean(x, &reduced, axes))
    }

    fn max(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        let reduced = validate::extreme("max", x, axes)?;
        run("max", [x], |[x]| reduce::max(x, &reduced, axes))
    }

    fn min(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        let reduced = validate::extreme("min", x, axes)?;
        run("min", [x], |[x]| reduce::min(x, &reduced, axes))
    }

    fn logsumexp(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        validate::floats("logsumexp", x)?;
        let reduced = validate::axes("logsumexp", x, axes)?;
        run("logsumexp", [x], |[x]| reduce::logsumexp(x, &reduced, axes))
    }

    fn top_k(&self, x: &Tensor, k: usize, axis: usize) -> Result<(Tensor, Tensor)> {
        validate::top_k(x, k, axis)?;
        run_for_two("top_k", x, |x| reduce::top_k(x, k, axis))
    }

    fn matmul(&self, a: &Tensor, b: &Tensor) -> Result {
        validate::matmul(a, b)?;
        run("matmul", [a, b], |[a, b]| a.broadcast_matmul(b))
    }

    fn softmax(&self, x: &Tensor, axis: usize) -> Result {
        validate::floats("softmax", x)?;
        validate::along("softmax", x, axis)?;
        run("softmax", [x], |[x]| ops::softmax(x, axis))
    }

    fn rms_norm(&self, x: &Tensor, weight: &Tensor, eps: f32) -> Result {
        validate::norm("rms_norm", x, &[weight], eps)?;
        run("rms_norm", [x, weight], |[x, weight]| ops::rms_norm(x, weight, eps))
    }

    fn layer_norm(&self, x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f32) -> Result {
        validate::norm("layer_norm", x, &[weight, bias], eps)?;
        run("layer_norm", [x, weight, bias], |[x, weight, bias]| ops::layer_norm(x, weight, bias, eps))
    }

    fn silu(&self, x: &Tensor) -> Result {
        unary("silu", x, Array::silu)
    }

    fn gelu(&self, x: &Tensor, form: Gelu) -> Result {
        match form {
            Gelu::Exact => unary("gelu", x, Array::gelu_erf),
            Gelu::Tanh => unary("gelu", x, Array::gelu),
        }
    }

    fn rope(&self, x: &Tensor, rope: &Rope) -> Result {
        validate::rope(x, rope)?;
        run("rope", [x], |[x]| rope::rope(x, rope))
    }

    fn scaled_dot_product_attention(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        logits: Logits,
        mask: Mask<'_>,
    ) -> Result {
        let function = "scaled_dot_product_attention";
        let dims = validate::attention(q, k, v, logits, mask)?;
        let attention =
            |qkv: [&Array; 3], added: Option<&Array>| attention::attention(qkv, &dims, logits, mask.keys, added);
        match mask.additive {
            None => run(function, [q, k, v], |[q, k, v]| attention([q, k, v], None)),
            Some(added) => run(function, [q, k, v, added], |[q, k, v, added]| attention([q, k, v], Some(added))),
        }
    }

    fn embedding(&self, table: &Tensor, ids: &Tensor) -> Result {
        validate::embedding(table, ids)?;
        run("embedding", [table, ids], |[table, ids]| index::embedding(table, ids))
    }

    fn slice_at(&self, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
        let starts = validate::slice_at(x, start, shape)?;
        run("slice_at", [x], |[x]| index::slice(x, &starts, shape))
    }

    fn update_at(&self, x: &Tensor, part: &Tensor, start: &Tensor) -> Result {
        let starts = validate::update_at(x, part, start)?;
        run("update_at", [x, part], |[x, part]| index::update(x, part, &starts))
    }

    fn take_along_axis(&self, x: &Tensor, indices: &Tensor, axis: usize) -> Result {
        validate::take_along_axis(x, indices, axis)?;
        run("take_along_axis", [x, indices], |[x, indices]| index::take(x, indices, axis))
    }

    fn concatenate(&self, parts: &[&Tensor], axis: usize) -> Result {
        validate::concatenate(parts, axis)?;
        run_on_all("concatenate", parts, |parts| Array::cat(parts, axis))
    }

    fn transpose(&self, x: &Tensor, axes: &[usize]) -> Result {
        validate::transpose(x, axes)?;
        run("transpose", [x], |[x]| x.permute(axes))
    }

    fn broadcast_to(&self, x: &Tensor, shape: &[usize]) -> Result {
        validate::broadcast_to(x, shape)?;
        run("broadcast_to", [x], |[x]| x.broadcast_as(shape))
    }

    fn argmax(&self, x: &Tensor, axis: usize) -> Result {
        validate::extreme("argmax", x, axis)?;
        run("argmax", [x], |[x]| x.argmax(axis)?.to_dtype(DType::I32))
    }

    fn argmin(&self, x: &Tensor, axis: usize) -> Result {
        validate::extreme("argmin", x, axis)?;
        run("argmin", [x], |[x]| x.argmin(axis)?.to_dtype(DType::I32))
    }
}
