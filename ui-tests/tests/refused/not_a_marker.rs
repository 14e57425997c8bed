//! # Markers and functions: Markers that are no names, or are repeated
//!
//! A feature `Float64` has the marker `float64`. Say each marker once.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(uses("float-64", "float64", "float64"))]
fn check(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(uses("64bit", "self", "_"), n(1 uses = "float 64"))]
fn no_names(ops: &dyn Ops, n: u32) {
    assert_eq!(ops.double(n.into()), 2.0);
}

fn main() {}
