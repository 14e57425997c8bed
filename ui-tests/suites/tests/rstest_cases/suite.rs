//! Checks of key-value stores, with everything of rstest that makes functions.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crosscheck::{
    Action, Case, Debt, Failure, RUN, Subject, Unavailable, backend_matrix, conformance, flaky, skip, xfail,
};
use rstest::{fixture, rstest, rstest as cases};

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
    /// Fails somehow.
    Fails,
    /// Returns an error.
    Errs,
    /// Panics.
    Panics,
    /// Gives another value.
    Differs,
    /// Does not end.
    Hangs,
    /// Ends the process.
    Crashes,
    /// Fails now and then.
    Wavers,
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

// Cells run side by side and several write to one key.
#[crosscheck::backend(name = "tree", fresh)]
fn tree() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(Tree { longest: usize::MAX, entries: Mutex::default() }))
}

#[crosscheck::backend(name = "short", fresh)]
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
        Feature::Fails => xfail("fails").because(Debt::NotYet),
        Feature::Errs => xfail("returns an error").because(Debt::NotYet).by(Failure::Error),
        Feature::Panics => xfail("panics").because(Debt::NotYet).by(Failure::Panic),
        Feature::Differs => xfail("differs").because(Debt::NotYet).by(Failure::Mismatch),
        Feature::Hangs => xfail("hangs").because(Debt::NotYet).by(Failure::Timeout),
        Feature::Crashes => xfail("crashes").because(Debt::NotYet).by(Failure::Crash),
        Feature::Wavers => flaky("wavers").because(Debt::NotYet).tracking("issue 7"),
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

fn keys_of_data() -> Vec<Case<&'static str>> {
    vec![Case::new("plain", "key"), Case::new("two words", "a b")]
}

#[rstest]
#[test_attr(conformance(cases = keys_of_data))]
#[case::negative(-1)]
#[case(1)]
fn cases_and_data(#[ignore] store: &dyn Store, #[case] value: i64, #[ignore] key: &str) {
    assert_eq!(store.put(key, value), Ok(()));
    assert_eq!(store.get(key), Some(value));
}

#[rstest]
#[test_attr(conformance)]
fn files_of_rstest(#[ignore] store: &dyn Store, #[files("tests/rstest_cases/s*.rs")] path: PathBuf) {
    let length = std::fs::read(path).unwrap().len() as i64;
    assert_eq!(store.put("length", length), Ok(()));
    assert_eq!(store.get("length"), Some(length));
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

/// Each kind of row, on a check of which the fixture fails.
#[rstest]
#[test_attr(conformance(row(
    any = "any" uses("fails"),
    error = "error" uses("errs"),
    panic = "panic" uses("panics"),
    mismatch = "mismatch" uses("differs"),
    timeout = "timeout" uses("hangs"),
    crash = "crash" uses("crashes"),
    flaky = "flaky" uses("wavers")
)))]
fn fixture_fails_under(#[ignore] store: &dyn Store, #[ignore] row: &str, broken: i64) {
    assert_eq!(store.get(row), Some(broken));
}

/// The same with a fixture that is well, and a body that fails.
#[rstest]
#[test_attr(conformance(row(
    any = "any" uses("fails"),
    error = "error" uses("errs"),
    panic = "panic" uses("panics"),
    mismatch = "mismatch" uses("differs"),
    timeout = "timeout" uses("hangs"),
    crash = "crash" uses("crashes"),
    flaky = "flaky" uses("wavers")
)))]
fn body_fails_under(#[ignore] store: &dyn Store, #[ignore] row: &str, seed: i64) {
    assert_eq!(store.get(row), Some(seed), "the body is broken");
}

fn no_case() -> i64 {
    panic!("the case is broken")
}

/// The attribute goes by another name.
#[cases]
#[test_attr(conformance(uses = "fails"))]
#[case(no_case())]
fn case_fails(#[ignore] store: &dyn Store, #[case] value: i64) {
    assert_eq!(store.get("k"), Some(value));
}

#[rstest]
#[test_attr(backend_matrix(uses = "fails"))]
fn value_fails(#[ignore] store: &dyn Store, #[values(no_case())] value: i64) -> Vec<i64> {
    store.get("k").into_iter().chain([value]).collect()
}

/// The baseline's fixture is well.
#[rstest]
#[test_attr(backend_matrix(uses = "fails"))]
fn fixture_fails_the_second_time(#[ignore] store: &dyn Store, broken_now_and_then: i64) -> Vec<i64> {
    store.get("k").into_iter().chain([broken_now_and_then]).collect()
}

#[fixture]
fn broken_now_and_then() -> i64 {
    static TIMES: AtomicUsize = AtomicUsize::new(0);
    assert!(TIMES.fetch_add(1, Ordering::Relaxed).is_multiple_of(2), "the fixture is broken now");
    7
}

#[fixture]
fn broken_at_first() -> i64 {
    static TIMES: AtomicUsize = AtomicUsize::new(0);
    assert!(TIMES.fetch_add(1, Ordering::Relaxed) > 0, "the fixture is broken at first");
    7
}

/// Its row knows of a body that wavers, not of a fixture.
#[rstest]
#[test_attr(conformance(uses = "wavers", backends("short")))]
fn fixture_wavers(#[ignore] store: &dyn Store, broken_at_first: i64) {
    assert_eq!(store.get("no key"), None, "{broken_at_first}");
}

#[fixture]
fn deadly() -> i64 {
    std::process::abort()
}

#[rstest]
#[test_attr(conformance(uses = "crashes"))]
fn fixture_crashes(#[ignore] store: &dyn Store, deadly: i64) {
    assert_eq!(store.get("k"), Some(deadly));
}

#[rstest]
#[test_attr(conformance(uses = "crashes"))]
fn body_crashes(#[ignore] store: &dyn Store, seed: i64) {
    assert_eq!(store.get("k"), Some(seed + deadly::default()));
}

#[fixture]
fn endless() -> i64 {
    loop {
        std::thread::park();
    }
}

#[rstest]
#[test_attr(conformance(uses = "hangs"))]
fn fixture_hangs(#[ignore] store: &dyn Store, endless: i64) {
    assert_eq!(store.get("k"), Some(endless));
}

#[rstest]
#[test_attr(conformance(uses = "hangs"))]
fn body_hangs(#[ignore] store: &dyn Store, seed: i64) {
    assert_eq!(store.get("k"), Some(seed + endless::default()));
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
