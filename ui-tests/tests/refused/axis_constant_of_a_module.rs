//! # Axes, tolerances and signatures: A constant of the module without a label
//!
//! A bare name is looked up in the type of the parameter, and nowhere else.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

const FIRST: u32 = 1;
const NAME: &str = "name";
const PAIR: (u32, bool) = (1, true);
const LARGEST: f64 = 1e300;

#[conformance(n(MAX, FIRST), name(NAME), pair(PAIR), x(MIN_POSITIVE, LARGEST, labelled = LARGEST))]
fn check(ops: &dyn Ops, n: u32, name: &'static str, pair: (u32, bool), x: f64) {
    assert!(ops.double(x) > f64::from(n + pair.0) && name == NAME);
}

fn main() {}
