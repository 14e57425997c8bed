//! # Axes, tolerances and signatures: A value of the wrong type
//!
//! A check returns nothing, a `compare::Expected`, or a `Result` of either; a differential check returns something that
//! implements `crosscheck::Compare`, or a `Result` of it. `compare::Exact` is for values of types that do not implement it, and
//! `compare::Fallible` for a `Result` that is a part of the value.

use crosscheck::compare::Expected;
use crosscheck::{backend_matrix, conformance};
use crosscheck_ui_tests::Ops;

/// Of one's own, or of another crate.
#[derive(Debug, PartialEq)]
struct Doubled(f64);

#[conformance]
fn a_value(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix]
fn not_to_be_compared(ops: &dyn Ops) -> Doubled {
    Doubled(ops.double(1.0))
}

#[backend_matrix]
fn within_a_value(ops: &dyn Ops) -> Vec<Doubled> {
    vec![Doubled(ops.double(1.0))]
}

#[backend_matrix]
fn a_result_within_a_value(ops: &dyn Ops) -> Vec<Result<f64, String>> {
    vec![Ok(ops.double(1.0))]
}

#[conformance]
fn expected_of_nothing_that_compares(ops: &dyn Ops) -> Expected<Doubled> {
    Expected::new(Doubled(ops.double(1.0)), Doubled(2.0))
}

#[backend_matrix]
fn expected_beside_the_baseline(ops: &dyn Ops) -> Expected<f64> {
    Expected::new(ops.double(1.0), 2.0)
}

fn main() {}
