//! # Axes, tolerances and signatures: A tolerance without a reason
//!
//! The report prints the reason next to the numbers. Say where the difference comes from.

use crosscheck::backend_matrix;
use crosscheck_ui_tests::Ops;

#[backend_matrix(tolerance(rtol = 1e-3))]
fn without(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance(rtol = 1e-3, atol = 0.0, reason = " "))]
fn blank(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

fn main() {}
