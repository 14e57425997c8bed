//! A small suite of its own: key-value stores, one of which cannot do everything.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crosscheck::{Action, Debt, RUN, Subject, Unavailable, backend_matrix, conformance, skip, xfail};

trait Store: Send + Sync {
    fn put(&self, key: &str, value: i64) -> Result<(), StoreError>;
    fn get(&self, key: &str) -> Option<i64>;
    fn sum(&self) -> Result<i64, StoreError>;
}

#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error("key of {0} bytes is too long")]
    KeyTooLong(usize),
    #[error("`{0}` is not implemented")]
    NotImplemented(&'static str),
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Keys of more than 8 bytes.
    LongKeys,
    /// The empty key.
    EmptyKey,
}

impl Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "tree";

    fn unimplemented_function<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a str> {
        match error.downcast_ref()? {
            StoreError::NotImplemented(function) => Some(function),
            StoreError::KeyTooLong(_) => None,
        }
    }
}

#[derive(Default)]
struct Tree(Mutex<BTreeMap<String, i64>>);

impl Store for Tree {
    fn put(&self, key: &str, value: i64) -> Result<(), StoreError> {
        self.0.lock().unwrap().insert(key.to_owned(), value);
        Ok(())
    }
    fn get(&self, key: &str) -> Option<i64> {
        self.0.lock().unwrap().get(key).copied()
    }
    fn sum(&self) -> Result<i64, StoreError> {
        Ok(self.0.lock().unwrap().values().sum())
    }
}

struct Short(Tree);

impl Store for Short {
    fn put(&self, key: &str, value: i64) -> Result<(), StoreError> {
        if key.len() > 8 { Err(StoreError::KeyTooLong(key.len())) } else { self.0.put(key, value) }
    }
    fn get(&self, key: &str) -> Option<i64> {
        if key.is_empty() { None } else { self.0.get(key) }
    }
    fn sum(&self) -> Result<i64, StoreError> {
        Err(StoreError::NotImplemented("sum"))
    }
}

#[crosscheck::backend(name = "tree")]
fn tree() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(Tree::default()))
}

#[crosscheck::backend(name = "short", aliases("s"))]
fn short() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(Short(Tree::default())))
}

#[crosscheck::backend(name = "cloud")]
fn cloud() -> Result<Box<dyn Store>, Unavailable> {
    Err(Unavailable::new("no credentials in the environment"))
}

#[crosscheck::exclusions("short")]
const fn short_exclusions(feature: Feature) -> Action {
    match feature {
        Feature::LongKeys => {
            xfail("'{marker}' is refused by '{backend}'").because(Debt::WontFix).by(crosscheck::Failure::Error)
        }
        Feature::EmptyKey => skip("get loses the empty key").because(Debt::NotYet),
    }
}

#[crosscheck::exclusions("cloud")]
const fn cloud_exclusions(feature: Feature) -> Action {
    match feature {
        Feature::LongKeys | Feature::EmptyKey => RUN,
    }
}

#[conformance]
fn what_was_put_is_there(store: &dyn Store) -> Result<(), StoreError> {
    store.put("a", 1)?;
    assert_eq!(store.get("a"), Some(1));
    Ok(())
}

mod keys {
    use super::*;

    #[conformance(uses = "long_keys", length(9, 300))]
    fn long(store: &dyn Store, length: usize) -> Result<(), StoreError> {
        store.put(&"k".repeat(length), 1)
    }

    #[conformance(uses("empty_key"))]
    fn empty(store: &dyn Store) -> Result<(), StoreError> {
        store.put("", 5)?;
        assert_eq!(store.get(""), Some(5));
        Ok(())
    }
}

#[conformance]
fn sum_of_nothing_known_is_a_number(store: &dyn Store) -> Result<(), StoreError> {
    store.sum().map(|_| ())
}

#[backend_matrix(value(-1, 7))]
fn value_comes_back(store: &dyn Store, value: i64) -> Result<Vec<i64>, StoreError> {
    // A key of its own: all cells of a backend share one store, and run in parallel.
    let key = value.to_string();
    store.put(&key, value)?;
    Ok(store.get(&key).into_iter().collect())
}

crosscheck::main!();
