//! # Markers and functions: An unknown function
//!
//! `of` names a function of the contract: rustc itself looks it up, and guesses.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(of = "duble")]
fn misspelt(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
