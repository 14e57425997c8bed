use crosscheck::{backend_matrix, conformance};
use crosscheck_ui_tests::Ops;

#[conformance]
fn a_value(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix]
fn nothing_to_compare(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
