//! A suite of 1,000 checks on three backends, some of which are expected to fail: what is counted is everything around their bodies.

use crosscheck::{Action, Debt::NotYet, RUN, Subject, Unavailable, conformance, skip, xfail};

trait Ops: Send + Sync {
    fn sum(&self, a: u32, b: u32) -> Result<u32, String>;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Numbers of 64 bits.
    Float64,
    /// Offsets that are known when it runs.
    DynamicOffsets,
    /// Tensors without elements.
    EmptyTensors,
    /// Blocks of few bits.
    Quantization,
}

impl Subject for dyn Ops {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

/// Of two numbers that are equal, this one cannot say the sum where it is true.
struct Sums(bool);

impl Ops for Sums {
    fn sum(&self, a: u32, b: u32) -> Result<u32, String> {
        if self.0 && a == b { Err(format!("{a} and {b} are equal")) } else { Ok(a + b) }
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Sums(false)))
}

#[crosscheck::backend(name = "one")]
fn one() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Sums(true)))
}

#[crosscheck::backend(name = "other")]
fn other() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Sums(false)))
}

#[crosscheck::exclusions("one")]
const fn of_one(feature: Feature) -> Action {
    match feature {
        Feature::Quantization => xfail("'{marker}': says that two numbers are equal").because(NotYet),
        _ => RUN,
    }
}

#[crosscheck::exclusions("other")]
const fn of_other(feature: Feature) -> Action {
    match feature {
        Feature::Float64 => skip("'{marker}': there are none").because(NotYet),
        _ => RUN,
    }
}

/// A module with this in it, ten times.
macro_rules! ten {
    (@ [$($name:ident)*] $inner:tt) => {
        $(ten!(@@ $name $inner);)*
    };
    (@@ $name:ident { $($inner:tt)* }) => {
        mod $name {
            #[allow(unused_imports, reason = "the modules in between use nothing")]
            use super::*;

            $($inner)*
        }
    };
    ($($inner:tt)*) => {
        ten!(@ [zero one two three four five six seven eight nine] { $($inner)* });
    };
}

ten! { ten! {
    #[conformance]
    fn without_a_marker(ops: &dyn Ops) { assert_eq!(ops.sum(1, 2), Ok(3)); }
    #[conformance(uses = "float64")]
    fn of_64_bits(ops: &dyn Ops) { assert_eq!(ops.sum(1, 2), Ok(3)); }
    #[conformance(uses = "dynamic_offsets")]
    fn of_offsets(ops: &dyn Ops) { assert_eq!(ops.sum(1, 2), Ok(3)); }
    #[conformance(uses = "empty_tensors")]
    fn of_nothing(ops: &dyn Ops) { assert_eq!(ops.sum(1, 2), Ok(3)); }
    #[conformance(uses = "quantization")]
    fn of_few_bits(ops: &dyn Ops) { assert_eq!(ops.sum(2, 2), Ok(4)); }
    #[conformance(uses("float64", "dynamic_offsets"))]
    fn of_two(ops: &dyn Ops) { assert_eq!(ops.sum(1, 2), Ok(3)); }
    #[conformance(uses("dynamic_offsets", "empty_tensors"))]
    fn of_two_others(ops: &dyn Ops) { assert_eq!(ops.sum(1, 2), Ok(3)); }
    #[conformance]
    fn another(ops: &dyn Ops) { assert_eq!(ops.sum(1, 2), Ok(3)); }
    #[conformance(uses = "dynamic_offsets")]
    fn another_of_offsets(ops: &dyn Ops) { assert_eq!(ops.sum(1, 2), Ok(3)); }
    #[conformance]
    fn the_last(ops: &dyn Ops) { assert_eq!(ops.sum(1, 2), Ok(3)); }
}}

crosscheck::main!();
