//! # Contracts, features and backends: A trait that is no subject
//!
//! A suite belongs to a trait object type that implements `crosscheck::Subject`, which says what its backends may lack.

use crosscheck::{Unavailable, backend_matrix, conformance};

trait Store: Send + Sync {
    fn get(&self, key: &str) -> i64;
}

#[conformance(uses("long_keys", "empty_key"), of = "get", backends("disk"), key(plain = "k", other = "l"))]
fn check(store: &dyn Store, key: &str) {
    assert_eq!(store.get(key), 0);
}

#[backend_matrix(n(1 uses("long_keys"), 2), tolerance(rtol = 0, atol = 0, reason = "it is exact"))]
fn compared(store: &(dyn Store + Send), n: usize) -> f64 {
    store.get(&"k".repeat(n)) as f64
}

#[crosscheck::backend(name = "disk")]
fn disk() -> Result<Box<dyn Store>, Unavailable> {
    Err(Unavailable::new("no disk"))
}

struct Disk;

#[crosscheck::implements("disk")]
impl Store for Disk {
    fn get(&self, _: &str) -> i64 {
        0
    }
}

fn main() {}
