//! A contract in a crate of its own, as the cases under `tests/` use it: what is said about a marker has to be as good
//! across crates as inside one.

use crosscheck::Subject;

/// What is under test.
pub trait Ops: Send + Sync {
    /// What the implementation calls itself.
    fn name(&self) -> &'static str;
    /// Doubles a number.
    fn double(&self, x: f64) -> f64;
}

/// What an implementation may lack.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// The start of a slice is known only at run time.
    DynamicOffsets,
    /// 64-bit floats.
    Float64,
}

impl Subject for dyn Ops {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}
