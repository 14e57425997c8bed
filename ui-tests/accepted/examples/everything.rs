//! All of the attributes at once, in a crate that forbids unsafe code.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]

use crosscheck::{Action, Debt, Failure, RUN, Subject, Unavailable, backend_matrix, conformance, skip, xfail};

trait Store: Send + Sync {
    fn get(&self, key: &str) -> Option<i64>;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Keys of more than 255 bytes.
    LongKeys,
    /// The empty key.
    EmptyKey,
    /// Keys that are no text.
    Binary,
}

impl Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "nothing";
}

struct Nothing;

impl Store for Nothing {
    fn get(&self, _: &str) -> Option<i64> {
        None
    }
}

#[crosscheck::backend(name = "nothing", aliases("null", "none"))]
fn nothing() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(Nothing))
}

#[crosscheck::exclusions("nothing")]
const fn nothing_exclusions(feature: Feature) -> Action {
    match feature {
        Feature::LongKeys => xfail("{backend} has no {marker}").because(Debt::NotYet).by(Failure::Panic).saying("key"),
        Feature::EmptyKey => skip("no").because(Debt::Upstream).tracking("https://example.org/1"),
        Feature::Binary => RUN,
    }
}

#[conformance(uses = "long_keys")]
fn one_marker(store: &dyn Store) {
    assert_eq!(store.get("k"), None);
}

// What is left of rustc's suggestion for a misspelt marker.
#[conformance(uses(long_keys, "empty_key", "binary"), backends("nothing"))]
fn markers_without_quotes(store: &dyn Store) -> Result<(), String> {
    store.get("k").map_or(Ok(()), |value| Err(format!("found {value}")))
}

#[derive(Clone, Copy)]
enum Length {
    Short,
    Long,
}

#[backend_matrix(
    length(Short, Long),
    n(1, -17),
    key(plain = "k", empty = ""),
    tolerance(rtol = 0.5, atol = 0.0, reason = "nothing is near")
)]
fn axes(store: &dyn Store, key: &str, n: i64, length: Length) -> Result<f64, String> {
    let times = match length {
        Length::Short => 1,
        Length::Long => 300,
    };
    Ok(store.get(&key.repeat(times)).unwrap_or(n) as f64)
}

fn main() {}
