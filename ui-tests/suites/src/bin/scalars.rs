//! Counters whose answers are numbers: which of their checks tell right answers from one that is always the same, and from those
//! of a narrower type.

use crosscheck::compare::{Expected, Terms, Tolerance};
use crosscheck::{Action, Debt, Subject, Unavailable, backend_matrix, conformance, skip, xfail};

trait Counter: Send + Sync {
    fn is_even(&self, n: u32) -> bool;
    fn root(&self, x: f64) -> f64;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Numbers above 99.
    Large,
    /// Numbers above 999.
    Huge,
}

impl Subject for dyn Counter {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
    // Those of `torch.testing`, and without a reason.
    const TERMS: Terms<'static> = Terms::DEFAULT.f64(Tolerance::new(1e-7, 1e-7));
}

struct Reference;

impl Counter for Reference {
    fn is_even(&self, n: u32) -> bool {
        n.is_multiple_of(2)
    }
    fn root(&self, x: f64) -> f64 {
        x.sqrt()
    }
}

/// One that counts in the last three digits, and has 32 bits for a root.
struct Small;

impl Counter for Small {
    fn is_even(&self, n: u32) -> bool {
        assert!(n < 1000, "{n} is too large");
        n.is_multiple_of(2)
    }
    fn root(&self, x: f64) -> f64 {
        f64::from((x as f32).sqrt())
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Counter>, Unavailable> {
    Ok(Box::new(Reference))
}

#[crosscheck::backend(name = "small")]
fn small() -> Result<Box<dyn Counter>, Unavailable> {
    Ok(Box::new(Small))
}

#[crosscheck::backend(name = "twin")]
fn twin() -> Result<Box<dyn Counter>, Unavailable> {
    Ok(Box::new(Reference))
}

#[crosscheck::exclusions("small")]
const fn small_cannot(feature: Feature) -> Action {
    match feature {
        Feature::Large => skip("two digits").because(Debt::WontFix),
        Feature::Huge => xfail("three digits").because(Debt::WontFix).saying("is too large"),
    }
}

#[backend_matrix(n(1, 2, 3))]
fn varied(counter: &dyn Counter, n: u32) -> bool {
    counter.is_even(n)
}

#[backend_matrix(n(1, 3, 5))]
fn always_false(counter: &dyn Counter, n: u32) -> bool {
    counter.is_even(n)
}

#[backend_matrix(n(2, 4), by(1, 3))]
fn always_the_same_pair(counter: &dyn Counter, n: u32, by: u32) -> (bool, u8) {
    (counter.is_even(n * by), 0)
}

/// Nothing may be as constant as a number.
#[backend_matrix(n(1, 3))]
fn always_none(counter: &dyn Counter, n: u32) -> Option<u32> {
    counter.is_even(n).then_some(n)
}

/// What is known is judged as what the baseline says is, and on the baseline too.
#[conformance(n(1, 3))]
fn known_to_be_false(counter: &dyn Counter, n: u32) -> Expected<bool> {
    Expected::new(counter.is_even(n), false)
}

#[conformance(n(1, 2))]
fn known(counter: &dyn Counter, n: u32) -> Expected<bool> {
    Expected::new(counter.is_even(n), n == 2)
}

/// NaN is a right root, but not the only one.
#[backend_matrix(x(below = -1.0, above = 4.0))]
fn a_root_or_none(counter: &dyn Counter, x: f64) -> f64 {
    counter.root(x)
}

#[backend_matrix]
fn in_one_case(counter: &dyn Counter) -> bool {
    counter.is_even(1)
}

#[backend_matrix]
fn zero_in_one_case(counter: &dyn Counter) -> f64 {
    counter.root(0.0)
}

#[backend_matrix(n(1, 3), expects_constant(reason = "no odd number is even"))]
fn as_it_says(counter: &dyn Counter, n: u32) -> bool {
    counter.is_even(n)
}

/// What is said of one value takes it out; the others are all the same.
#[backend_matrix(n(1, 3, 2 expects_constant(reason = "the smallest even number")))]
fn without_what_is_said(counter: &dyn Counter, n: u32) -> bool {
    counter.is_even(n)
}

/// All zeros, as it says, in one of the cases.
#[backend_matrix(n(zeros = 3 expects_constant(reason = "none of them is even"), zeros_and_ones = 2))]
fn of_an_array(counter: &dyn Counter, n: u32) -> Vec<bool> {
    vec![counter.is_even(3), counter.is_even(n)]
}

/// The small one has the first two only.
#[backend_matrix(n(1, 3, 100 uses("large")))]
fn where_one_is_skipped(counter: &dyn Counter, n: u32) -> bool {
    counter.is_even(n)
}

/// The case that fails as expected has another value.
#[backend_matrix(n(1, 3, 1000 uses("huge")))]
fn where_one_fails(counter: &dyn Counter, n: u32) -> bool {
    counter.is_even(n)
}

#[backend_matrix(x(two = 2.0, three = 3.0), backends("small"))]
fn of_a_narrower_type(counter: &dyn Counter, x: f64) -> f64 {
    counter.root(x)
}

#[backend_matrix(
    x(two = 2.0, three = 3.0),
    backends("small"),
    tolerance(rtol = 1e-7, atol = 0.0, reason = "this one has 32 bits")
)]
fn of_a_narrower_type_as_it_says(counter: &dyn Counter, x: f64) -> f64 {
    counter.root(x)
}

/// Both types hold these roots.
#[backend_matrix(x(four = 4.0, nine = 9.0), backends("small"))]
fn of_both_types(counter: &dyn Counter, x: f64) -> f64 {
    counter.root(x)
}

/// A constant is no excuse for a narrower type.
#[backend_matrix(backends("small"), expects_constant(reason = "two of the same"))]
fn a_constant_of_a_narrower_type(counter: &dyn Counter) -> [f64; 2] {
    [counter.root(2.0); 2]
}

crosscheck::main!();
