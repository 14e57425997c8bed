//! # The matrix: A row that hangs on nothing that there can be
//!
//! One row is a constant of the type `Action`. It hangs on tests (`test = path`, `test("pattern")`), on some of their cases
//! (`case(axis = value)`, `case("pattern")`), on a feature (`uses = "…"`), or else on the whole backend.

use crosscheck::Debt::Upstream;
use crosscheck::{Action, RUN, conformance, skip};
use crosscheck_ui_tests::{Feature, Ops};

#[conformance(n(1, 2))]
fn doubles(ops: &dyn Ops, n: u32) {
    assert_eq!(ops.double(f64::from(n)), f64::from(2 * n));
}

#[crosscheck::exclusions("metal", test = doubles, uses = "float64")]
const OF_A_TEST_AND_A_FEATURE: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", case(n = 1))]
const OF_CASES_OF_NO_TEST: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", test = doubles, case())]
const OF_NO_CASE: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", test = doubles, case(n))]
const OF_NO_VALUE: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", test = doubles, case(n = f()))]
const OF_A_VALUE_WITHOUT_A_NAME: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", test = doubles, case = 1)]
const OF_A_CASE_WITHOUT_PARENTHESES: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", test())]
const OF_NO_TEST: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", test("  "))]
const OF_A_TEST_WITHOUT_A_NAME: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", test = 3)]
const OF_A_NUMBER: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", uses("float64", "dynamic_offsets"))]
const OF_TWO_FEATURES: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", applies_if)]
const OF_NO_QUESTION: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", applies_if = |ops| true)]
const OF_A_CLOSURE: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", for)]
const OF_NO_SUBJECT: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", test = doubles, test = doubles)]
const TWICE: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", tests = doubles)]
const MISSPELT: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", all = skip("no").because(Upstream))]
const OF_ALL: Action = RUN;

#[crosscheck::exclusions("metal", test = doubles)]
const _: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", test = doubles)]
const fn a_matrix(_: Feature) -> Action {
    RUN
}

#[crosscheck::exclusions("metal", test = doubles)]
static NO_CONSTANT: Action = RUN;

fn main() {}
