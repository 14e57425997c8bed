//! # Markers and functions: Several markers in brackets
//!
//! One marker is written `uses = "a"`, and several `uses("a", "b")`. A check that uses nothing special says nothing.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(uses = ["float64", "dynamic_offsets"])]
fn in_brackets(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
