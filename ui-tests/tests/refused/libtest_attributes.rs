//! # Axes, tolerances and signatures: Attributes of libtest
//!
//! crosscheck registers the check itself. What `#[ignore]` and `#[should_panic]` would say of every backend at once,
//! the matrix says of each one: `skip(…)` and `xfail(…)`.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance]
#[test]
#[ignore]
#[should_panic]
fn check(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
