//! Refused, because rows of its matrix decide on nothing.

#[path = "../suites/leftovers.rs"]
mod suite;

crosscheck::main!();
