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
