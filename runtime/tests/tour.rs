//! Key-value stores, one of which cannot do everything.

// 1. The contract.
trait Store: Send + Sync {
    fn put(&self, key: &str, value: i64) -> Result<(), String>;
    fn get(&self, key: &str) -> Option<i64>;
}

// 2. What a backend may lack.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Keys of more than 8 bytes.
    LongKeys, // the marker "long_keys"
    /// The empty key.
    EmptyKey,
}

impl crosscheck::Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "tree";
}

// 3. A check.
mod keys {
    use super::*;
    use crosscheck::conformance;

    #[conformance(uses = "long_keys", length(9, 300))]
    fn long(store: &dyn Store, length: usize) -> Result<(), String> {
        let key = "k".repeat(length);
        store.put(&key, 7)?;
        assert_eq!(store.get(&key), Some(7));
        Ok(())
    }

    #[conformance(uses("empty_key"))]
    fn empty(store: &dyn Store) -> Result<(), String> {
        store.put("", 1)?;
        assert_eq!(store.get(""), Some(1));
        Ok(())
    }
}

// 4. A differential check.
#[crosscheck::backend_matrix(value(-1, 7), backends("short", "cloud"))]
fn what_was_put_comes_back(store: &dyn Store, value: i64) -> Result<Vec<i64>, String> {
    let key = value.to_string();
    store.put(&key, value)?;
    Ok(store.get(&key).into_iter().collect())
}

// 5. Backends.
use crosscheck::Unavailable;
use std::{collections::BTreeMap, sync::Mutex};

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

#[crosscheck::backend(name = "short", aliases("s"))]
fn short() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(Tree { longest: 8, entries: Mutex::default() }))
}

#[crosscheck::backend(name = "cloud")]
fn cloud() -> Result<Box<dyn Store>, Unavailable> {
    Err(Unavailable::new("there are no credentials in the environment"))
}

// 6. The exclusion matrix.
use crosscheck::{Action, Debt::*, Failure, RUN, xfail};

#[crosscheck::exclusions("short")]
const fn short_cannot(feature: Feature) -> Action {
    match feature {
        Feature::LongKeys => xfail("'{backend}' refuses keys of more than 8 bytes")
            .because(WontFix)
            .by(Failure::Error)
            .saying("is too long"),
        Feature::EmptyKey => RUN,
    }
}

// 7. The test executable, with `harness = false` in Cargo.toml. Here everything is in one crate, so it names no other one.
crosscheck::main!();
