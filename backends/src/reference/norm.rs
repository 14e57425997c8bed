//! Normalisation along the last axis.

use super::Result;
use crate::tensor::Tensor;
use crate::validate;

/// By the root of the mean of squares.
pub fn rms_norm(x: &Tensor, weight: &Tensor, eps: f32) -> Result {
    validate::norm("rms_norm", x, &[weight], eps)?;
    let weight = weight.to_f64();
    rows(x, |row| {
        let root = (mean(row.iter().map(|x| x * x)) + f64::from(eps)).sqrt();
        row.iter().zip(&weight).map(|(x, weight)| x / root * weight).collect()
    })
}

/// By mean and variance.
pub fn layer_norm(x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f32) -> Result {
    validate::norm("layer_norm", x, &[weight, bias], eps)?;
    let (weight, bias) = (weight.to_f64(), bias.to_f64());
    rows(x, |row| {
        let centre = mean(row.iter().copied());
        let root = (mean(row.iter().map(|x| (x - centre) * (x - centre))) + f64::from(eps)).sqrt();
        let scaled = row.iter().zip(&weight).map(|(x, weight)| (x - centre) / root * weight);
        scaled.zip(&bias).map(|(scaled, bias)| scaled + bias).collect()
    })
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

fn rows(x: &Tensor, f: impl Fn(&[f64]) -> Vec<f64>) -> Result {
    let width = x.shape().last().copied().unwrap_or(1).max(1);
    let values: Vec<_> = x.to_f64().chunks(width).flat_map(f).collect();
    Tensor::from_f64(x.shape(), x.dtype(), &values)
}
