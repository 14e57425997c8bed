//! # The matrix: A row that does not say why it exists
//!
//! The text says what happens, and `.because(…)` why: `NotYet` (work that is still to be done here), `WontFix` (a
//! difference that will stay), `Upstream` (a fault or a gap in a library below) or `HardwareLimit`.

use crosscheck::{Action, skip, xfail};
use crosscheck_ui_tests::Feature;

#[crosscheck::exclusions("metal")]
const fn metal(feature: Feature) -> Action {
    match feature {
        Feature::Float64 => skip("Metal has no 64-bit floats"),
        Feature::DynamicOffsets => xfail("offsets are read before they are written"),
    }
}

fn main() {}
