//! # Axes, tolerances and signatures: An axis without values, or without a parameter
//!
//! An axis gives values to the parameter of its name, and every parameter but the backend needs one. A value that is
//! neither a name nor a number takes a label, which becomes part of the name of the test; a text that is a name is its own.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(m(1, 2))]
fn misnamed(ops: &dyn Ops, n: u32) {
    assert_eq!(ops.double(n.into()), 2.0 * f64::from(n));
}

#[conformance(n(), n(1))]
fn empty_and_repeated(ops: &dyn Ops, n: u32) {
    assert_eq!(ops.double(n.into()), 2.0 * f64::from(n));
}

#[conformance(n(1, 2, 1 + 2))]
fn unnamed(ops: &dyn Ops, n: u32) {
    assert_eq!(ops.double(n.into()), 2.0 * f64::from(n));
}

#[conformance(is_low(LOW == 1))]
fn compared(ops: &dyn Ops, is_low: bool) {
    assert_eq!(ops.double(1.0) < 3.0, is_low);
}

#[conformance(text("word", "two words", ""))]
fn texts(ops: &dyn Ops, text: &str) {
    assert_eq!(ops.double(text.len() as f64), 2.0 * text.len() as f64);
}

fn main() {}
