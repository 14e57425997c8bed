use crosscheck::{Action, RUN};
use crosscheck_ui_tests::Feature;

#[crosscheck::exclusions("met al")]
fn metal(_: Feature) -> Action {
    RUN
}

#[crosscheck::exclusions]
const fn nobody(_: Feature) -> Action {
    RUN
}

fn main() {}
