//! # Markers and functions: A module that gives too much, or to no check
//!
//! The attribute on a module is for what its checks have in common: the markers and the function. Put everything else
//! on the checks, and leave the attribute out where there is nothing to give.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(uses = "float64", backends("metal"))]
mod too_much {
    use super::*;

    #[conformance]
    fn one_is_doubled(ops: &dyn Ops) {
        assert_eq!(ops.double(1.0), 2.0);
    }
}

#[conformance(uses = "float64", n(1, 2))]
mod an_axis {}

#[conformance(of = "double", tolerance(rtol = 0.0, atol = 0.0, reason = "exact"))]
mod a_tolerance {}

#[conformance(of = "double", allow(early_return, reason = "none of them fails"))]
mod an_allowance {}

#[conformance(uses = "float64")]
mod without_checks {
    fn helper() {}
}

#[conformance]
mod nothing_given {}

fn main() {}
