//! Softmax.

use super::{Lanes, Result};
use crate::tensor::Tensor;
use crate::validate;

/// Along an axis.
pub fn softmax(x: &Tensor, axis: usize) -> Result {
    validate::floats("softmax", x)?;
    validate::along("softmax", x, axis)?;
    if x.is_empty() {
        return Ok(x.clone());
    }
    let mut values = x.to_f64();
    for lane in Lanes::of(x.shape(), axis).iter() {
        let weights = weights(lane.clone().map(|at| values[at]));
        lane.zip(weights).for_each(|(at, weight)| values[at] = weight);
    }
    Tensor::from_f64(x.shape(), x.dtype(), &values)
}

/// The softmax of some logits. The largest is subtracted first, so that no exponential overflows; NaN makes all NaN.
pub fn weights(logits: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let largest = logits.clone().fold(f64::NEG_INFINITY, f64::max);
    let exponentials: Vec<_> = logits.map(|logit| (logit - largest).exp()).collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials.into_iter().map(|exponential| exponential / sum).collect()
}
