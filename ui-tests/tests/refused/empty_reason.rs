//! # The matrix: A row without a text
//!
//! The text is what the report prints instead of a result. Write what you saw the backend do.

use crosscheck::Debt::HardwareLimit;
use crosscheck::{Action, RUN, skip};
use crosscheck_ui_tests::Feature;

#[crosscheck::exclusions("metal")]
const fn metal(feature: Feature) -> Action {
    match feature {
        Feature::Float64 => skip(" ").because(HardwareLimit),
        Feature::DynamicOffsets => RUN,
    }
}

fn main() {}
