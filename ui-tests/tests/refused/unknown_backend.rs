//! # Contracts, features and backends: A misspelt backend
//!
//! Where the contract lists its backends (`Subject::BACKENDS`), a name that is not among them is an error.

use crosscheck::{Subject, backend_matrix, conformance};

trait Store: Send + Sync {
    fn get(&self, key: &str) -> Option<i64>;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// The empty key.
    EmptyKey,
}

impl Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "tree";
    const BACKENDS: Option<&'static [&'static str]> = Some(&["tree", "cloud"]);
}

#[conformance(backends("tree", "clout"))]
fn misspelt(store: &dyn Store) {
    assert_eq!(store.get("k"), None);
}

#[backend_matrix(backends("disk"))]
fn unheard_of(store: &dyn Store) -> Vec<i64> {
    store.get("k").into_iter().collect()
}

fn main() {}
