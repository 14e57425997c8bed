//! # Axes, tolerances and signatures: A constant without a reason
//!
//! A value that zeros would pass for as well shows nothing. Where it has to be so, `expects_constant(reason = "…")` says
//! why, of the whole check or behind a value of an axis; a check that asserts for itself needs none.

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

#[backend_matrix(x(0.0 expects_constant, 1.0))]
fn of_a_value_without_a_reason(ops: &dyn Ops, x: f64) -> f64 {
    ops.double(x)
}

#[backend_matrix(x(0.0 expects_constant(reason = ""), 1.0))]
fn of_a_value_with_an_empty_one(ops: &dyn Ops, x: f64) -> f64 {
    ops.double(x)
}

#[backend_matrix(x(0.0 expects_constant(because = "it is"), 1.0))]
fn of_a_value_with_another_key(ops: &dyn Ops, x: f64) -> f64 {
    ops.double(x)
}

#[backend_matrix(x(0.0 expects_constant(reason = "one") expects_constant(reason = "two"), 1.0))]
fn of_a_value_twice(ops: &dyn Ops, x: f64) -> f64 {
    ops.double(x)
}

#[backend_matrix(x(0.0 expect_constant(reason = "it is"), 1.0))]
fn misspelt(ops: &dyn Ops, x: f64) -> f64 {
    ops.double(x)
}

#[backend_matrix(x(0.0 expects_constant(reason = "it is"), 1.0), expects_constant(reason = "they all are"))]
fn of_all_values_and_of_one(ops: &dyn Ops, x: f64) -> f64 {
    ops.double(x)
}

#[conformance(x(0.0 expects_constant(reason = "nothing is left of zero"), 1.0))]
fn of_a_value_of_a_check(ops: &dyn Ops, x: f64) {
    assert_eq!(ops.double(x), 2.0 * x);
}

fn main() {}
