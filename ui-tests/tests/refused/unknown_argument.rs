use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(use = "float64", tolerance(rtol = 1.0))]
fn check(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
