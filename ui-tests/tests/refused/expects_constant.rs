//! # Axes, tolerances and signatures: A constant without a reason
//!
//! A value that zeros would pass for as well shows nothing. Where it has to be so, `expects_constant(reason = "…")` says
//! why; a check asserts for itself and needs none.

use crosscheck::{backend_matrix, conformance};
use crosscheck_ui_tests::Ops;

#[backend_matrix(expects_constant)]
fn without_a_reason(ops: &dyn Ops) -> f64 {
    ops.double(0.0)
}

#[backend_matrix(expects_constant(reason = " "))]
fn with_an_empty_one(ops: &dyn Ops) -> f64 {
    ops.double(0.0)
}

#[conformance(expects_constant(reason = "nothing is left of zero"))]
fn of_a_check(ops: &dyn Ops) {
    assert_eq!(ops.double(0.0), 0.0);
}

fn main() {}
