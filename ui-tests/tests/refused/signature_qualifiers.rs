//! # Axes, tolerances and signatures: A function with a qualifier
//!
//! crosscheck calls a check while it runs, from safe Rust, and catches its panics. So a check is an ordinary function.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance]
unsafe fn dangerous(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance]
const fn constant(_ops: &dyn Ops) {
    assert!(1 + 1 == 2);
}

#[conformance]
extern "C" fn foreign(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance]
fn generic<const N: usize>(ops: &dyn Ops) {
    assert_eq!(ops.double(N as f64), 2.0);
}

fn main() {}
