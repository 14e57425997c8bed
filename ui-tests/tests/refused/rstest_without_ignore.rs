//! # rstest: A backend that rstest would fill
//!
//! rstest takes a parameter without an attribute for a fixture. `#[ignore]` leaves it to crosscheck.

use crosscheck::{backend_matrix, conformance};
use crosscheck_ui_tests::Ops;
use rstest::{fixture, rstest};

#[fixture]
fn half() -> f64 {
    1.0 / 2.0
}

#[rstest]
#[test_attr(conformance(uses = "float64"))]
fn check(ops: &dyn Ops, half: f64) {
    assert_eq!(ops.double(half), 1.0);
}

#[rstest]
#[test_attr(backend_matrix)]
fn differential(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

fn main() {}
