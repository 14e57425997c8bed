//! Products of matrices, norms, rotary position embeddings and attention.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Logits, Mask, Quantization, Quantized, Rope, RopeLayout};

use super::{NO_F32, NO_FLOATS, NO_NUMBERS, assert_argument_refused, assert_shape_refused, assert_type_refused, ones};
use crate::Checked;

#[conformance(of = "matmul")]
pub fn matmul(kernels: &dyn Kernels) -> Checked {
    let x = |shape: &[usize]| ones(shape, Dtype::F32);
    for (a, b) in [(&[2, 3][..], &[2, 3][..]), (&[3], &[3, 2]), (&[2, 3], &[3]), (&[2, 2, 3], &[3, 3, 2]), (&[], &[])] {
        assert_shape_refused("matmul", kernels.matmul(&x(a)?, &x(b)?))?;
    }
    for other in NO_F32 {
        assert_type_refused("matmul", kernels.matmul(&x(&[2, 2])?, &ones(&[2, 2], other)?))?;
    }
    for dtype in NO_NUMBERS {
        let x = ones(&[2, 2], *dtype)?;
        assert_type_refused("matmul", kernels.matmul(&x, &x))?;
    }
    Ok(())
}

#[conformance(of = "rms_norm")]
pub fn rms_norm(kernels: &dyn Kernels) -> Checked {
    let (x, weight) = (ones(&[2, 3], Dtype::F32)?, ones(&[3], Dtype::F32)?);
    for shape in [&[2][..], &[1], &[1, 3], &[2, 3], &[]] {
        assert_shape_refused("rms_norm", kernels.rms_norm(&x, &ones(shape, Dtype::F32)?, 1e-5))?;
    }
    let number = ones(&[], Dtype::F32)?;
    assert_shape_refused("rms_norm", kernels.rms_norm(&number, &number, 1e-5))?;
    assert_type_refused("rms_norm", kernels.rms_norm(&x, &ones(&[3], Dtype::F16)?, 1e-5))?;
    for dtype in NO_FLOATS {
        let whole = ones(&[3], *dtype)?;
        assert_type_refused("rms_norm", kernels.rms_norm(&whole, &whole, 1e-5))?;
    }
    for eps in [-1.0, f32::NAN, f32::INFINITY] {
        assert_argument_refused("rms_norm", kernels.rms_norm(&x, &weight, eps))?;
    }
    Ok(())
}

#[conformance(of = "layer_norm")]
pub fn layer_norm(kernels: &dyn Kernels) -> Checked {
    let (x, weight) = (ones(&[2, 3], Dtype::F32)?, ones(&[3], Dtype::F32)?);
    for shape in [&[2][..], &[1], &[1, 3], &[2, 3], &[]] {
        let other = ones(shape, Dtype::F32)?;
        assert_shape_refused("layer_norm", kernels.layer_norm(&x, &other, &weight, 1e-5))?;
        assert_shape_refused("layer_norm", kernels.layer_norm(&x, &weight, &other, 1e-5))?;
    }
    let (number, half) = (ones(&[], Dtype::F32)?, ones(&[3], Dtype::F16)?);
    assert_shape_refused("layer_norm", kernels.layer_norm(&number, &number, &number, 1e-5))?;
    assert_type_refused("layer_norm", kernels.layer_norm(&x, &half, &weight, 1e-5))?;
    assert_type_refused("layer_norm", kernels.layer_norm(&x, &weight, &half, 1e-5))?;
    for dtype in NO_FLOATS {
        let whole = ones(&[3], *dtype)?;
        assert_type_refused("layer_norm", kernels.layer_norm(&whole, &whole, &whole, 1e-5))?;
    }
    for eps in [-1.0, f32::NAN, f32::INFINITY] {
        assert_argument_refused("layer_norm", kernels.layer_norm(&x, &weight, &weight, eps))?;
    }
    Ok(())
}

#[conformance(of = "rope", layout(Halves, Interleaved))]
pub fn rope(kernels: &dyn Kernels, layout: RopeLayout) -> Checked {
    let rope = Rope { dims: 4, base: 10_000.0, scale: 1.0, offset: 0, layout };
    let x = ones(&[2, 3, 4], Dtype::F32)?;
    for shape in [&[][..], &[4]] {
        assert_shape_refused("rope", kernels.rope(&ones(shape, Dtype::F32)?, &rope))?;
    }
    for dtype in NO_FLOATS {
        assert_type_refused("rope", kernels.rope(&ones(&[2, 3, 4], *dtype)?, &rope))?;
    }
    for dims in [0, 3, 6, usize::MAX - 1] {
        assert_argument_refused("rope", kernels.rope(&x, &Rope { dims, ..rope }))?;
    }
    for base in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert_argument_refused("rope", kernels.rope(&x, &Rope { base, ..rope }))?;
    }
    for scale in [f32::NAN, f32::INFINITY] {
        assert_argument_refused("rope", kernels.rope(&x, &Rope { scale, ..rope }))?;
    }
    assert_argument_refused("rope", kernels.rope(&x, &Rope { offset: -1, ..rope }))
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn attention(kernels: &dyn Kernels) -> Checked {
    let name = "scaled_dot_product_attention";
    let x = |shape: &[usize]| ones(shape, Dtype::F32);
    let (q, k) = (x(&[2, 4, 3, 8])?, x(&[2, 2, 5, 8])?);
    for shape in [&[1, 2, 5, 8][..], &[2, 3, 5, 8], &[2, 0, 5, 8], &[2, 2, 5, 7], &[2, 2, 0, 8], &[2, 5, 8]] {
        let other = x(shape)?;
        assert_shape_refused(
            name,
            kernels.scaled_dot_product_attention(&q, &other, &other, Logits::scaled(1.0), Mask::NONE),
        )?;
    }
    for shape in [&[1, 2, 5, 8][..], &[2, 4, 5, 8], &[2, 2, 4, 8], &[2, 5, 8]] {
        assert_shape_refused(
            name,
            kernels.scaled_dot_product_attention(&q, &k, &x(shape)?, Logits::scaled(1.0), Mask::NONE),
        )?;
    }
    for shape in [&[5, 3][..], &[3, 4], &[2, 2, 3, 5], &[3, 1, 3, 5], &[1, 2, 4, 3, 5]] {
        let mask = x(shape)?;
        assert_shape_refused(
            name,
            kernels.scaled_dot_product_attention(&q, &k, &k, Logits::scaled(1.0), Mask::additive(&mask)),
        )?;
    }
    let half = ones(k.shape(), Dtype::F16)?;
    assert_type_refused(name, kernels.scaled_dot_product_attention(&q, &half, &k, Logits::scaled(1.0), Mask::NONE))?;
    assert_type_refused(name, kernels.scaled_dot_product_attention(&q, &k, &half, Logits::scaled(1.0), Mask::NONE))?;
    for dtype in NO_F32 {
        let mask = ones(&[3, 5], dtype)?;
        assert_type_refused(
            name,
            kernels.scaled_dot_product_attention(&q, &k, &k, Logits::scaled(1.0), Mask::additive(&mask)),
        )?;
    }
    for dtype in NO_FLOATS {
        let whole = ones(k.shape(), *dtype)?;
        assert_type_refused(
            name,
            kernels.scaled_dot_product_attention(&whole, &whole, &whole, Logits::scaled(1.0), Mask::NONE),
        )?;
    }
    for scale in [f32::NAN, f32::INFINITY] {
        assert_argument_refused(
            name,
            kernels.scaled_dot_product_attention(&q, &k, &k, Logits::scaled(scale), Mask::NONE),
        )?;
    }
    for softcap in [0.0, -2.0, f32::NAN, f32::INFINITY] {
        let logits = Logits::scaled(1.0).capped(softcap);
        assert_argument_refused(name, kernels.scaled_dot_product_attention(&q, &k, &k, logits, Mask::NONE))?;
    }
    assert_argument_refused(
        name,
        kernels.scaled_dot_product_attention(&q, &k, &k, Logits::scaled(1.0), Mask::window(0)),
    )?;
    Ok(())
}

/// A matrix `[2, 64]` of ones.
fn quantized() -> Checked<Quantized> {
    let ones = |shape: &[usize]| ones(shape, Dtype::F32);
    let quantization = Quantization { group: 32, bits: 4 };
    Ok(Quantized { packed: vec![0; 16], columns: 64, scales: ones(&[2, 2])?, biases: ones(&[2, 2])?, quantization })
}

/// Tensors that are not matrices.
fn broken() -> Checked<Vec<Quantized>> {
    let (w, row) = (quantized()?, ones(&[1, 2], Dtype::F32)?);
    Ok(vec![
        Quantized { packed: vec![0; 15], ..w.clone() },
        Quantized { columns: 32, ..w.clone() },
        Quantized { columns: 65, ..w.clone() },
        Quantized { biases: row.clone(), ..w.clone() },
        Quantized { scales: row.clone(), biases: row, ..w.clone() },
        Quantized { quantization: Quantization { group: 64, bits: 4 }, ..w.clone() },
        Quantized { quantization: Quantization { group: 32, bits: 8 }, ..w },
    ])
}

const UNKNOWN: [Quantization; 4] = [
    Quantization { group: 48, bits: 4 },
    Quantization { group: 0, bits: 4 },
    Quantization { group: 32, bits: 3 },
    Quantization { group: 32, bits: 0 },
];

#[conformance(of = "quantize", uses = "quantization")]
pub fn quantize(kernels: &dyn Kernels) -> Checked {
    let (w, known) = (ones(&[2, 64], Dtype::F32)?, Quantization { group: 64, bits: 4 });
    for shape in [&[][..], &[64], &[2, 32], &[2, 96], &[1, 2, 64]] {
        assert_shape_refused("quantize", kernels.quantize(&ones(shape, Dtype::F32)?, known))?;
    }
    for dtype in NO_FLOATS {
        assert_type_refused("quantize", kernels.quantize(&ones(&[2, 64], *dtype)?, known))?;
    }
    for unknown in UNKNOWN {
        assert_argument_refused("quantize", kernels.quantize(&w, unknown))?;
    }
    Ok(())
}

#[conformance(of = "dequantize", uses = "quantization")]
pub fn dequantize(kernels: &dyn Kernels) -> Checked {
    for w in broken()? {
        assert_shape_refused("dequantize", kernels.dequantize(&w))?;
    }
    let w = quantized()?;
    let half = ones(&[2, 2], Dtype::F16)?;
    assert_type_refused("dequantize", kernels.dequantize(&Quantized { biases: half, ..w.clone() }))?;
    for dtype in NO_FLOATS {
        let whole = ones(&[2, 2], *dtype)?;
        let integers = Quantized { scales: whole.clone(), biases: whole, ..w.clone() };
        assert_type_refused("dequantize", kernels.dequantize(&integers))?;
    }
    for quantization in UNKNOWN {
        assert_argument_refused("dequantize", kernels.dequantize(&Quantized { quantization, ..w.clone() }))?;
    }
    Ok(())
}

#[conformance(of = "quantized_matmul", uses = "quantization")]
pub fn quantized_matmul(kernels: &dyn Kernels) -> Checked {
    let (name, w, x) = ("quantized_matmul", quantized()?, ones(&[3, 64], Dtype::F32)?);
    for w in broken()? {
        assert_shape_refused(name, kernels.quantized_matmul(&x, &w))?;
    }
    for shape in [&[][..], &[64], &[3, 32], &[64, 3]] {
        assert_shape_refused(name, kernels.quantized_matmul(&ones(shape, Dtype::F32)?, &w))?;
    }
    for dtype in NO_F32 {
        assert_type_refused(name, kernels.quantized_matmul(&ones(&[3, 64], dtype)?, &w))?;
    }
    for quantization in UNKNOWN {
        assert_argument_refused(name, kernels.quantized_matmul(&x, &Quantized { quantization, ..w.clone() }))?;
    }
    Ok(())
}
