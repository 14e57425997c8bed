//! # Axes, tolerances and signatures: A parameter that can be no axis
//!
//! The name of a parameter is the name of its axis, and its type is that of the values.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(pair(first = (1.0, 2.0)))]
fn pattern(ops: &dyn Ops, (x, twice): (f64, f64)) {
    assert_eq!(ops.double(x), twice);
}

#[conformance(x(1, 2))]
fn opaque(ops: &dyn Ops, x: impl Into<f64>) {
    assert!(ops.double(x.into()) > 0.0);
}

#[conformance]
fn unnamed(ops: &dyn Ops, _: u32) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
