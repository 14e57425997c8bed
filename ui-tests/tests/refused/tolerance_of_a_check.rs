//! # Axes, tolerances and signatures: A tolerance of a check
//!
//! A tolerance is for values that crosscheck compares. Return the value, under `#[backend_matrix]`, or write the
//! tolerance into the assertion.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(tolerance(rtol = 1e-3, atol = 0.0, reason = "it adds in another order"))]
fn one_is_doubled(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
