//! # The matrix: A row until a day that does not exist
//!
//! After the day in `.until(…)` the row excuses nothing any more. Write a day of the calendar, as YYYY-MM-DD.

use crosscheck::Debt::NotYet;
use crosscheck::{Action, RUN, skip};
use crosscheck_ui_tests::Feature;

#[crosscheck::exclusions("metal")]
const fn metal(feature: Feature) -> Action {
    match feature {
        Feature::Float64 => RUN,
        Feature::DynamicOffsets => skip("the kernel is being rewritten").because(NotYet).until("2027-02-30"),
    }
}

fn main() {}
