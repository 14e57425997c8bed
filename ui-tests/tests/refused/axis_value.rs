//! # Axes, tolerances and signatures: A value that does not exist
//!
//! The values of an axis are resolved in the type of the parameter: rustc itself says which ones there are.

use crosscheck::backend_matrix;
use crosscheck_ui_tests::Ops;

#[derive(Clone, Copy)]
enum Number {
    One,
    Two,
}

#[backend_matrix(number(One, Tow))]
fn check(ops: &dyn Ops, number: Number) -> f64 {
    ops.double(match number {
        Number::One => 1.0,
        Number::Two => 2.0,
    })
}

fn main() {}
