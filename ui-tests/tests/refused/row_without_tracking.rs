//! # The matrix: A row without a follow-up
//!
//! This suite demands a link for what is still to be done: `tracked(NotYet, Upstream)` on its features says so. Add
//! `.tracking("https://…")` to such a row, also to the one that excludes a whole backend.

use crosscheck::Debt::{HardwareLimit, NotYet};
use crosscheck::{Action, skip, xfail};

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
#[crosscheck(tracked(NotYet, Upstream))]
enum Feature {
    /// 64-bit floats.
    Float64,
    /// Starts that are known only at run time.
    DynamicOffsets,
    /// Tensors without elements.
    EmptyTensors,
}

#[crosscheck::exclusions("metal")]
const fn metal(feature: Feature) -> Action {
    match feature {
        Feature::Float64 => skip("Metal has no 64-bit floats").because(HardwareLimit),
        Feature::DynamicOffsets => xfail("offsets are read too early").because(NotYet),
        Feature::EmptyTensors => skip("no kernel is there").because(NotYet).tracking("https://example.org/7"),
    }
}

#[crosscheck::exclusions("cuda", all = skip("no device in CI").because(NotYet))]
const fn cuda(_: Feature) -> Action {
    crosscheck::RUN
}

fn main() {}
