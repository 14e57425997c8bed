use crosscheck::{Action, RUN, skip};
use crosscheck_ui_tests::Feature;

#[crosscheck::exclusions("metal")]
const fn metal(feature: Feature) -> Action {
    match feature {
        Feature::Float64 => skip("Metal has no 64-bit floats").because(crosscheck::Debt::HardwareLimit),
        Feature::DynamicOffsets => RUN,
        Feature::Float64 => RUN,
    }
}

fn main() {}
