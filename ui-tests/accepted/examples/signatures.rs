//! Signatures of checks that are as good as the plain one.
#![deny(warnings)]

use std::borrow::Cow;

use crosscheck::compare::{Expected, Fallible};
use crosscheck::{Carries, Subject, Unavailable, backend_matrix, conformance};

trait Store: Send + Sync {
    fn get(&self, key: &str) -> usize;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// The empty key.
    EmptyKey,
}

impl Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "lengths";
}

impl Subject for dyn Store + Send + Sync {
    type Feature = Feature;
    const BASELINE: &'static str = "lengths";
}

struct Lengths;

impl Store for Lengths {
    fn get(&self, key: &str) -> usize {
        key.len()
    }
}

impl Subject for Lengths {
    type Feature = Feature;
    const BASELINE: &'static str = "lengths";
}

#[crosscheck::backend(name = "lengths")]
fn lengths() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(Lengths))
}

#[crosscheck::backend(name = "lengths")]
fn shared() -> Result<Box<dyn Store + Send + Sync>, Unavailable> {
    Ok(Box::new(Lengths))
}

#[crosscheck::backend(name = "other")]
fn other() -> Result<Box<dyn Store>, Unavailable> {
    lengths()
}

#[crosscheck::backend(name = "other")]
fn other_shared() -> Result<Box<dyn Store + Send + Sync>, Unavailable> {
    shared()
}

#[crosscheck::backend(name = "lengths")]
fn concrete() -> Result<Box<Lengths>, Unavailable> {
    Ok(Box::new(Lengths))
}

struct Key<'a>(&'a str);

impl Carries<Feature> for Key<'_> {
    fn features(&self) -> &'static [Feature] {
        if self.0.is_empty() { &[Feature::EmptyKey] } else { &[] }
    }
}

#[conformance(text(a = "a", b = "bb"), key(plain = Key("k"), empty = Key("")))]
fn lifetimes<'a>(store: &'a dyn Store, text: &'a str, key: Key<'a>) {
    assert_eq!(store.get(text) + store.get(key.0), text.len() + key.0.len());
}

#[conformance(text(a = Cow::Borrowed("a"), b = "bb".into()), keys(some = &["a", "bb"], none = &[]))]
fn elided_lifetimes(store: &dyn Store, text: Cow<'_, str>, keys: &[&str]) {
    assert_eq!(store.get(&text), text.len());
    assert!(keys.iter().all(|key| store.get(key) == key.len()));
}

#[conformance(key(made = &"k".repeat(3)))]
fn a_value_that_is_made(store: &dyn Store, key: &str) {
    assert_eq!(store.get(key), 3);
}

#[conformance(make(upper = &|key: &str| key.to_uppercase(), lower = &|key| key.to_lowercase()))]
fn a_function(store: &dyn Store, make: &dyn for<'k> Fn(&'k str) -> String) {
    assert_eq!(store.get(&make("aB")), 2);
}

#[conformance(n(1, 2))]
fn with_more<'a: 'b, 'b>(store: &'a (dyn Store + 'b), mut n: usize)
where
    'b: 'a,
{
    n += 1;
    assert_eq!(store.get(&"k".repeat(n)), n);
}

#[conformance(n(1, 2))]
fn of_a_shared_subject(store: &(dyn Store + Send + Sync), n: usize) {
    assert_eq!(store.get(&"k".repeat(n)), n);
}

#[backend_matrix(n(1 uses("empty_key"), 2))]
fn compared_on_a_shared_subject(store: &(dyn Store + Send + Sync), n: usize) -> usize {
    store.get(&"k".repeat(n))
}

#[conformance]
fn of_a_type(store: &Lengths) {
    assert_eq!(store.get("k"), 1);
}

#[conformance]
fn without_a_name(_: &dyn Store) {
    assert_ne!(usize::BITS, 0);
}

#[backend_matrix(n(2, 5))]
fn a_borrowed_lifetime<'a>(store: &'a dyn Store, n: usize) -> Result<Vec<usize>, Cow<'a, str>> {
    if n > 9 { Err(Cow::Borrowed("too many")) } else { Ok(vec![store.get("k"), n]) }
}

type Known<T> = Result<Expected<T>, Cow<'static, str>>;

#[conformance(n(1, 4), expects_constant(reason = "one key has one length"))]
fn beside_what_is_known(store: &dyn Store, n: usize) -> Known<usize> {
    Ok(Expected::new(store.get(&"k".repeat(n)), n))
}

#[conformance(n(1, 4 tolerance(exact)), tolerance(ulps = 4, reason = "halves are exact, and thirds are not"))]
fn known_in_units<'a>(store: &'a dyn Store, n: usize) -> Expected<f64> {
    Expected::new(store.get(&"k".repeat(n)) as f64 / 4.0, n as f64 / 4.0)
}

#[backend_matrix(tolerance(exact, reason = "powers of two"))]
fn without_a_tolerance(store: &dyn Store) -> impl crosscheck::Compare {
    store.get("k") as f32 / 2.0
}

#[backend_matrix(n(1, 2))]
fn a_value_that_may_be_refused(store: &dyn Store, n: usize) -> Fallible<usize> {
    if n > 1 { Err("too many") } else { Ok(store.get("k")) }.into()
}

crosscheck::main!();
