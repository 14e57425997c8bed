//! # Markers and functions: A misspelt marker among several
//!
//! Each marker of a list is looked up by itself. Contract, features and checks may be in one crate, as here, or in
//! several: the error is the same.

use crosscheck::{Subject, conformance};

trait Store: Send + Sync {
    fn len(&self) -> usize;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Keys of more than 255 bytes.
    LongKeys,
}

impl Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "tree";
}

#[conformance(uses("long_keys", "lnog_keys"))]
fn check(store: &dyn Store) {
    assert_eq!(store.len(), 0);
}

fn main() {}
