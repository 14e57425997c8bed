//! # Axes, tolerances and signatures: A parameter that is called like an argument
//!
//! An axis has the name of its parameter, which cannot be that of an argument of the attribute.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance]
fn about_a_tolerance(ops: &dyn Ops, tolerance: f64) {
    assert!((ops.double(1.0) - 2.0).abs() <= tolerance);
}

#[conformance(allow(1, 2))]
fn about_what_is_allowed(ops: &dyn Ops, allow: u32) {
    assert!(ops.double(1.0) <= allow.into());
}

fn main() {}
