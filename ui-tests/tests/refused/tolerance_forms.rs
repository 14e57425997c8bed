//! # Axes, tolerances and signatures: A tolerance that is none of the three
//!
//! A tolerance is given by `rtol` and `atol`, by `ulps`, or is `exact`. Only the last one needs no reason.

use crosscheck::backend_matrix;
use crosscheck_ui_tests::Ops;

#[backend_matrix(tolerance(ulps = 4, atol = 1e-6, reason = "near zero as well"))]
fn two_of_them(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance(exact, rtol = 0, reason = "powers of two"))]
fn two_others(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance(ulps = 4))]
fn without_a_reason(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance(reason = "it was red"))]
fn nothing_but_a_reason(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance(exact = true))]
fn a_value_too_many(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance(ulps))]
fn a_value_too_few(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance(ulp = 4, reason = "rounded twice"))]
fn misspelt(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance(exact, exact))]
fn repeated(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance())]
fn empty(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

#[backend_matrix(tolerance(4))]
fn a_number(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

fn main() {}
