//! # Axes, tolerances and signatures: A value of the wrong type
//!
//! A check returns nothing or a `Result<(), E>`; a differential check returns something that implements
//! `crosscheck::Compare`, or a `Result` of it.

use crosscheck::{backend_matrix, conformance};
use crosscheck_ui_tests::Ops;

#[conformance]
fn a_value(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix]
fn not_to_be_compared(ops: &dyn Ops) -> String {
    ops.double(1.0).to_string()
}

fn main() {}
