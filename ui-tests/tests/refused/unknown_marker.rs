//! # Markers and functions: A misspelt marker
//!
//! The compiler looks markers up: each is the name of a feature of the contract in `snake_case`. A name that is not a marker is an error
//! where it stands, which lists the features and guesses the one that is meant.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(uses = "dynamic_ofsets")]
fn check(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
