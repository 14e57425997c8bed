use crosscheck::{Action, RUN, xfail};
use crosscheck_ui_tests::Feature;

#[crosscheck::exclusions("metal")]
const fn metal(feature: Feature) -> Action {
    match feature {
        Feature::DynamicOffsets => RUN,
        Feature::Float64 => xfail("'{feature}' tests not supported by '{backend}' backend"),
    }
}

fn main() {}
