//! # The matrix: A flaky row without a follow-up
//!
//! Any other row is found out on the day on which it is not true any more. A flaky one may excuse a cell for ever, so that it
//! needs a link to the issue; and it has no failure of its own to describe.

use crosscheck::Debt::Upstream;
use crosscheck::{Action, Failure, flaky};

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Several streams on one device.
    Streams,
    /// 64-bit floats.
    Float64,
}

#[crosscheck::exclusions("cuda")]
const fn cuda(feature: Feature) -> Action {
    match feature {
        Feature::Streams => flaky("loses a copy now and then").because(Upstream),
        Feature::Float64 => flaky("is off now and then").because(Upstream).tracking("issue 7").by(Failure::Mismatch),
    }
}

fn main() {}
