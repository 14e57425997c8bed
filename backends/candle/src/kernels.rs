//! The contract, by candle's operations.

use candle_core::{DType, Tensor as Array};
use candle_nn::ops;
use crosscheck_backends::{Dtype, Gelu, KernelError, Kernels, Mask, Rope, Tensor, validate};

use crate::convert::{failed, to_candle, to_host};
use crate::{attention, rope};

type Result<T = Tensor> = std::result::Result<T, KernelError>;

/// Kernels of candle on the CPU.
#[derive(Clone, Copy, Debug, Default)]
pub struct Candle;

/// Runs a kernel on copies of these operands.
fn run<const N: usize>(
    function: &'static str,
    operands: [&Tensor; N],
    kernel: impl FnOnce(&[Array; N]) -> candle_core::Result<Array>,
) -> Result {
    let copies: Vec<_> = operands.iter().map(|operand| to_candle(function, operand)).collect::<Result<_>>()?;
    let copies = copies.try_into().expect("a copy of each operand");
    to_host(function, &kernel(&copies).map_err(|error| failed(function, &error))?)
}

/// An element-by-element operation on two tensors. Integers are computed in 64 bits, which hold every sum and product of
/// two of them, and cut off: candle adds with Rust's `+`, which panics in a debug build where the contract wraps.
fn binary(
    function: &'static str,
    a: &Tensor,
    b: &Tensor,
    kernel: impl FnOnce(&Array, &Array) -> candle_core::Result<Array>,
) -> Result {
    validate::arithmetic(function, a, b)?;
    let whole = a.dtype() == Dtype::I32;
    run(function, [a, b], |[a, b]| {
        if whole {
            kernel(&a.to_dtype(DType::I64)?, &b.to_dtype(DType::I64)?)?.to_dtype(DType::I32)
        } else {
            kernel(a, b)
        }
    })
}

/// An element-by-element operation on floats.
fn unary(function: &'static str, x: &Tensor, kernel: impl FnOnce(&Array) -> candle_core::Result<Array>) -> Result {
    validate::floats(function, x)?;
    run(function, [x], |[x]| kernel(x))
}

#[crosscheck::implements("candle")]
impl Kernels for Candle {
    fn add(&self, a: &Tensor, b: &Tensor) -> Result {
        binary("add", a, b, Array::broadcast_add)
    }

    fn mul(&self, a: &Tensor, b: &Tensor) -> Result {
        binary("mul", a, b, Array::broadcast_mul)
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

    fn scaled_dot_product_attention(&self, q: &Tensor, k: &Tensor, v: &Tensor, scale: f32, mask: Mask<'_>) -> Result {
        let function = "scaled_dot_product_attention";
        let dims = validate::attention(q, k, v, scale, mask)?;
        match mask {
            Mask::None => run(function, [q, k, v], |[q, k, v]| attention::attention(q, k, v, &dims, scale, Ok)),
            Mask::Causal => run(function, [q, k, v], |[q, k, v]| {
                attention::attention(q, k, v, &dims, scale, |scores| attention::causal(&scores))
            }),
            Mask::Additive(mask) => run(function, [q, k, v, mask], |[q, k, v, mask]| {
                let mask = mask.to_dtype(attention::wide(q.dtype()))?;
                attention::attention(q, k, v, &dims, scale, |scores| scores.broadcast_add(&mask))
            }),
        }
    }

    fn embedding(&self, table: &Tensor, ids: &Tensor) -> Result {
        validate::embedding(table, ids)?;
        run("embedding", [table, ids], |[table, ids]| {
            let shape = [ids.dims(), &table.dims()[1..]].concat();
            table.embedding(&ids.flatten_all()?.to_dtype(DType::U32)?)?.reshape(shape)
        })
    }

    // candle computes at once, so that a start that is known only at run time is a number when it slices.
    fn slice_at(&self, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
        let starts = validate::slice_at(x, start, shape)?;
        run("slice_at", [x], |[x]| {
            let mut part = x.clone();
            for (axis, (start, length)) in starts.iter().zip(shape).enumerate() {
                part = part.narrow(axis, *start, *length)?;
            }
            Ok(part)
        })
    }

    fn argmax(&self, x: &Tensor, axis: usize) -> Result {
        validate::extreme("argmax", x, axis)?;
        run("argmax", [x], |[x]| x.argmax(axis)?.to_dtype(DType::I32))
    }
}
