//! # Axes, tolerances and signatures: Cases that are none, or are of another type
//!
//! The function takes nothing and returns a `Vec<Case<T>>` or a `Result` of one; the parameter is a `&T`. A file is given as `&str`,
//! `&[u8]` or `&Path`.

use std::path::PathBuf;

use crosscheck::{Case, Unavailable, conformance};
use crosscheck_ui_tests::Ops;

fn texts() -> Vec<Case<String>> {
    vec![Case::new("a", "a".to_owned())]
}

fn numbers() -> Result<Vec<u32>, Unavailable> {
    Ok(vec![1])
}

fn takes_one(_: &str) -> Vec<Case<String>> {
    texts()
}

#[conformance(cases = numbers)]
fn no_cases(ops: &dyn Ops, number: &u32) {
    assert!(ops.double(number.to_string().len() as f64) > 0.0);
}

#[conformance(cases = takes_one)]
fn takes_an_argument(ops: &dyn Ops, text: &str) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

#[conformance(cases = texts)]
fn another_type(ops: &dyn Ops, path: &PathBuf) {
    assert!(ops.double(path.display().to_string().len() as f64) > 0.0);
}

#[conformance(cases("a/*.txt"))]
fn not_read_of_a_file(ops: &dyn Ops, number: &u32) {
    assert!(ops.double(number.to_string().len() as f64) > 0.0);
}

#[conformance(cases = unknown)]
fn unknown_function(ops: &dyn Ops, text: &str) {
    assert!(ops.double(text.len() as f64) > 0.0);
}

fn main() {}
