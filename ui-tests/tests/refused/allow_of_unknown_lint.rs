//! # The body of a check: A lint that does not exist
//!
//! `allow` knows the lints of bodies, each of them once; those of rustc stay in `#[allow(…)]`.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(allow(no_asertoin, dead_code, reason = "it only has to come back"))]
fn misspelt(ops: &dyn Ops) {
    ops.double(f64::NAN);
}

#[conformance(allow(no_assertion, no_assertion, reason = "it only has to come back"))]
fn repeated(ops: &dyn Ops) {
    ops.double(f64::NAN);
}

#[conformance(allow("no_assertion", reason = "it only has to come back"))]
fn quoted(ops: &dyn Ops) {
    ops.double(f64::NAN);
}

#[conformance(allow(no_assertion, reason = "it only has to come back", reason = "it does"))]
fn two_reasons(ops: &dyn Ops) {
    ops.double(f64::NAN);
}

#[conformance(allow(1, 2))]
fn an_axis(ops: &dyn Ops, allow: u32) {
    assert_eq!(ops.double(allow.into()), 2.0 * f64::from(allow));
}

fn main() {}
