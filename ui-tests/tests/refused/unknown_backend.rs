//! The list of backends is closed here, so that a name that is not in it is known to be wrong.

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
fn check(store: &dyn Store) {
    assert_eq!(store.get("k"), None);
}

#[backend_matrix(backends("disk"))]
fn matrix(store: &dyn Store) -> Vec<i64> {
    store.get("k").into_iter().collect()
}

fn main() {}
