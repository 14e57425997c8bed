//! # rstest: `#[rstest]` below the check
//!
//! rstest makes the functions that are to be checks: it goes first, and `#[test_attr]` says what they get.

use crosscheck::{backend_matrix, conformance};
use crosscheck_ui_tests::Ops;
use rstest::rstest;

#[conformance(uses = "float64")]
#[rstest]
#[case::one(1.0)]
fn check(#[ignore] ops: &dyn Ops, #[case] x: f64) {
    assert_eq!(ops.double(x), x + x);
}

#[backend_matrix]
#[rstest::rstest]
fn differential(#[ignore] ops: &dyn Ops, #[values(1.0, 2.0)] x: f64) -> f64 {
    ops.double(x)
}

fn main() {}
