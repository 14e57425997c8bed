//! Kernels that make one element of all elements along some axes.

use super::Result;
use super::elementwise::{larger, smaller};
use crate::params::Axes;
use crate::tensor::{Data, Tensor};
use crate::validate;

/// The sum.
pub fn sum(x: &Tensor, axes: Axes<'_>) -> Result {
    validate::numbers("sum", x)?;
    let reduced = validate::axes("sum", x, axes)?;
    let Some(values) = x.as_i32() else { return reduce(x, axes, &reduced, total) };
    let sum = |terms: Vec<usize>| terms.iter().fold(0, |sum: i32, at| sum.wrapping_add(values[*at]));
    let sums = terms(x.shape(), &reduced).into_iter().map(sum);
    Tensor::new(&axes.reduce(x.shape()), Data::I32(sums.collect()))
}

/// The mean.
pub fn mean(x: &Tensor, axes: Axes<'_>) -> Result {
    validate::floats("mean", x)?;
    let reduced = validate::axes("mean", x, axes)?;
    reduce(x, axes, &reduced, |terms| total(terms) / terms.len() as f64)
}

/// The largest element.
pub fn max(x: &Tensor, axes: Axes<'_>) -> Result {
    let reduced = validate::extreme("max", x, axes)?;
    reduce(x, axes, &reduced, |terms| terms.iter().copied().fold(f64::NEG_INFINITY, larger))
}

/// The smallest element.
pub fn min(x: &Tensor, axes: Axes<'_>) -> Result {
    let reduced = validate::extreme("min", x, axes)?;
    reduce(x, axes, &reduced, |terms| terms.iter().copied().fold(f64::INFINITY, smaller))
}

/// The logarithm of the sum of the exponentials.
pub fn logsumexp(x: &Tensor, axes: Axes<'_>) -> Result {
    validate::floats("logsumexp", x)?;
    let reduced = validate::axes("logsumexp", x, axes)?;
    reduce(x, axes, &reduced, |terms| {
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // The largest is subtracted first, so that no exponential overflows; infinities are left to the exponential.
        let shift = if largest.is_finite() { largest } else { 0.0 };
        shift + terms.iter().map(|x| (x - shift).exp()).sum::<f64>().ln()
    })
}

/// Without terms 0; the sum of the standard library begins with −0.
fn total(terms: &[f64]) -> f64 {
    terms.iter().fold(0.0, |sum, x| sum + x)
}

fn reduce(x: &Tensor, axes: Axes<'_>, reduced: &[usize], f: impl Fn(&[f64]) -> f64) -> Result {
    let values = x.to_f64();
    let element = |terms: Vec<usize>| f(&terms.into_iter().map(|at| values[at]).collect::<Vec<_>>());
    let elements: Vec<_> = terms(x.shape(), reduced).into_iter().map(element).collect();
    Tensor::from_f64(&axes.reduce(x.shape()), x.dtype(), &elements)
}

/// Where the terms of each element of the result stand, in the order of the elements.
fn terms(shape: &[usize], reduced: &[usize]) -> Vec<Vec<usize>> {
    let left = || (0..shape.len()).filter(|axis| !reduced.contains(axis));
    let mut terms = vec![Vec::new(); left().map(|axis| shape[axis]).product()];
    // How far apart two neighbours along each axis are in the result: nowhere along one that is reduced.
    let mut strides = vec![0; shape.len()];
    left().rev().fold(1, |stride, axis| {
        strides[axis] = stride;
        stride * shape[axis]
    });
    for at in 0..shape.iter().product() {
        let (mut rest, mut element) = (at, 0);
        for (length, stride) in shape.iter().zip(&strides).rev() {
            element += rest % length * stride;
            rest /= length;
        }
        terms[element].push(at);
    }
    terms
}
