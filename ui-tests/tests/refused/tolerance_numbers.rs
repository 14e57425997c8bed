//! # Axes, tolerances and signatures: A tolerance that is no `f64`
//!
//! `0` is as good as `0.0`; what has another type, or is no number, is an error where it stands.

use crosscheck::backend_matrix;
use crosscheck_ui_tests::Ops;

const LOOSE: f32 = 1e-2;

#[backend_matrix(tolerance(rtol = "1e-3", atol = 0u32, reason = "sums of products"))]
fn literals(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance(rtol = LOOSE, atol = 0, reason = "sums of products"))]
fn constant(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

fn main() {}
