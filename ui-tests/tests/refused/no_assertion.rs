//! # The body of a check: A check that cannot fail
//!
//! A body that asserts nothing passes on every backend. Assert, return an error, or compare by `#[backend_matrix]`.
//! Helpers are not looked into: let the name of one that asserts begin with `assert` or `check`.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance]
fn it_is_only_printed(ops: &dyn Ops) {
    let doubled = ops.double(1.0);
    println!("{doubled}");
}

#[conformance]
fn it_is_always_ok(ops: &dyn Ops) -> Result<(), String> {
    if ops.double(1.0) != 2.0 {
        println!("not doubled");
    }
    Ok(())
}

#[conformance]
fn a_helper_may_assert(ops: &dyn Ops) {
    doubles(ops, 1.0);
}

fn doubles(ops: &dyn Ops, x: f64) {
    assert_eq!(ops.double(x), x + x);
}

fn main() {}
