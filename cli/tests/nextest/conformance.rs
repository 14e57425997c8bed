//! A suite whose cells come to different ends, with everything that a report says of one.

use crosscheck::Debt::*;
use crosscheck::{Action, RUN, Subject, Unavailable, backend, backend_matrix, conformance, exclusions, skip, xfail};

trait Ops: Send + Sync {
    fn doubled(&self, x: &[f32]) -> Vec<f32>;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Numbers that are drawn.
    Random,
    /// Numbers from a thousand on.
    Wide,
    /// Numbers below zero.
    Negative,
    /// No numbers.
    Empty,
}

impl Subject for dyn Ops {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

#[backend_matrix(uses = "random")]
fn random(ops: &dyn Ops) -> Vec<f32> {
    let seed = crosscheck::seed();
    ops.doubled(&[0, 20, 40].map(|bits| ((seed >> bits) % 1000) as f32))
}

#[backend_matrix(number(1.5, 3000.0 uses("wide"), -7.0 uses("negative")))]
fn of_one(ops: &dyn Ops, number: f32) -> Vec<f32> {
    ops.doubled(&[number, 2.0, 3.0])
}

#[conformance(uses = "empty")]
fn of_nothing(ops: &dyn Ops) {
    assert_eq!(ops.doubled(&[]), [0.0; 0]);
}

/// What nobody outlives.
#[conformance]
fn ends(ops: &dyn Ops) {
    assert_eq!(ops.doubled(&[1.0]), [2.0]);
    if ops.doubled(&[1000.0]) != [2000.0] {
        std::process::abort();
    }
}

/// What the filter leaves out.
#[conformance]
fn left_out(ops: &dyn Ops) {
    assert_eq!(ops.doubled(&[1.0]), [2.0]);
}

struct Doubles {
    /// How far wide numbers are off.
    off: f32,
    of_negative: f32,
}

impl Ops for Doubles {
    fn doubled(&self, x: &[f32]) -> Vec<f32> {
        let factor = |x: f32| if x < 0.0 { self.of_negative } else { 2.0 };
        x.iter().map(|x| factor(*x) * x + if *x < 1000.0 { 0.0 } else { self.off }).collect()
    }
}

#[backend(name = "reference")]
fn reference() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Doubles { off: 0.0, of_negative: 2.0 }))
}

#[backend(name = "fast")]
fn fast() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Doubles { off: 0.5, of_negative: -2.0 }))
}

#[exclusions("fast")]
const fn fast_cannot(feature: Feature) -> Action {
    match feature {
        Feature::Negative => xfail("loses the sign").because(Upstream).tracking("https://example.org/7"),
        Feature::Empty => skip("hangs").because(NotYet).tracking("https://example.org/8"),
        Feature::Random | Feature::Wide => RUN,
    }
}

crosscheck::main!();
