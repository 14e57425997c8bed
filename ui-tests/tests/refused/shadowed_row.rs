//! # The matrix: A row that another one shadows
//!
//! The first row of a feature decides, and a later one only misleads whoever reads it: keep one of the two. What is a
//! warning elsewhere is an error here, independently of the crate's own lint levels.

use crosscheck::Debt::HardwareLimit;
use crosscheck::{Action, RUN, skip};
use crosscheck_ui_tests::Feature;

#[crosscheck::exclusions("metal")]
const fn metal(feature: Feature) -> Action {
    match feature {
        Feature::Float64 => skip("Metal has no 64-bit floats").because(HardwareLimit),
        Feature::DynamicOffsets => RUN,
        Feature::Float64 => RUN,
    }
}

fn main() {}
