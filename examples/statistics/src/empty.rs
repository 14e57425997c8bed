//! Nothing to take the statistics of.

use crosscheck::compare::Expected;
use crosscheck::conformance;

use crate::Statistics;

#[conformance(of = "mean", uses("no_numbers"))]
pub fn mean(statistics: &dyn Statistics) -> Expected<f64> {
    Expected::new(statistics.mean(&[]), f64::NAN)
}

#[conformance(of = "min", uses("no_numbers"))]
pub fn min(statistics: &dyn Statistics) -> Expected<f64> {
    Expected::new(statistics.min(&[]), f64::NAN)
}

#[conformance(of = "max", uses("no_numbers"))]
pub fn max(statistics: &dyn Statistics) -> Expected<f64> {
    Expected::new(statistics.max(&[]), f64::NAN)
}

#[conformance(of = "median", uses("no_numbers"))]
pub fn median(statistics: &dyn Statistics) -> Expected<f64> {
    Expected::new(statistics.median(&[]), f64::NAN)
}

#[conformance(
    of = "variance",
    uses("no_numbers"),
    x(none = &[], one = &[3.0]),
    expects_constant(reason = "there is no difference to take the square of")
)]
pub fn variance(statistics: &dyn Statistics, x: &[f64]) -> Expected<f64> {
    Expected::new(statistics.variance(x), f64::NAN)
}
