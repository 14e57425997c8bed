//! # The body of a check: A lint that is allowed without a reason
//!
//! Where a lint is wrong, `allow(lint, reason = "…")` excuses it. The reason is for whoever reads the check next.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(allow(no_assertion))]
fn nan_comes_back(ops: &dyn Ops) {
    ops.double(f64::NAN);
}

#[conformance(allow(no_assertion, reason = " "))]
fn infinity_comes_back(ops: &dyn Ops) {
    ops.double(f64::INFINITY);
}

fn main() {}
