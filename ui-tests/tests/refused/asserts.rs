//! # The body of a check: A helper that asserts, and how that is said
//!
//! `asserts(helper, reason = "…")` names a helper of another crate; one of your own has `#[crosscheck::asserts]`, and asserts
//! something. What a differential check returns is compared.

use crosscheck::{asserts, backend_matrix, conformance};
use crosscheck_ui_tests::Ops;

#[conformance(asserts)]
fn without_a_name(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(asserts(reason = "it does"))]
fn with_a_reason_only(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(asserts(helper))]
fn without_a_reason(ops: &dyn Ops) {
    helper(ops);
}

#[conformance(asserts(helper, reason = ""))]
fn with_an_empty_one(ops: &dyn Ops) {
    helper(ops);
}

#[conformance(asserts(helper, helper, reason = "it does"))]
fn twice(ops: &dyn Ops) {
    helper(ops);
}

#[conformance(asserts("a helper", reason = "it does"))]
fn as_a_sentence(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(asserts(crate::helper, helper, reason = "it does"))]
fn twice_by_path(ops: &dyn Ops) {
    helper(ops);
}

#[conformance(asserts(helper::<f64>, reason = "it does"))]
fn with_a_type(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(assert(helper, reason = "it does"))]
fn misspelled(ops: &dyn Ops) {
    helper(ops);
}

#[backend_matrix(asserts(helper, reason = "it does"))]
fn of_a_differential_check(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[asserts]
fn helper(_: &dyn Ops) {}

#[asserts]
const fn constant(ok: bool) {
    assert!(ok);
}

#[asserts(reason = "it does")]
fn with_arguments(ok: bool) {
    assert!(ok);
}

#[asserts]
struct Helper;

fn main() {}
