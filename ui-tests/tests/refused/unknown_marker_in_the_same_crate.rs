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
