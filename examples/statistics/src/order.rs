//! Minimum, maximum, median.

use crosscheck::backend_matrix;

use crate::Statistics;

const EVEN: &[f64] = &[8.5, -1.5, 4.0, 2.0];
const ODD: &[f64] = &[8.5, -1.5, 4.0, 2.0, 3.5];
const INFINITE: &[f64] = &[2.0, f64::INFINITY, f64::NEG_INFINITY, 1.0];

#[backend_matrix(of = "min", x(even = EVEN, infinite = INFINITE), tolerance(exact))]
pub fn min(statistics: &dyn Statistics, x: &[f64]) -> f64 {
    statistics.min(x)
}

#[backend_matrix(of = "max", x(even = EVEN, infinite = INFINITE), tolerance(exact))]
pub fn max(statistics: &dyn Statistics, x: &[f64]) -> f64 {
    statistics.max(x)
}

/// IEEE 754-2019 has -0 below 0 in `minimum` and `maximum`, wherever they stand.
#[backend_matrix(of = "min", x(first = &[-0.0, 0.0], last = &[0.0, -0.0]), expects_constant(reason = "it is about zeros"))]
pub fn min_of_zeros(statistics: &dyn Statistics, x: &[f64]) -> f64 {
    statistics.min(x)
}

#[backend_matrix(of = "max", x(first = &[0.0, -0.0], last = &[-0.0, 0.0]), expects_constant(reason = "it is about zeros"))]
pub fn max_of_zeros(statistics: &dyn Statistics, x: &[f64]) -> f64 {
    statistics.max(x)
}

const THREE: &[f64] = &[8.5, -1.5, 4.0];

#[backend_matrix(of = "median", x(three = THREE, even = EVEN, odd = ODD), tolerance(exact))]
pub fn median(statistics: &dyn Statistics, x: &[f64]) -> f64 {
    statistics.median(x)
}

#[backend_matrix(
    of = "median",
    x(ten = &[10.0, 1.0, 9.0, 2.0, 8.0, 3.0, 7.0, 4.0, 6.0, 5.5], skewed = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]),
    tolerance(exact)
)]
pub fn median_of_more_than_five(statistics: &dyn Statistics, x: &[f64]) -> f64 {
    statistics.median(x)
}

#[backend_matrix(of = "median", uses("large_numbers"))]
pub fn median_whose_sum_overflows(statistics: &dyn Statistics) -> f64 {
    statistics.median(&[1e308, 1.5e308])
}
