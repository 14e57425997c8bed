//! Matrices in 4 or 8 bits, as MLX's affine mode has them.

use super::Result;
use crate::params::{Quantization, Quantized};
use crate::tensor::Tensor;
use crate::validate;

/// Quantizes the rows of a matrix.
pub fn quantize(w: &Tensor, quantization: Quantization) -> Result<Quantized> {
    validate::quantize(w, quantization)?;
    let Quantization { group, bits } = quantization;
    let (rows, columns) = (w.shape()[0], w.shape()[1]);
    // The scheme is defined in 32-bit floats, each operation rounded: only so the levels are the same everywhere.
    let values: Vec<f32> = w.to_f64().iter().map(|value| *value as f32).collect();
    let (mut levels, mut scales, mut biases) = (Vec::new(), Vec::new(), Vec::new());
    for values in values.chunks(group) {
        let (scale, bias) = scale_and_bias(values, bits);
        let highest = highest(bits);
        levels.extend(values.iter().map(|x| ((x - bias) / scale).round_ties_even().clamp(0.0, highest) as u32));
        scales.push(f64::from(scale));
        biases.push(f64::from(bias));
    }
    let word = |levels: &[u32]| levels.iter().rev().fold(0, |word, level| word << bits | level);
    let groups = [rows, columns / group];
    Ok(Quantized {
        packed: levels.chunks(32 / bits as usize).map(word).collect(),
        columns,
        scales: Tensor::from_f64(&groups, w.dtype(), &scales)?,
        biases: Tensor::from_f64(&groups, w.dtype(), &biases)?,
        quantization,
    })
}

/// The end of the group's range that is farther from 0 is the bias, so that it comes back exactly. The step leads from it
/// to the other end, and is then changed a little, so that 0 is a level as well.
fn scale_and_bias(values: &[f32], bits: u32) -> (f32, f32) {
    let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let smallest = values.iter().copied().fold(f32::INFINITY, f32::min);
    let step = ((largest - smallest) / highest(bits)).max(1e-7);
    let (edge, step) = if smallest.abs() > largest.abs() { (smallest, step) } else { (largest, -step) };
    let steps_to_zero = (edge / step).round_ties_even();
    if steps_to_zero == 0.0 { (step, 0.0) } else { (edge / steps_to_zero, edge) }
}

fn highest(bits: u32) -> f32 {
    ((1_u32 << bits) - 1) as f32
}

/// The matrix that was quantized.
pub fn dequantize(w: &Quantized) -> Result {
    let rows = validate::dequantize(w)?;
    Tensor::from_f64(&[rows, w.columns], w.scales.dtype(), &elements(w))
}

/// A product with the transpose of a quantized matrix.
pub fn quantized_matmul(x: &Tensor, w: &Quantized) -> Result {
    let shape = validate::quantized_matmul(x, w)?;
    let (x_values, w_values, k) = (x.to_f64(), elements(w), w.columns);
    let [.., m, n] = shape[..] else { return Ok(x.clone()) };
    let rows = shape[..shape.len() - 2].iter().product::<usize>() * m;
    let mut out = Vec::new();
    for row in 0..rows {
        for column in 0..n {
            let pairs = x_values[row * k..][..k].iter().zip(&w_values[column * k..][..k]);
            out.push(pairs.fold(0.0, |sum, (x, w)| sum + x * w));
        }
    }
    Tensor::from_f64(&shape, x.dtype(), &out)
}

/// `scale · level + bias` of each element.
fn elements(w: &Quantized) -> Vec<f64> {
    let Quantization { group, bits } = w.quantization;
    let in_word = 32 / bits as usize;
    let (scales, biases) = (w.scales.to_f64(), w.biases.to_f64());
    let element = |at: usize| {
        let level = w.packed[at / in_word] >> (at % in_word * bits as usize) & ((1 << bits) - 1);
        scales[at / group] * f64::from(level) + biases[at / group]
    };
    (0..scales.len() * group).map(element).collect()
}
