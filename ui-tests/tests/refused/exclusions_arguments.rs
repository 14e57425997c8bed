use crosscheck::{Action, RUN};
use crosscheck_ui_tests::Feature;

#[crosscheck::exclusions("metal", "cuda")]
const fn two(_: Feature) -> Action {
    RUN
}

#[crosscheck::exclusions("metal", al = RUN)]
const fn misspelt(_: Feature) -> Action {
    RUN
}

fn main() {}
