//! # The body of a check: An `allow` that excuses nothing
//!
//! An `allow` that is not needed any more is an error, so that none outlives what it was written for.

use crosscheck::{backend_matrix, conformance};
use crosscheck_ui_tests::Ops;

#[conformance(allow(early_return, reason = "it left early once"))]
fn outdated(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[backend_matrix(allow(no_assertion, reason = "its value is compared"))]
fn needless(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[conformance(allow(reason = "none in particular"))]
fn nothing(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
