use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(allow(no_assertion))]
fn without(ops: &dyn Ops) {
    ops.double(f64::NAN);
}

#[conformance(allow(no_assertion, reason = " "))]
fn blank(ops: &dyn Ops) {
    ops.double(f64::NAN);
}

fn main() {}
