//! # rstest: A fixture that is a check
//!
//! A fixture makes a value that checks take as a parameter. To check it, write a check that takes it.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;
use rstest::fixture;

#[conformance]
#[fixture]
fn fixture_below(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance]
#[rstest::fixture]
fn fixture_below_by_its_path(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[fixture]
#[conformance]
fn fixture_above(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
