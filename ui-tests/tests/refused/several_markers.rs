use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(uses = ["float64", "dynamic_offsets"])]
fn in_brackets(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(uses())]
fn none(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance]
fn reserved(ops: &dyn Ops, tolerance: f64) {
    assert_eq!(ops.double(tolerance), 2.0);
}

fn main() {}
