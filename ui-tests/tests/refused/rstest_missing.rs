//! # rstest: Cases without `#[rstest]`
//!
//! `#[case]`, `#[values]` and `#[ignore]` on a parameter mean something to rstest alone: put it above the function, or
//! give the values by an axis.

use crosscheck::{backend_matrix, conformance};
use crosscheck_ui_tests::Ops;

#[conformance(uses = "float64")]
#[case::one(1.0)]
#[case(2.0)]
fn cases(ops: &dyn Ops, #[case] x: f64) {
    assert_eq!(ops.double(x), x + x);
}

#[conformance]
fn values(ops: &dyn Ops, #[values(1.0, 2.0)] x: f64) {
    assert_eq!(ops.double(x), x + x);
}

#[backend_matrix]
fn differential(#[ignore] ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

fn main() {}
