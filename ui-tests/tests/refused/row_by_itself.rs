//! # The matrix: A row by itself that cannot be right
//!
//! What a row says is checked where it is written, as in a matrix function. `RUN` overrides a wider row, and nothing is wider than
//! the whole backend; the baseline has no cells that `baseline_wrong` could excuse under a condition. With `for dyn Trait`, the
//! features and what the suite wants followed up are known as well.

use crosscheck::Debt::Upstream;
use crosscheck::Failure::Panic;
use crosscheck::{Action, RUN, UNCLASSIFIED, baseline_wrong, conformance, skip};
use crosscheck_ui_tests::Ops;

#[conformance]
fn doubles(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn is_old(ops: &dyn Ops) -> bool {
    ops.name() == "old"
}

#[crosscheck::exclusions("metal", test = doubles)]
const WITHOUT_A_REASON: Action = skip("no");

#[crosscheck::exclusions("metal")]
const OVERRIDES_NOTHING: Action = RUN;

#[crosscheck::exclusions("metal", test = doubles)]
const UNDECIDED: Action = UNCLASSIFIED;

#[crosscheck::exclusions("reference", test = doubles, applies_if = is_old)]
const SOMETIMES_WRONG: Action = baseline_wrong("it rounds twice").because(Upstream);

#[crosscheck::exclusions("reference", test = doubles)]
const WRONG_BY_A_PANIC: Action = baseline_wrong("it rounds twice").because(Upstream).by(Panic);

#[crosscheck::exclusions("metal", uses = "flaot64", for dyn Ops)]
const MISSPELT: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", test = doubles)]
const NO_ACTION: u32 = 1;

fn main() {}
