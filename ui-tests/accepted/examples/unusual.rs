//! Legal code that an attribute could trip over.
#![deny(warnings)]

use crosscheck::{Subject, conformance};

trait Store: Send + Sync {
    fn get(&self, key: &str) -> Option<i64>;
}

/// Features whose markers are keywords.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Stores that answer later.
    Async,
    /// Keys that match a pattern.
    Match,
}

impl Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "nothing";
}

#[conformance(uses("async", "match"))]
fn keywords_as_markers(store: &dyn Store) {
    assert_eq!(store.get("k"), None);
}

#[conformance(r#type(1, 2))]
fn r#match(store: &dyn Store, r#type: u32) {
    assert_eq!(store.get(&r#type.to_string()), None);
}

#[conformance]
fn lifetimes<'a>(store: &'a dyn Store) {
    let again: &'a dyn Store = store;
    assert_eq!(again.get("k"), None);
}

// The commonest return type of a `main`, which cannot be sent to another thread.
#[conformance]
fn any_error(store: &dyn Store) -> Result<(), Box<dyn std::error::Error>> {
    assert_eq!(store.get(&"1".parse::<u32>()?.to_string()), None);
    Ok(())
}

// A text that is a name is its own label.
#[conformance(key("short", "AlsoAName", empty = ""))]
fn texts(store: &dyn Store, key: &str) {
    assert_eq!(store.get(key), None);
}

const LOW: u32 = 3;

#[conformance(n(low = LOW, two = 1 + 1))]
fn constants_of_the_module(store: &dyn Store, mut n: u32) {
    n += 1;
    assert_eq!(store.get(&n.to_string()), None);
}

const MAX: u32 = 7;

// Without a label it is `u32::MAX`: two values.
#[conformance(n(MAX, seven = MAX))]
fn one_name_in_two_scopes(store: &dyn Store, n: u32) {
    assert_eq!(store.get(&n.to_string()), None);
}

macro_rules! checks {
    ($($name:ident $subject:ty, $n:literal;)*) => {$(
        #[conformance(n($n, 100))]
        fn $name(store: $subject, n: u32) {
            assert_eq!(store.get(&n.to_string()), None);
        }
    )*};
}

checks! {
    one &dyn Store, 1;
    two &dyn Store, 2;
}

#[conformance]
#[cfg(any())]
fn not_here(store: &dyn NoSuchTrait) {}

#[deprecated]
#[conformance]
fn deprecated(store: &dyn Store) {
    assert_eq!(store.get("k"), None);
}

fn main() {}
