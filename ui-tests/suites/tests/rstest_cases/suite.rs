//! Checks of key-value stores, with everything of rstest that makes functions.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;

use crosscheck::{Action, Debt, Failure, RUN, Subject, Unavailable, backend_matrix, conformance, skip, xfail};
use rstest::{fixture, rstest};

pub(crate) trait Store: Send + Sync {
    fn put(&self, key: &str, value: i64) -> Result<(), String>;
    fn get(&self, key: &str) -> Option<i64>;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    /// Keys of more than 8 bytes.
    LongKeys,
    /// The empty key.
    EmptyKey,
}

impl Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "tree";
}

struct Tree {
    longest: usize,
    entries: Mutex<BTreeMap<String, i64>>,
}

impl Store for Tree {
    fn put(&self, key: &str, value: i64) -> Result<(), String> {
        if key.len() > self.longest {
            return Err(format!("a key of {} bytes is too long", key.len()));
        }
        self.entries.lock().unwrap().insert(key.to_owned(), value);
        Ok(())
    }
    fn get(&self, key: &str) -> Option<i64> {
        self.entries.lock().unwrap().get(key).copied()
    }
}

#[crosscheck::backend(name = "tree")]
fn tree() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(Tree { longest: usize::MAX, entries: Mutex::default() }))
}

#[crosscheck::backend(name = "short")]
fn short() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(Tree { longest: 8, entries: Mutex::default() }))
}

#[crosscheck::exclusions("short")]
const fn short_cannot(feature: Feature) -> Action {
    match feature {
        Feature::LongKeys => {
            xfail("keys of more than 8 bytes").because(Debt::WontFix).by(Failure::Panic).saying("is too long")
        }
        Feature::EmptyKey => skip("nobody asked for it").because(Debt::NotYet),
    }
}

#[crosscheck::exclusions("tree")]
const fn tree_cannot(_: Feature) -> Action {
    RUN
}

#[fixture]
fn seed() -> i64 {
    7
}

/// A fixture that takes another one, and a value from the check.
#[fixture]
fn offset(seed: i64, #[default(1)] times: i64) -> i64 {
    seed * times
}

#[rstest]
#[test_attr(conformance(n(1, 2)))]
#[case::negative(-1)]
#[case(1)]
fn cases_and_an_axis(#[ignore] store: &dyn Store, #[case] value: i64, #[ignore] n: usize, seed: i64) {
    let key = "k".repeat(n);
    assert_eq!(store.put(&key, value * seed), Ok(()));
    assert_eq!(store.get(&key), Some(value * seed));
}

#[rstest]
#[test_attr(backend_matrix)]
fn values(
    #[ignore] store: &dyn Store,
    #[values("a", "b")] key: &str,
    #[values(1, 2)] value: i64,
) -> Result<Vec<i64>, String> {
    store.put(key, value)?;
    Ok(store.get(key).into_iter().collect())
}

#[rstest]
#[test_attr(conformance(uses("empty_key"), backends("short", "tree")))]
#[case::one(1)]
fn cases_and_values(
    #[ignore] store: &dyn Store,
    #[case] value: i64,
    #[values(0, 1)] addend: i64,
) -> Result<(), String> {
    store.put("", value + addend)?;
    assert_eq!(store.get(""), Some(value + addend));
    Ok(())
}

#[rstest]
#[test_attr(conformance)]
fn fixtures(#[ignore] store: &dyn Store, seed: i64, #[with(2, 3)] offset: i64) {
    assert_eq!((seed, offset), (7, 6));
    assert_eq!(store.put("k", offset), Ok(()));
    assert_eq!(store.get("k"), Some(offset));
}

#[rstest]
#[test_attr(backend_matrix(uses = "long_keys"))]
#[case::fits("k", 1)]
fn stale(#[ignore] store: &dyn Store, #[case] key: &str, seed: i64, #[case] value: i64) -> Vec<i64> {
    assert_eq!(store.put(key, seed + value), Ok(()));
    store.get(key).into_iter().collect()
}

#[rstest]
#[test_attr(conformance)]
#[case::right(7)]
#[case::wrong(8)]
fn one_case_fails(#[ignore] store: &dyn Store, #[case] expected: i64, seed: i64) {
    assert_eq!(store.put("k", seed), Ok(()));
    assert_eq!(store.get("k"), Some(expected), "the case is wrong");
}

#[conformance(uses = "empty_key")]
mod given_by_the_module {
    use super::*;

    #[rstest]
    #[test_attr(conformance)]
    #[case(1)]
    fn asserted(#[ignore] store: &dyn Store, #[case] value: i64) {
        assert_eq!(store.put("", value), Ok(()));
    }

    #[rstest]
    #[test_attr(backend_matrix(backends("short")))]
    #[case(1)]
    fn compared(#[ignore] store: &dyn Store, #[case] value: i64) -> Vec<i64> {
        store.get("").into_iter().chain([value]).collect()
    }
}

#[fixture]
fn broken() -> i64 {
    panic!("the fixture is broken")
}

#[rstest]
#[test_attr(conformance)]
fn fixture_fails(#[ignore] store: &dyn Store, broken: i64) {
    assert_eq!(store.get("k"), Some(broken));
}

#[rstest]
#[test_attr(backend_matrix)]
#[case(1)]
fn fixture_fails_on_the_baseline(#[ignore] store: &dyn Store, #[case] value: i64, broken: i64) -> Vec<i64> {
    store.get("k").into_iter().chain([value, broken]).collect()
}

crosscheck::main!();

pub(crate) fn run() -> ExitCode {
    main()
}
