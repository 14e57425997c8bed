//! # Axes, tolerances and signatures: A tolerance of a check
//!
//! A tolerance is for values that crosscheck compares. Return the value and what is expected as a `compare::Expected`, or the
//! value under `#[backend_matrix]`, or write the tolerance into the assertion.

use crosscheck::compare::Expected;
use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(tolerance(rtol = 1e-3, atol = 0.0, reason = "it adds in another order"))]
fn one_is_doubled(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(tolerance(ulps = 4, reason = "it adds in another order"))]
fn two_are_doubled(ops: &dyn Ops) -> Result<(), String> {
    if ops.double(2.0) == 4.0 { Ok(()) } else { Err("two are not doubled".to_owned()) }
}

#[conformance(tolerance(exact))]
fn counted(ops: &dyn Ops) -> Expected<u64> {
    Expected::new(ops.double(2.0) as u64, 4)
}

fn main() {}
