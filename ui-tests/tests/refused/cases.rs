//! # Axes, tolerances and signatures: Cases of data without a source, or without a parameter
//!
//! `cases` names a function that lists cases, or patterns of files, and gives each case to the one parameter that no axis gives values
//! to. Patterns are paths from the folder of the crate.

use crosscheck::{Case, conformance};
use crosscheck_ui_tests::Ops;

fn texts() -> Vec<Case<String>> {
    vec![Case::new("a", "a".to_owned())]
}

// How it is written.

#[conformance(cases)]
fn no_source(ops: &dyn Ops, text: &str) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

#[conformance(cases())]
fn empty(ops: &dyn Ops, text: &str) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

#[conformance(cases = 3)]
fn number(ops: &dyn Ops, text: &str) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

#[conformance(cases(texts, "a/*.txt"))]
fn two_sources(ops: &dyn Ops, text: &str) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

#[conformance(cases(texts, cuont = 3))]
fn slip(ops: &dyn Ops, text: &str) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

#[conformance(cases(texts, count = "3"))]
fn count_is_a_text(ops: &dyn Ops, text: &str) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

#[conformance(cases(texts, count = 0))]
fn count_is_zero(ops: &dyn Ops, text: &str) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

#[conformance(cases(texts, count = 1, count = 2))]
fn count_is_repeated(ops: &dyn Ops, text: &str) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

#[conformance(cases = texts, cases = texts)]
fn repeated(ops: &dyn Ops, text: &str) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

// Patterns.

#[conformance(cases("a/{b,c}/*.txt", "", "/a/*.txt", "a\\*.txt", "a//b", "a/**b", "a/../b", "a/*", "a/*"))]
fn patterns(ops: &dyn Ops, text: &str) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

// The parameter.

#[conformance(cases = texts)]
fn no_parameter(ops: &dyn Ops) {
    assert!(ops.double("a".len() as f64) > 0.0);
}

#[conformance(cases = texts)]
fn two_parameters(ops: &dyn Ops, text: &str, other: &str) {
    assert!(ops.double(text.len() as f64) > other.len() as f64);
}

#[conformance(cases = texts, text("a"))]
fn taken_by_an_axis(ops: &dyn Ops, text: &str) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

#[conformance(cases = texts)]
fn by_value(ops: &dyn Ops, text: String) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

#[conformance(cases = texts)]
fn called_like_the_argument(ops: &dyn Ops, cases: &str) {
    assert!(ops.double(cases.len() as f64) > 0.0);
}

// On a module.

#[conformance(cases = texts)]
mod module {}

fn main() {}
