//! # The matrix: A matrix that is known only at run time
//!
//! It has to be a `const fn`: the compiler calls it with every feature, which is how it finds what is wrong with a row.

use crosscheck::{Action, RUN};
use crosscheck_ui_tests::Feature;

#[crosscheck::exclusions("metal")]
fn metal(_: Feature) -> Action {
    RUN
}

fn main() {}
