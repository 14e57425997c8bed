//! Matrices in 4 or 8 bits, of 3 rows and 128 columns. The file holds their words as i32 of the same bits.

use std::error::Error;

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Quantization, Quantized, Tensor};

use super::{Bounds, Golden, Outcome, golden, typed};

#[conformance(of = "quantize", uses = "quantization", dtype(F32, F16, BF16), group(32, 64, 128), bits(4, 8))]
pub fn quantize(kernels: &dyn Kernels, dtype: Dtype, group: usize, bits: u32) -> Outcome {
    let golden = typed("quantize", dtype);
    let quantized = kernels.quantize(&golden.get("w")?, Quantization { group, bits })?;
    assert_eq!((quantized.columns, quantized.quantization), (128, Quantization { group, bits }));
    let words: Vec<_> = quantized.packed.iter().map(|word| word.cast_signed()).collect();
    let words = Tensor::i32(&[3, words.len() / 3], words)?;
    golden.assert_equal(&format!("expected_packed_{group}_{bits}"), &words)?;
    golden.assert_equal(&format!("expected_scales_{group}_{bits}"), &quantized.scales)?;
    golden.assert_equal(&format!("expected_biases_{group}_{bits}"), &quantized.biases)
}

/// The case, and its matrix.
fn matrix(dtype: Dtype, group: usize, bits: u32) -> Result<(Golden, Quantized), Box<dyn Error>> {
    let golden = golden(format!("quantized_{dtype}_{group}_{bits}"));
    let packed = golden.get("packed")?;
    let packed = packed.as_i32().ok_or("the words of a quantized matrix are i32")?;
    let matrix = Quantized {
        packed: packed.iter().map(|word| word.cast_unsigned()).collect(),
        columns: 128,
        scales: golden.get("scales")?,
        biases: golden.get("biases")?,
        quantization: Quantization { group, bits },
    };
    Ok((golden, matrix))
}

#[conformance(of = "dequantize", uses = "quantization", dtype(F32, F16, BF16), group(32, 64, 128), bits(4, 8))]
pub fn dequantize(kernels: &dyn Kernels, dtype: Dtype, group: usize, bits: u32) -> Outcome {
    let (golden, matrix) = matrix(dtype, group, bits)?;
    // MLX rounds to 16 bits on the way.
    let f16 = Bounds {
        rtol: 1e-3,
        atol: 4.9e-4,
        reason: "scale · level, below 2, is rounded: half a unit in the last place, 2^-11",
    };
    let bf16 = Bounds {
        rtol: 1.6e-2,
        atol: 3.9e-3,
        reason: "scale · level, below 2, is rounded: half a unit in the last place, 2^-8",
    };
    golden.assert_within("expected_elements", &kernels.dequantize(&matrix)?, f16, bf16)
}

#[conformance(of = "quantized_matmul", uses = "quantization", group(32, 64, 128), bits(4, 8))]
pub fn quantized_matmul(kernels: &dyn Kernels, group: usize, bits: u32) -> Outcome {
    let (golden, matrix) = matrix(Dtype::F32, group, bits)?;
    golden.assert_near("expected_products", &kernels.quantized_matmul(&golden.get("x")?, &matrix)?)
}
