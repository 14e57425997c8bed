//! The same as `leftovers`, which says that it is only a part.

#[path = "../suites/leftovers.rs"]
mod suite;

crosscheck::main!(; partial = "the rest of the checks runs elsewhere");
