//! Scales whose rows are not as they should be, each in its own way; only an audit says so.

use crosscheck::Debt::Upstream;
use crosscheck::Failure::{Mismatch, Panic};
use crosscheck::{Action, Subject, Unavailable, backend_matrix, baseline_wrong, conformance, xfail};

trait Scale: Send + Sync {
    fn weigh(&self, of: &[f64]) -> Vec<f64>;
    fn is_level(&self, grams: u32) -> bool;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Weights in grams.
    Grams,
}

impl Subject for dyn Scale {
    type Feature = Feature;
    const BASELINE: &'static str = "brass";
}

struct Brass;

impl Scale for Brass {
    fn weigh(&self, of: &[f64]) -> Vec<f64> {
        of.to_vec()
    }
    fn is_level(&self, _: u32) -> bool {
        true
    }
}

/// One whose second weight is an eighth off and whose third one sticks; beyond 8 of them it has none.
struct Spring;

impl Scale for Spring {
    fn weigh(&self, of: &[f64]) -> Vec<f64> {
        let weighed = |(at, x): (usize, &f64)| match at {
            1 => x * 1.125,
            8.. => f64::NAN,
            _ => *x,
        };
        of.iter().enumerate().map(weighed).collect()
    }
    fn is_level(&self, grams: u32) -> bool {
        assert!(grams != 7, "the spring is torn");
        grams < 5
    }
}

#[crosscheck::backend(name = "brass")]
fn brass() -> Result<Box<dyn Scale>, Unavailable> {
    Ok(Box::new(Brass))
}

#[crosscheck::backend(name = "spring")]
fn spring() -> Result<Box<dyn Scale>, Unavailable> {
    Ok(Box::new(Spring))
}

#[backend_matrix(uses = "grams", count(2, 4, 8, 16))]
fn weighs(scale: &dyn Scale, count: usize) -> Vec<f64> {
    scale.weigh(&(1..=count).map(|n| n as f64).collect::<Vec<_>>())
}

#[backend_matrix(count(2, 3))]
fn weighs_again(scale: &dyn Scale, count: usize) -> Vec<f64> {
    scale.weigh(&(1..=count).map(|n| n as f64).collect::<Vec<_>>())
}

#[conformance(grams(1, 5, 6, 7))]
fn is_level(scale: &dyn Scale, grams: u32) {
    assert!(scale.is_level(grams), "{grams} grams are not level");
}

// Of any size, and it does not tell these cells from those of 8.
#[crosscheck::exclusions("spring", test = weighs, case("*2", "*4"))]
const UNBOUNDED: Action = xfail("the second weight is too heavy").because(Upstream).by(Mismatch);

// A unit in the last place would be far less, and one of the cells is no number.
#[crosscheck::exclusions("spring", test = weighs, case("*8"))]
const WIDE: Action = xfail("eight weights are too many").because(Upstream).by(Mismatch).ulps(0.0..=1e17);

#[crosscheck::exclusions("spring", test = weighs, case("*16"))]
const NO_NUMBER: Action =
    xfail("beyond 8 there is no number").because(Upstream).saying("in being NaN").share(0.5..=0.6);

#[crosscheck::exclusions("brass", test = weighs_again)]
const WRONG: Action = baseline_wrong("brass wears off").because(Upstream);

// It passes at one gram, where it was seen, and what fails at 7 is something else than at 5 and 6.
#[crosscheck::exclusions("spring", test = is_level)]
const GONE: Action = xfail("is never level").because(Upstream).by(Panic).seen_in("is_level::grams_1");

crosscheck::main!();
