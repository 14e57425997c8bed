//! # Axes, tolerances and signatures: An argument that does not exist
//!
//! The error lists the arguments that there are. Here, `uses` is meant.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(use = "float64")]
fn one_is_doubled(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
