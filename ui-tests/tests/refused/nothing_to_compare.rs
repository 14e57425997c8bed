//! # Axes, tolerances and signatures: A differential check that returns nothing
//!
//! `#[backend_matrix]` compares what the function returns with what it returns on the baseline. A function that asserts
//! for itself is a `#[conformance]`.

use crosscheck::backend_matrix;
use crosscheck_ui_tests::Ops;

#[backend_matrix]
fn check(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
