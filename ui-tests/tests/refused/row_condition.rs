//! # The matrix: A condition that is no question to a backend
//!
//! `applies_if = function` names a function from the opened backend to a `bool`.

use crosscheck::Debt::HardwareLimit;
use crosscheck::{Action, skip};
use crosscheck_ui_tests::Ops;

fn units(_: &dyn Ops) -> u32 {
    32
}

#[crosscheck::exclusions("metal", uses = "float64", applies_if = units)]
const OF_A_NUMBER: Action = skip("no").because(HardwareLimit);

fn of_nothing() -> bool {
    true
}

#[crosscheck::exclusions("metal", uses = "float64", applies_if = of_nothing)]
const OF_NOTHING: Action = skip("no").because(HardwareLimit);

fn of_a_text(text: &str) -> bool {
    text.is_empty()
}

#[crosscheck::exclusions("metal", uses = "float64", applies_if = of_a_text)]
const OF_A_TEXT: Action = skip("no").because(HardwareLimit);

#[crosscheck::exclusions("metal", uses = "float64", applies_if = has_no_fp64)]
const OF_NO_FUNCTION: Action = skip("no").because(HardwareLimit);

fn main() {}
