//! # The matrix: A matrix of two backends, or of none
//!
//! A matrix function belongs to one backend, which the attribute names. What two backends have in common goes into a
//! `const fn` that both of them call.

use crosscheck::{Action, RUN};
use crosscheck_ui_tests::Feature;

#[crosscheck::exclusions("metal", "cuda")]
const fn two(_: Feature) -> Action {
    RUN
}

#[crosscheck::exclusions]
const fn of_no_backend(_: Feature) -> Action {
    RUN
}

#[crosscheck::exclusions("met al")]
const fn no_name(_: Feature) -> Action {
    RUN
}

#[crosscheck::exclusions("metal", al = RUN)]
const fn misspelt(_: Feature) -> Action {
    RUN
}

#[crosscheck::exclusions("metal", all = RUN, all = RUN)]
const fn twice(_: Feature) -> Action {
    RUN
}

fn main() {}
