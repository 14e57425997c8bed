//! Four machines that add up: what a budget, an input, a seed and a majority of backends come to.

use crosscheck::compare::{Computed, Terms, Tolerance};
use crosscheck::{Subject, Unavailable, backend_matrix, conformance};

trait Adder: Send + Sync {
    /// The sums of neighbours.
    fn sums(&self, x: &[f32]) -> Vec<f32>;
    /// A root, of which these machines keep 24 bits.
    fn root(&self, x: f64) -> f64;
}

/// None.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {}

const WIDE: Tolerance = Tolerance::new(0.0, 0.25).because("these machines are rough");

impl Subject for dyn Adder {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
    const TERMS: Terms<'static> = Terms::DEFAULT.f32(WIDE);
}

/// Adds this to each sum.
struct Machine(f32);

impl Adder for Machine {
    fn sums(&self, x: &[f32]) -> Vec<f32> {
        x.windows(2).map(|pair| pair[0] + pair[1] + self.0).chain(x.last().copied()).collect()
    }

    fn root(&self, x: f64) -> f64 {
        if self.0 == 0.0 { x.sqrt() } else { f64::from((x as f32).sqrt()) }
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Adder>, Unavailable> {
    Ok(Box::new(Machine(0.0)))
}

#[crosscheck::backend(name = "near")]
fn near() -> Result<Box<dyn Adder>, Unavailable> {
    Ok(Box::new(Machine(0.125)))
}

#[crosscheck::backend(name = "far")]
fn far() -> Result<Box<dyn Adder>, Unavailable> {
    Ok(Box::new(Machine(4.0)))
}

#[crosscheck::backend(name = "far_too")]
fn far_too() -> Result<Box<dyn Adder>, Unavailable> {
    Ok(Box::new(Machine(4.125)))
}

const X: [f32; 4] = [1.0, 3.0, -7.0, 2.5];

#[backend_matrix(backends("near"))]
fn in_the_terms_of_the_subject(adder: &dyn Adder) -> Vec<f32> {
    adder.sums(&X)
}

/// Of the default tolerance.
#[backend_matrix(backends("near"))]
fn a_root(adder: &dyn Adder) -> f64 {
    adder.root(2.0)
}

#[backend_matrix(tolerance(rtol = 0.0, atol = 0.0, reason = "sums of whole numbers are exact"))]
fn in_terms_of_its_own(adder: &dyn Adder) -> Vec<f32> {
    adder.sums(&X)
}

/// What a sum may be off by.
fn within(adder: &dyn Adder, allowed: f64) -> Result<Computed<Vec<f32>>, String> {
    Computed::within([X.to_vec()], |[x]| Ok(adder.sums(x)), move |sums, _| vec![allowed; sums.len()])
}

#[backend_matrix(backends("near", "far"))]
fn in_a_budget(adder: &dyn Adder) -> Result<Computed<Vec<f32>>, String> {
    within(adder, 1.0)
}

#[backend_matrix(backends("near"))]
fn in_no_budget_at_all(adder: &dyn Adder) -> Result<Computed<Vec<f32>>, String> {
    within(adder, f64::NAN)
}

/// One of the sums is an input.
#[backend_matrix(backends("near"))]
fn as_the_input_was(adder: &dyn Adder) -> Result<Computed<Vec<f32>>, String> {
    Computed::of([vec![0.0, 0.0, 9.0]], |[x]| Ok(vec![0.0, adder.sums(x)[1] - 9.0, 9.0]))
}

/// Only the baseline has something against it.
#[backend_matrix(backends("far", "far_too"))]
fn against_the_baseline(adder: &dyn Adder) -> Vec<f32> {
    adder.sums(&X)
}

/// A number that its seed decides on.
#[conformance(backends("near"), n(1, 2))]
fn by_the_seed(_: &dyn Adder, n: u32) {
    let seed = crosscheck::seed();
    assert_eq!(seed, u64::from(n), "the seed is {seed}");
}

crosscheck::main!();
