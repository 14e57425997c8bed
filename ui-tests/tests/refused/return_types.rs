//! # Axes, tolerances and signatures: A check that returns something else
//!
//! A check returns nothing, a `compare::Expected`, or a `Result` of either; a test under `#[backend_matrix]` returns a value that can be compared.

use crosscheck::{backend_matrix, conformance};
use crosscheck_ui_tests::Ops;

#[conformance]
fn perhaps(ops: &dyn Ops) -> Option<()> {
    (ops.double(1.0) == 2.0).then_some(())
}

#[conformance]
fn truth(ops: &dyn Ops) -> bool {
    assert!(ops.double(1.0) > 1.0);
    true
}

#[conformance]
fn opaque(ops: &dyn Ops) -> impl Sized {
    assert!(ops.double(1.0) > 1.0);
}

#[conformance]
fn never(ops: &dyn Ops) -> ! {
    panic!("{}", ops.double(1.0))
}

#[backend_matrix]
fn iterator(ops: &dyn Ops) -> impl Iterator<Item = f64> {
    std::iter::once(ops.double(1.0))
}

#[backend_matrix]
fn nothing(ops: &dyn Ops) -> () {
    assert!(ops.double(1.0) > 1.0);
}

fn main() {}
