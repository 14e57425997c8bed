//! # Markers and functions: A misspelt marker of a value
//!
//! A value of an axis may use features that the others do not. Its markers are looked up like those of the whole check.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(x(one = 1.0, huge = 1e300 uses("flaot64")))]
fn check(ops: &dyn Ops, x: f64) {
    assert_eq!(ops.double(x), 2.0 * x);
}

fn main() {}
