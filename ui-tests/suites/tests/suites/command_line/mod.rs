//! The command line, tried on suites that misbehave on purpose (`src/bin/`) against a model of what each cell comes to.

mod audit;
mod environment;
mod nextest;
mod outcomes;
mod random;
mod refused;
mod selection;
mod views;

use std::collections::BTreeMap;

use crosscheck::Outcome;

use crate::common::model::{CELLS, Cell, Expect, cells, exit_code, fails, line_of, listed};
use crate::common::{Output, suite};

/// The cells that were recorded are these, with the outcomes that `outcome` says; the exit code follows from them.
#[track_caller]
fn came_to(output: &Output, expected: &[Cell], outcome: impl Fn(&Cell) -> Outcome) {
    let recorded: BTreeMap<_, _> = output.outcomes().into_iter().map(|(name, cell)| (name, cell.outcome)).collect();
    let expected: BTreeMap<_, _> = expected.iter().map(|cell| (cell.name, outcome(cell))).collect();
    assert_eq!(recorded, expected, "other outcomes than the model says{output}");
    output.exits(exit_code(expected.into_values()));
}

/// Runs with these arguments: exactly the cells of the model that are `wanted` come to what the model says.
#[track_caller]
fn selects(args: &[&str], wanted: impl Fn(&Cell) -> bool) {
    let output = suite("outcomes").args(args).args(&["--no-tests", "pass"]).run();
    came_to(&output, &cells(&wanted), Cell::outcome);
    let list = suite("outcomes").args(args).args(&["--list", "--format", "terse"]).run();
    assert_eq!(list.exits(0).ran_nothing().stdout, listed(&cells(&wanted)), "another list{list}");
}

/// Runs with these arguments: a usage error with this text, and nothing is run.
#[track_caller]
fn refuses(args: &[&str], text: &str) {
    let output = suite("outcomes").args(args).run();
    output.exits(2).ran_nothing().complains(text);
    assert_eq!(output.stdout, "", "something stands on stdout{output}");
}
