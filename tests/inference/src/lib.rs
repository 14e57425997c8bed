//! The conformance suite of the inference runtime on a backend's device: what `README.md` lists, element by element.
//!
//! A crate with a backend of its own names this one in its `crosscheck::main!` and gets every check. The module
//! [`inference`] is the first part of each check's name. The checks are public, so that a row of the exclusion matrix may name
//! one by its path.
#![expect(missing_docs, reason = "what a check is called says what it checks")]

mod exclusions;
pub mod inference;
