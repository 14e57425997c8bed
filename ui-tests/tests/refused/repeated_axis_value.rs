//! # Axes, tolerances and signatures: A value that an axis has twice
//!
//! It would be tested twice, and count as two. Labels have to differ as well: they are part of the names of tests.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(n(-1, 2, -1, minus_one = -1))]
fn repeated(ops: &dyn Ops, n: i32) {
    assert_eq!(ops.double(n.into()), 2.0 * f64::from(n));
}

#[conformance(n(one = 1, uno = 1))]
fn another_label(ops: &dyn Ops, n: u32) {
    assert_eq!(ops.double(n.into()), 2.0 * f64::from(n));
}

#[conformance(n(one = 1, one = 2))]
fn the_same_label(ops: &dyn Ops, n: u32) {
    assert_eq!(ops.double(n.into()), 2.0 * f64::from(n));
}

fn main() {}
