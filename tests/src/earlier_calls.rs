//! Calls before this one: a backend that keeps buffers, graphs or compiled kernels gives each call its own result all the
//! same.

use crosscheck::conformance;
use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, Gelu, Kernels, Logits, Mask, Quantization, Quantized, Rope, RopeLayout, Tensor};

use crate::Checked;
use crate::data::unit;

/// Asserts that a call returns the same before and after a call with another input of the same shape, and not the same as
/// that one.
#[track_caller]
fn assert_independent(shape: &[usize], call: impl Fn(&Tensor) -> Checked<Tensor>) -> Checked {
    let (x, y) = (unit(131, shape, Dtype::F32)?, unit(132, shape, Dtype::F32)?);
    let (first, other, again) = (call(&x)?, call(&y)?, call(&x)?);
    assert_eq!(first, again, "the same input after a call with another one");
    assert_ne!(first, other, "another input");
    Ok(())
}

#[conformance(of = "add")]
pub fn of_add(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.add(x, x))
}

#[conformance(of = "mul")]
pub fn of_mul(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.mul(x, x))
}

#[conformance(of = "matmul")]
pub fn of_matmul(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[41, 41], |x| kernels.matmul(x, x))
}

#[conformance(of = "softmax")]
pub fn of_softmax(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.softmax(x, 1))
}

#[conformance(of = "rms_norm")]
pub fn of_rms_norm(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[1, 41], |x| kernels.rms_norm(x, &Tensor::f32(&[41], [1.0; 41])?, 1e-5))
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn of_attention(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[1, 2, 7, 8], |x| {
        kernels.scaled_dot_product_attention(x, x, x, Logits::scaled(0.5), Mask::CAUSAL)
    })
}

#[conformance(of = "sub")]
pub fn of_sub(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.sub(x, &Tensor::f32(&[41], [0.5; 41])?))
}

#[conformance(of = "div")]
pub fn of_div(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.div(x, &Tensor::f32(&[41], [0.5; 41])?))
}

#[conformance(of = "maximum")]
pub fn of_maximum(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.maximum(x, &Tensor::f32(&[41], [0.5; 41])?))
}

#[conformance(of = "minimum")]
pub fn of_minimum(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.minimum(x, &Tensor::f32(&[41], [0.5; 41])?))
}

#[conformance(of = "equal")]
pub fn of_equal(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.equal(&whole(x)?, &Tensor::f32(&[], [0.0])?))
}

#[conformance(of = "not_equal")]
pub fn of_not_equal(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.not_equal(&whole(x)?, &Tensor::f32(&[], [0.0])?))
}

#[conformance(of = "less")]
pub fn of_less(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.less(&whole(x)?, &Tensor::f32(&[], [0.0])?))
}

#[conformance(of = "less_equal")]
pub fn of_less_equal(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.less_equal(&whole(x)?, &Tensor::f32(&[], [0.0])?))
}

#[conformance(of = "greater")]
pub fn of_greater(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.greater(&whole(x)?, &Tensor::f32(&[], [0.0])?))
}

#[conformance(of = "greater_equal")]
pub fn of_greater_equal(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.greater_equal(&whole(x)?, &Tensor::f32(&[], [0.0])?))
}

/// Whole numbers, of which many are zero.
fn whole(x: &Tensor) -> Checked<Tensor> {
    Tensor::from_f64(x.shape(), x.dtype(), &x.to_f64().iter().map(|x| (x * 2.0).round()).collect::<Vec<_>>())
}

#[conformance(of = "neg")]
pub fn of_neg(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.neg(x))
}

#[conformance(of = "exp")]
pub fn of_exp(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.exp(x))
}

#[conformance(of = "log")]
pub fn of_log(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.log(&above_zero(x)?))
}

#[conformance(of = "sqrt")]
pub fn of_sqrt(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.sqrt(&above_zero(x)?))
}

#[conformance(of = "rsqrt")]
pub fn of_rsqrt(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.rsqrt(&above_zero(x)?))
}

#[conformance(of = "round")]
pub fn of_round(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.round(x))
}

#[conformance(of = "tanh")]
pub fn of_tanh(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.tanh(x))
}

#[conformance(of = "sigmoid")]
pub fn of_sigmoid(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.sigmoid(x))
}

#[conformance(of = "silu")]
pub fn of_silu(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.silu(x))
}

fn above_zero(x: &Tensor) -> Checked<Tensor> {
    Tensor::from_f64(x.shape(), x.dtype(), &x.to_f64().iter().map(|x| x.abs() + 0.1).collect::<Vec<_>>())
}

#[conformance(of = "gelu", form(Exact, Tanh))]
pub fn of_gelu(kernels: &dyn Kernels, form: Gelu) -> Checked {
    assert_independent(&[3, 41], |x| kernels.gelu(x, form))
}

#[conformance(of = "sum")]
pub fn of_sum(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.sum(x, 1.into()))
}

#[conformance(of = "mean")]
pub fn of_mean(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.mean(x, 1.into()))
}

#[conformance(of = "max")]
pub fn of_max(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.max(x, 1.into()))
}

#[conformance(of = "min")]
pub fn of_min(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.min(x, 1.into()))
}

#[conformance(of = "logsumexp")]
pub fn of_logsumexp(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.logsumexp(x, 1.into()))
}

#[conformance(of = "argmin")]
pub fn of_argmin(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.argmin(x, 1))
}

#[conformance(of = "argmax")]
pub fn of_argmax(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.argmax(x, 1))
}

#[conformance(of = "top_k")]
pub fn of_top_k(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| Ok(kernels.top_k(x, 5, 1)?.0))
}

#[conformance(of = "select")]
pub fn of_select(kernels: &dyn Kernels) -> Checked {
    let condition = unit(133, &[3, 41], Dtype::Bool)?;
    assert_independent(&[3, 41], |x| kernels.select(&condition, x, &Tensor::f32(&[], [0.5])?))
}

#[conformance(of = "cast")]
pub fn of_cast(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.cast(x, Dtype::F16))
}

#[conformance(of = "layer_norm")]
pub fn of_layer_norm(kernels: &dyn Kernels) -> Checked {
    let ones = Tensor::f32(&[41], [1.0; 41])?;
    assert_independent(&[1, 41], |x| kernels.layer_norm(x, &ones, &ones, 1e-5))
}

#[conformance(of = "rope")]
pub fn of_rope(kernels: &dyn Kernels) -> Checked {
    let rope = Rope { dims: 8, base: 10_000.0, scale: 1.0, offset: 3, layout: RopeLayout::Halves };
    assert_independent(&[1, 7, 8], |x| kernels.rope(x, &rope))
}

#[conformance(of = "embedding")]
pub fn of_embedding(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.embedding(x, &Tensor::i32(&[2], [2, 0])?))
}

#[conformance(of = "slice_at", uses = "dynamic_offsets")]
pub fn of_slice_at(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.slice_at(x, &Tensor::i32(&[2], [1, 2])?, &[2, 17]))
}

#[conformance(of = "update_at", uses = "dynamic_offsets")]
pub fn of_update_at(kernels: &dyn Kernels) -> Checked {
    let part = Tensor::f32(&[1, 2], [0.5, 0.25])?;
    assert_independent(&[3, 41], |x| kernels.update_at(x, &part, &Tensor::i32(&[2], [1, 2])?))
}

#[conformance(of = "take_along_axis")]
pub fn of_take_along_axis(kernels: &dyn Kernels) -> Checked {
    let indices = Tensor::i32(&[3, 2], [2, 0, 1, 1, 40, 7])?;
    assert_independent(&[3, 41], |x| kernels.take_along_axis(x, &indices, 1))
}

#[conformance(of = "concatenate")]
pub fn of_concatenate(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.concatenate(&[x, x], 0))
}

#[conformance(of = "transpose")]
pub fn of_transpose(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.transpose(x, &[1, 0]))
}

#[conformance(of = "broadcast_to")]
pub fn of_broadcast_to(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.broadcast_to(x, &[2, 3, 41]))
}

#[conformance(of = "quantize", uses = "quantization")]
pub fn of_quantize(kernels: &dyn Kernels) -> Checked {
    let quantization = Quantization { group: 32, bits: 4 };
    assert_independent(&[3, 64], |x| Ok(kernels.quantize(x, quantization)?.scales))
}

#[conformance(of = "dequantize", uses = "quantization")]
pub fn of_dequantize(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 64], |w| kernels.dequantize(&quantized(w)?))
}

#[conformance(of = "quantized_matmul", uses = "quantization")]
pub fn of_quantized_matmul(kernels: &dyn Kernels) -> Checked {
    let x = unit(134, &[2, 64], Dtype::F32)?;
    assert_independent(&[3, 64], |w| kernels.quantized_matmul(&x, &quantized(w)?))
}

/// By the reference, so that no other kernel of the backend is called in between.
fn quantized(w: &Tensor) -> Checked<Quantized> {
    Reference.quantize(w, Quantization { group: 32, bits: 4 })
}
