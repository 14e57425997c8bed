//! # Markers and functions: Several functions
//!
//! `of` names the function that a backend may not have implemented, so that the check is not asked of it. Make two
//! checks of it, or name the function that it is about and leave the other one out.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(of("double", "name"))]
fn about_two(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
