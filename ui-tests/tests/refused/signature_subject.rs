//! # Axes, tolerances and signatures: A first parameter that is no `&dyn Trait`
//!
//! Every backend is given as the same trait object, and shared with the checks that run beside this one.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance]
fn generic(ops: &impl Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance]
fn with_two_bounds(ops: &(impl Ops + Sync)) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance]
fn exclusive(ops: &mut dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance]
fn boxed(ops: Box<dyn Ops>) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance]
fn pointer(ops: *const dyn Ops) {
    assert!(!ops.is_null());
}

fn main() {}
