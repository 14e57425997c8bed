//! # Axes, tolerances and signatures: An argument that is written another way
//!
//! Each argument has one form, or two; the error shows it.

use crosscheck::{backend_matrix, conformance};
use crosscheck_ui_tests::Ops;

#[conformance(uses, of, backends = "metal", isolated = true, allow = "early_return")]
fn without_parentheses(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(uses(3), of = 4, backends(metal), isolated(), allow(early_return, reason = 5))]
fn of_another_kind(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(uses { "float64" }, of["double"], backends["metal"])]
fn in_other_brackets(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[backend_matrix(tolerance = 1e-3, expects_constant = "it is")]
fn judged(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance(1e-3, 1e-4), expects_constant("it is"))]
fn judged_by_position(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance(rtol = 1e-3, atol = 0.0, reason = why), expects_constant(reason = 1))]
fn judged_without_text(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

fn main() {}
