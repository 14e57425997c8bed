//! # The matrix: A placeholder that nothing fills
//!
//! `{marker}` and `{backend}` are replaced in the text of a row, and nothing else is. A brace that stands for itself is written twice:
//! `{{`.

use crosscheck::Debt::NotYet;
use crosscheck::{Action, RUN, xfail};
use crosscheck_ui_tests::Feature;

#[crosscheck::exclusions("metal")]
const fn metal(feature: Feature) -> Action {
    match feature {
        Feature::DynamicOffsets => RUN,
        Feature::Float64 => xfail("'{feature}' tests are not supported by '{backend}'").because(NotYet),
    }
}

fn main() {}
