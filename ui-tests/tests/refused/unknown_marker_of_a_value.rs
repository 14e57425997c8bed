use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(x(one = 1.0, huge = 1e300 uses("flaot64")))]
fn check(ops: &dyn Ops, x: f64) {
    assert_eq!(ops.double(x), 2.0 * x);
}

fn main() {}
