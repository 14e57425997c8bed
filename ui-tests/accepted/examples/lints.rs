//! Legal code that a lint could trip over.
#![deny(warnings)]

use crosscheck::{Subject, backend_matrix, conformance};

trait Store: Send + Sync {
    fn name(&self) -> &'static str;
    fn supports(&self, feature: &str) -> bool;
    fn get(&self, key: &str) -> Result<i64, String>;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// The empty key.
    EmptyKey,
}

impl Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "nothing";
}

struct Entry {
    name: String,
    value: i64,
}

impl Entry {
    fn name(&self) -> &str {
        &self.name
    }
}

fn entries() -> Vec<Entry> {
    vec![Entry { name: "a".to_owned(), value: 1 }, Entry { name: "b".to_owned(), value: 2 }]
}

// What is not left by a `return`: closures, functions of its own, async blocks.
#[conformance]
fn returns_of_something_else(store: &dyn Store) {
    fn sign(value: i64) -> i64 {
        if value < 0 {
            return -1;
        }
        1
    }
    let positive = |key: &str| {
        let Ok(value) = store.get(key) else { return false };
        return sign(value) == 1;
    };
    let _later = async {
        if store.get("later").is_ok() {
            return 1;
        }
        2
    };
    assert!(["a", "b"].iter().all(|key| {
        if key.is_empty() {
            return true;
        }
        positive(key)
    }));
}

#[conformance]
fn returns_of_errors(store: &dyn Store) -> Result<(), String> {
    for entry in entries() {
        let value = match store.get(&entry.name) {
            Ok(value) => value,
            Err(error) if error.contains("empty") => return Err(error),
            Err(error) => return Result::Err(error).map_err(|error: String| error.to_uppercase()),
        };
        if value != entry.value {
            return Err(format!("{value} instead of {}", entry.value));
        }
    }
    Ok(())
}

#[backend_matrix(key(a = "a", other = "b"))]
fn returns_at_the_end(store: &dyn Store, key: &str) -> Result<i64, String> {
    let value = store.get(key)?;
    #[expect(clippy::needless_return, reason = "some write it so")]
    return Ok(value + 1);
}

// The name may be asserted and printed.
#[conformance]
fn names_in_assertions(store: &dyn Store) -> Result<(), String> {
    let name = store.name();
    assert!(!name.is_empty() && name.len() < 100, "{} has a bad name", store.name());
    assert_ne!(store.name(), "nobody", "{name}");
    assert!(matches!(store.name(), "nothing" | "something"));
    println!("on {name}: {:?}", store.get(store.name()));
    store.get("a").map(|_| ()).map_err(|error| format!("{}: {error}", store.name()))
}

// Other things have names as well, and the variable of the backend may be shadowed.
#[conformance(id(a = "a", other = "b"))]
fn names_of_others(store: &dyn Store, id: &str) {
    for entry in entries() {
        let name = entry.name();
        if name == id || entry.name().starts_with('x') {
            assert!(store.get(name).is_ok());
        }
    }
    let found = entries().iter().find(|store| store.name() == id).map(|store| store.value);
    assert_eq!(store.get(id).ok(), found);
    let name = store.name();
    assert!(!name.is_empty());
    for name in ["a", "b"] {
        if name == id {
            assert!(store.get(name).is_ok());
        }
    }
    let store = Entry { name: id.to_owned(), value: 1 };
    if store.name() == "a" {
        assert_eq!(store.value, 1);
    }
}

// A question about something is not one about who answers.
#[conformance]
fn capabilities(store: &dyn Store) {
    if store.supports("listing") {
        assert!(store.get("a").is_ok());
    }
    let label = [store.name(), "a"].join(": ");
    if let Err(error) = compare(&label, store.get("a"), 1) {
        panic!("{error}");
    }
}

fn compare(label: &str, value: Result<i64, String>, expected: i64) -> Result<(), String> {
    if value == Ok(expected) { Ok(()) } else { Err(label.to_owned()) }
}

#[conformance]
fn loops_and_labels(store: &dyn Store) -> Result<(), String> {
    let mut entries = entries();
    while let Some(entry) = entries.pop() {
        let value = 'found: {
            if entry.value == 1 {
                break 'found 1;
            }
            match store.get(&entry.name) {
                Ok(value) => value,
                other => other?,
            }
        };
        if value != entry.value {
            continue;
        }
    }
    Ok(())
}

// Each of these can fail.
#[conformance]
fn an_error_is_enough(store: &dyn Store) -> Result<(), String> {
    store.get("a")?;
    Ok(())
}

#[conformance]
fn a_panic_is_enough(store: &dyn Store) {
    store.get("a").unwrap();
}

#[conformance]
fn a_helper_is_enough(store: &dyn Store) {
    check_everything(store);
}

fn check_everything(store: &dyn Store) {
    assert!(store.get("a").is_ok());
}

#[conformance]
fn a_value_is_enough(store: &dyn Store) -> Result<(), String> {
    match store.get("a") {
        Ok(1) => Ok(()),
        _ => Err("not 1".to_owned()),
    }
}

// The whole check may depend on how it is built.
#[conformance]
#[cfg(any())]
fn elsewhere(store: &dyn Store) {
    assert!(store.get("a").is_ok());
}

// With a reason, everything is allowed.
#[conformance(
    allow(early_return, backend_branch, reason = "an empty name is nobody's"),
    allow(cfg_branch, reason = "a thousand are slow without optimisation")
)]
fn allowed(store: &dyn Store) {
    if store.name().is_empty() {
        return;
    }
    for key in 0..if cfg!(debug_assertions) { 10 } else { 1000 } {
        assert!(store.get(&key.to_string()).is_ok());
    }
}

#[conformance(allow(no_assertion, reason = "it only has to come back"))]
fn comes_back(store: &dyn Store) {
    let _ = store.get("a");
}

fn main() {}
