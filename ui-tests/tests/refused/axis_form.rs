//! # Axes, tolerances and signatures: An axis that is written another way
//!
//! An axis is the name of a parameter with its values in parentheses, one value or many.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(n = 3)]
fn assigned(ops: &dyn Ops, n: u32) {
    assert_eq!(ops.double(n.into()), 6.0);
}

#[conformance(n[1, 2], m)]
fn in_brackets(ops: &dyn Ops, n: u32, m: u32) {
    assert_eq!(ops.double(n.into()), f64::from(m));
}

#[conformance(1, 2)]
fn without_a_name(ops: &dyn Ops, n: u32) {
    assert_eq!(ops.double(n.into()), 2.0);
}

fn main() {}
