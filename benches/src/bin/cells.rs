//! 10,000 cells that do nothing, and 100 that end their process.

use crosscheck::{Action, Debt, Failure, Subject, Unavailable, conformance, xfail};

trait Nothing: Send + Sync {}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Ends the process.
    Deadly,
}

impl Subject for dyn Nothing {
    type Feature = Feature;
    const BASELINE: &'static str = "nothing";
}

struct Nobody;

impl Nothing for Nobody {}

#[crosscheck::backend(name = "nothing")]
fn nothing() -> Result<Box<dyn Nothing>, Unavailable> {
    Ok(Box::new(Nobody))
}

#[crosscheck::exclusions("nothing")]
const fn exclusions(feature: Feature) -> Action {
    match feature {
        Feature::Deadly => xfail("ends the process").because(Debt::WontFix).by(Failure::Crash),
    }
}

type Digit = u8;

#[conformance(
    a(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    b(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    c(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    d(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
)]
fn trivial(_: &dyn Nothing, a: Digit, b: Digit, c: Digit, d: Digit) {
    assert!(a < 10 && b < 10 && c < 10 && d < 10);
}

#[conformance(uses = "deadly", a(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), b(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))]
fn crash(_: &dyn Nothing, a: Digit, b: Digit) {
    assert!(a < 10 && b < 10);
    std::process::abort();
}

crosscheck::main!();
