//! Kernels that make one element of each lane.

use super::elementwise::{larger, smaller};
use super::{Lanes, Result};
use crate::tensor::{Data, Tensor};
use crate::validate;

/// The sum.
pub fn sum(x: &Tensor, axis: usize) -> Result {
    validate::numbers("sum", x)?;
    validate::along("sum", x, axis)?;
    let Some(values) = x.as_i32() else { return reduce(x, axis, total) };
    let sums = Lanes::of(x.shape(), axis).iter().map(|lane| lane.fold(0, |sum: i32, at| sum.wrapping_add(values[at])));
    Tensor::new(&without(x.shape(), axis), Data::I32(sums.collect()))
}

/// The mean.
pub fn mean(x: &Tensor, axis: usize) -> Result {
    validate::floats("mean", x)?;
    validate::along("mean", x, axis)?;
    reduce(x, axis, |lane| total(lane) / lane.len() as f64)
}

/// The largest element.
pub fn max(x: &Tensor, axis: usize) -> Result {
    validate::extreme("max", x, axis)?;
    reduce(x, axis, |lane| lane.iter().copied().fold(f64::NEG_INFINITY, larger))
}

/// The smallest element.
pub fn min(x: &Tensor, axis: usize) -> Result {
    validate::extreme("min", x, axis)?;
    reduce(x, axis, |lane| lane.iter().copied().fold(f64::INFINITY, smaller))
}

/// The logarithm of the sum of the exponentials.
pub fn logsumexp(x: &Tensor, axis: usize) -> Result {
    validate::floats("logsumexp", x)?;
    validate::along("logsumexp", x, axis)?;
    reduce(x, axis, |lane| {
        let largest = lane.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // The largest is subtracted first, so that no exponential overflows; infinities are left to the exponential.
        let shift = if largest.is_finite() { largest } else { 0.0 };
        shift + lane.iter().map(|x| (x - shift).exp()).sum::<f64>().ln()
    })
}

/// Without terms 0; the sum of the standard library begins with −0.
fn total(lane: &[f64]) -> f64 {
    lane.iter().fold(0.0, |sum, x| sum + x)
}

fn reduce(x: &Tensor, axis: usize, f: impl Fn(&[f64]) -> f64) -> Result {
    let values = x.to_f64();
    let lane = |lane: &mut dyn Iterator<Item = usize>| f(&lane.map(|at| values[at]).collect::<Vec<_>>());
    let reduced: Vec<_> = Lanes::of(x.shape(), axis).iter().map(|mut positions| lane(&mut positions)).collect();
    Tensor::from_f64(&without(x.shape(), axis), x.dtype(), &reduced)
}

fn without(shape: &[usize], axis: usize) -> Vec<usize> {
    [&shape[..axis], &shape[axis + 1..]].concat()
}
