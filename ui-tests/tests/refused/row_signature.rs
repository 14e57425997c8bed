//! # The matrix: An expected failure that cannot come true
//!
//! What follows `xfail(…)` describes the failure, so that another one is noticed. It has to be possible: a skip does
//! not fail at all, a panic has no distance, a share is at most 1, and every text contains the empty one.

use crosscheck::Debt::{HardwareLimit, Upstream};
use crosscheck::{Action, Failure, skip, xfail};

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// 64-bit floats.
    Float64,
    /// Starts that are known only at run time.
    DynamicOffsets,
    /// Sums of more than 4096 numbers.
    LongSums,
    /// Tensors without elements.
    EmptyTensors,
}

#[crosscheck::exclusions("metal")]
const fn metal(feature: Feature) -> Action {
    match feature {
        Feature::Float64 => skip("Metal has no 64-bit floats").because(HardwareLimit).by(Failure::Error),
        Feature::DynamicOffsets => xfail("it panics").because(Upstream).by(Failure::Panic).ulps(0.0..=4.0),
        Feature::LongSums => xfail("a third of them is wrong").because(Upstream).share(0.0..=33.3),
        Feature::EmptyTensors => xfail("it returns an error").because(Upstream).saying(" "),
    }
}

fn main() {}
