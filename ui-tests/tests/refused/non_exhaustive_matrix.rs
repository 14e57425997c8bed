//! # The matrix: A feature that a backend has not classified
//!
//! Every backend decides on every feature. The day a feature is added, each matrix without a row for it stops
//! compiling. Add the row: `RUN` where the backend can do it.

use crosscheck::{Action, RUN};
use crosscheck_ui_tests::Feature;

#[crosscheck::exclusions("metal")]
const fn metal(feature: Feature) -> Action {
    match feature {
        Feature::DynamicOffsets => RUN,
    }
}

fn main() {}
