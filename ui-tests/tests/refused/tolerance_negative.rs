//! # Axes, tolerances and signatures: A tolerance below 0
//!
//! Nothing agrees within a negative distance. `rtol`, `atol` and `ulps` are finite numbers from 0 on.

use crosscheck::backend_matrix;
use crosscheck_ui_tests::Ops;

#[backend_matrix(tolerance(rtol = -1e-3, atol = 0.0, reason = "it was red"))]
fn check(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance(ulps = -4, reason = "it was red"))]
fn in_units(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

fn main() {}
