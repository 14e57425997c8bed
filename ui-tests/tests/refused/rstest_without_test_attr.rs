//! # rstest: A check next to `#[rstest]`
//!
//! The attribute belongs to each function that rstest makes, not to the one that it makes them of: `#[test_attr(…)]`
//! passes it on.

use crosscheck::{backend_matrix, conformance};
use crosscheck_ui_tests::Ops;
use rstest::{fixture, rstest};

#[fixture]
fn half() -> f64 {
    1.0 / 2.0
}

#[rstest]
#[conformance(uses = "float64")]
fn check(#[ignore] ops: &dyn Ops, half: f64) {
    assert_eq!(ops.double(half), 1.0);
}

#[rstest]
#[backend_matrix]
fn differential(#[ignore] ops: &dyn Ops, half: f64) -> f64 {
    ops.double(half)
}

fn main() {}
