//! # The body of a check: A body that returns early
//!
//! A body that is left early has passed, and has checked less than it says. Mark what the check uses and let the matrix
//! decide, or return an error. The value of a differential check belongs at its end.

use crosscheck::{backend_matrix, conformance};
use crosscheck_ui_tests::Ops;

#[conformance]
fn a_condition(ops: &dyn Ops) {
    if ops.double(1e300).is_infinite() {
        return;
    }
    assert_eq!(ops.double(1e300), 2e300);
}

#[conformance]
fn a_missing_file(ops: &dyn Ops) -> Result<(), String> {
    let Ok(golden) = std::fs::read_to_string("golden.txt") else { return Ok(()) };
    assert_eq!(Ok(ops.double(1.0)), golden.parse());
    Ok(())
}

#[backend_matrix(n(1, 2))]
fn a_value(ops: &dyn Ops, n: u32) -> f64 {
    if n == 1 {
        return 2.0;
    }
    ops.double(n.into())
}

fn main() {}
