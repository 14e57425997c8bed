//! Quantized matrices, and what can become one.

use super::Result;
use super::dtype::{equal_dtypes, floats};
use super::shape::countable;
use crate::error::KernelError;
use crate::params::{Quantization, Quantized};
use crate::tensor::Tensor;

/// A matrix that can be quantized.
///
/// # Errors
/// When the inputs do not fit.
pub fn quantize(w: &Tensor, quantization: Quantization) -> Result<()> {
    let function = "quantize";
    floats(function, w)?;
    quantization_is_known(function, quantization)?;
    match w.shape() {
        [_, columns] if columns % quantization.group == 0 => Ok(()),
        _ => {
            let message = format!(
                "a matrix is needed whose rows are whole groups of {}, not {:?}",
                quantization.group,
                w.shape()
            );
            Err(KernelError::Shape { function, message })
        }
    }
}

/// A quantized matrix whose parts fit each other; its number of rows.
///
/// # Errors
/// When the inputs do not fit.
pub fn dequantize(w: &Quantized) -> Result<usize> {
    quantized("dequantize", w)
}

/// `[.., M, K]` by the transpose of a quantized matrix `[N, K]`: the shape of the result.
///
/// # Errors
/// When the inputs do not fit.
pub fn quantized_matmul(x: &Tensor, w: &Quantized) -> Result<Vec<usize>> {
    let function = "quantized_matmul";
    let rows = quantized(function, w)?;
    equal_dtypes(function, &[x, &w.scales])?;
    match x.shape() {
        [front @ .., m, k] if *k == w.columns => {
            let shape = [front, &[*m, rows]].concat();
            countable(function, &shape)?;
            Ok(shape)
        }
        shape => {
            let message = format!("`[.., M, {}]` is needed for rows of that length, not {shape:?}", w.columns);
            Err(KernelError::Shape { function, message })
        }
    }
}

fn quantized(function: &'static str, w: &Quantized) -> Result<usize> {
    let Quantized { packed, columns, scales, biases, quantization } = w;
    quantization_is_known(function, *quantization)?;
    equal_dtypes(function, &[scales, biases])?;
    floats(function, scales)?;
    let whole = columns % quantization.group == 0;
    match scales.shape() {
        [rows, groups]
            if whole
                && biases.shape() == scales.shape()
                && groups.checked_mul(quantization.group) == Some(*columns)
                && Tensor::count(&[*rows, *columns]).map(|count| count * quantization.bits as usize / 32)
                    == Some(packed.len()) =>
        {
            Ok(*rows)
        }
        shape => {
            let message = format!(
                "{} words, {columns} columns, scales {shape:?} and biases {:?} do not fit each other",
                packed.len(),
                biases.shape(),
            );
            Err(KernelError::Shape { function, message })
        }
    }
}

fn quantization_is_known(function: &'static str, quantization: Quantization) -> Result<()> {
    let Quantization { group, bits } = quantization;
    if matches!(group, 32 | 64 | 128) && matches!(bits, 4 | 8) {
        return Ok(());
    }
    let message = format!("groups of 32, 64 or 128 with 4 or 8 bits are known, not groups of {group} with {bits} bits");
    Err(KernelError::Argument { function, message })
}
