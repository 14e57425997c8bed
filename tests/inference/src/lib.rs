//! The conformance suite of the inference runtime on a backend's device: what `README.md` lists, element by element.
//!
//! A crate with a backend of its own names this one in its `crosscheck::main!` and gets every check. The module
//! [`inference`] is the first part of each check's name.

pub mod inference;
