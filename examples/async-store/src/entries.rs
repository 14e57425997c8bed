//! What is put into a store and taken out.

use crosscheck::{backend_matrix, conformance};

use crate::Store;

/// Each cell has a store of its own: another cell's `key` is not there.
#[conformance]
pub async fn a_store_is_empty_at_first(store: &dyn Store) {
    assert_eq!(store.get("key").await, None);
    store.insert("key", 1).await;
    assert_eq!(store.get("key").await, Some(1));
}

#[conformance]
pub async fn the_last_value_counts(store: &dyn Store) {
    store.insert("key", 1).await;
    store.insert("key", 2).await;
    assert_eq!(store.get("key").await, Some(2));
    assert_eq!(store.get("other").await, None);
}

#[conformance]
pub async fn what_is_removed_is_gone(store: &dyn Store) {
    store.insert("key", 1).await;
    assert_eq!(store.remove("key").await, Some(1));
    assert_eq!(store.remove("key").await, None);
    assert_eq!(store.get("key").await, None);
}

#[backend_matrix(keys(0, 1, 100))]
pub async fn keys_are_counted(store: &dyn Store, keys: u64) -> u64 {
    for key in 0..keys {
        store.insert(&key.to_string(), key).await;
    }
    store.count().await
}
