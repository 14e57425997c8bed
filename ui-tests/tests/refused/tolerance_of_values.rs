//! # Axes, tolerances and signatures: Tolerances of two axes
//!
//! A value of an axis may set the tolerance of its cells, but the values of one axis only. What a value has besides is
//! `uses(…)`.

use crosscheck::backend_matrix;
use crosscheck_ui_tests::Ops;

#[backend_matrix(
    x(1.0, 1e30 tolerance(rtol = 1e-6, atol = 0.0, reason = "rounded twice")),
    n(1, 1000 tolerance(rtol = 1e-3, atol = 0.0, reason = "a thousand roundings"))
)]
fn doubled_often(ops: &dyn Ops, x: f64, n: usize) -> f64 {
    (0..n).fold(x, |x, _| ops.double(x))
}

#[backend_matrix(x(1.0, 1e30 tolerence(rtol = 1e-6, atol = 0.0, reason = "rounded twice")))]
fn doubled_once(ops: &dyn Ops, x: f64) -> f64 {
    ops.double(x)
}

fn main() {}
