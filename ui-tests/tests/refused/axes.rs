use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(m(1, 2))]
fn misnamed(ops: &dyn Ops, n: u32) {
    assert_eq!(ops.double(n.into()), 2.0 * f64::from(n));
}

#[conformance(n(), n(1))]
fn empty_and_repeated(ops: &dyn Ops, n: u32) {
    assert_eq!(ops.double(n.into()), 2.0 * f64::from(n));
}

#[conformance(n(1, 2, 1, 1 + 2))]
fn equal_and_unnamed(ops: &dyn Ops, n: u32) {
    assert_eq!(ops.double(n.into()), 2.0 * f64::from(n));
}

fn main() {}
