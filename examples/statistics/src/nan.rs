//! What becomes of a NaN among the numbers: IEEE 754-2019's `minimum` and `maximum` are NaN then, as every sum is.

use crosscheck::compare::Expected;
use crosscheck::conformance;

use crate::Statistics;

const FIRST: &[f64] = &[f64::NAN, 1.0, 2.0];
const MIDDLE: &[f64] = &[1.0, f64::NAN, 2.0];
const LAST: &[f64] = &[1.0, 2.0, f64::NAN];

#[conformance(
    of = "mean",
    uses("nan_stays"),
    x(first = FIRST, middle = MIDDLE, last = LAST),
    expects_constant(reason = "it is about NaN")
)]
pub fn in_a_mean(statistics: &dyn Statistics, x: &[f64]) -> Expected<f64> {
    Expected::new(statistics.mean(x), f64::NAN)
}

#[conformance(
    of = "variance",
    uses("nan_stays"),
    x(first = FIRST, middle = MIDDLE, last = LAST),
    expects_constant(reason = "it is about NaN")
)]
pub fn in_a_variance(statistics: &dyn Statistics, x: &[f64]) -> Expected<f64> {
    Expected::new(statistics.variance(x), f64::NAN)
}

#[conformance(
    of = "min",
    uses("nan_stays"),
    x(first = FIRST, middle = MIDDLE, last = LAST),
    expects_constant(reason = "it is about NaN")
)]
pub fn in_a_minimum(statistics: &dyn Statistics, x: &[f64]) -> Expected<f64> {
    Expected::new(statistics.min(x), f64::NAN)
}

#[conformance(
    of = "max",
    uses("nan_stays"),
    x(first = FIRST, middle = MIDDLE, last = LAST),
    expects_constant(reason = "it is about NaN")
)]
pub fn in_a_maximum(statistics: &dyn Statistics, x: &[f64]) -> Expected<f64> {
    Expected::new(statistics.max(x), f64::NAN)
}

#[conformance(
    of = "median",
    uses("nan_stays"),
    x(first = FIRST, middle = MIDDLE, last = LAST),
    expects_constant(reason = "it is about NaN")
)]
pub fn in_a_median(statistics: &dyn Statistics, x: &[f64]) -> Expected<f64> {
    Expected::new(statistics.median(x), f64::NAN)
}
