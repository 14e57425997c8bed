//! Mean, variance, skewness.

use crosscheck::compare::Expected;
use crosscheck::{backend_matrix, conformance};

use crate::Statistics;

const SOME: &[f64] = &[16.5, 1.0, -4.0, 2.0, 8.25];

#[backend_matrix(
    of = "mean",
    x(some = SOME, one = &[3.0], tenths = &[0.1, 0.1, 0.3], far = FAR),
    tolerance(ulps = 2, reason = "a sum of up to five terms")
)]
pub fn mean(statistics: &dyn Statistics, x: &[f64]) -> f64 {
    statistics.mean(x)
}

#[conformance(of = "mean", uses("large_numbers"))]
pub fn mean_of_numbers_whose_sum_overflows(statistics: &dyn Statistics) -> Expected<f64> {
    Expected::new(statistics.mean(&[1.5e308, 1e308, 1.25e308]), 1.25e308)
}

#[backend_matrix(
    of = "variance",
    x(some = SOME, two = &[1.0, 4.0], tenths = &[0.1, 0.2, 0.4]),
    tolerance(ulps = 4, reason = "five squares")
)]
pub fn variance(statistics: &dyn Statistics, x: &[f64]) -> f64 {
    statistics.variance(x)
}

/// Three numbers around 10^9, which are 1, 2 and 4 above it.
const FAR: &[f64] = &[1e9 + 1.0, 1e9 + 2.0, 1e9 + 4.0];

#[conformance(
    of = "variance",
    uses("large_mean"),
    tolerance(ulps = 4, reason = "the differences are exact, but not the mean")
)]
pub fn variance_far_from_zero(statistics: &dyn Statistics) -> Expected<f64> {
    Expected::new(statistics.variance(FAR), 7.0 / 3.0)
}

/// The squares of what is left after the mean was taken overflow, so that the variance is infinite.
#[backend_matrix(of = "variance", uses("large_numbers"))]
pub fn variance_that_overflows(statistics: &dyn Statistics) -> f64 {
    statistics.variance(&[1e200, -1e200, 0.0])
}

#[backend_matrix(of = "variance", expects_constant(reason = "that is what it says"))]
pub fn variance_of_equal_numbers(statistics: &dyn Statistics) -> f64 {
    statistics.variance(&[0.1, 0.1, 0.1])
}

#[backend_matrix(of = "variance", uses("large_numbers"), expects_constant(reason = "that is what it says"))]
pub fn variance_of_equal_large_numbers(statistics: &dyn Statistics) -> f64 {
    statistics.variance(&[1e308, 1e308])
}

#[backend_matrix(of = "deviation", tolerance(ulps = 4, reason = "five squares and a root"))]
pub fn deviation(statistics: &dyn Statistics) -> f64 {
    statistics.deviation(SOME)
}

#[backend_matrix(of = "skewness", tolerance(ulps = 16, reason = "sums of cubes that cancel each other"))]
pub fn skewness(statistics: &dyn Statistics) -> f64 {
    statistics.skewness(SOME)
}

#[conformance(
    of = "geometric_mean",
    root(1.5, 4.0, 10.0),
    tolerance(ulps = 8, reason = "logarithms and an exponential")
)]
pub fn geometric_mean(statistics: &dyn Statistics, root: f64) -> Expected<f64> {
    Expected::new(statistics.geometric_mean(&[root / 2.0, root * 4.0, root / 2.0]), root)
}

#[conformance(of = "geometric_mean", tolerance(exact))]
pub fn geometric_mean_of_one_number(statistics: &dyn Statistics) -> Expected<f64> {
    Expected::new(statistics.geometric_mean(&[3.0]), 3.0)
}

#[backend_matrix(of = "geometric_mean", expects_constant(reason = "a factor is 0"))]
pub fn geometric_mean_with_a_zero(statistics: &dyn Statistics) -> f64 {
    statistics.geometric_mean(&[3.0, 0.0, 5.0])
}
