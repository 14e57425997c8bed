use crosscheck::{Action, skip};
use crosscheck_ui_tests::Feature;

#[crosscheck::exclusions("metal")]
const fn metal(_: Feature) -> Action {
    skip("  ")
}

fn main() {}
