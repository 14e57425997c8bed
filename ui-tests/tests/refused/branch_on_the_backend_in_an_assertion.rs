//! # The body of a check: A body that asks which backend it runs on, in an assertion
//!
//! A question about the backend may hide in an assertion, in `matches!` or in a guard. Its name can still be asserted
//! and printed.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance]
fn in_an_assertion(ops: &dyn Ops) {
    assert!(ops.name() == "metal" || ops.double(1.0) == 2.0);
}

#[conformance]
fn in_matches(ops: &dyn Ops) {
    let precise = !matches!(ops.name(), "metal");
    assert!(ops.double(1.0) == 2.0 || !precise);
}

#[conformance]
fn in_a_guard(ops: &dyn Ops) {
    match ops.double(1.0) {
        1.9..2.1 if ops.name() == "cuda" => {}
        doubled => assert_eq!(doubled, 2.0),
    }
}

fn main() {}
