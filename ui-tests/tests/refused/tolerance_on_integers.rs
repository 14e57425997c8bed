//! # Axes, tolerances and signatures: A tolerance where the comparison is exact
//!
//! What is no float agrees or does not: integers, truth values, texts, what is in `Exact`. Remove the tolerance, or compare the
//! numbers before they are rounded.

use crosscheck::backend_matrix;
use crosscheck_ui_tests::Ops;

#[backend_matrix(tolerance(rtol = 0.0, atol = 1.0, reason = "off by one is near enough"))]
fn rounded(ops: &dyn Ops) -> Vec<i64> {
    vec![ops.double(1.2) as i64]
}

#[backend_matrix(tolerance(rtol = 0.0, atol = 1.0, reason = "the same behind a `Result`"))]
fn checked(ops: &dyn Ops) -> Result<bool, String> {
    Ok(ops.double(1.2) > 2.0)
}

#[backend_matrix(tolerance(rtol = 0.0, atol = 1.0, reason = "a letter more or less"))]
fn printed(ops: &dyn Ops) -> Vec<String> {
    vec![ops.double(1.2).to_string()]
}

fn main() {}
