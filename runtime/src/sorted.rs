//! Sorted collections, filled an element at a time.
//!
//! `collect` sorts all elements first. That is faster for very many, but each kind of element then has a sort compiled for it, which the
//! first build of each user pays for.

use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn set<T: Ord>(elements: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    for element in elements {
        set.insert(element);
    }
    set
}

/// Of several entries with one key, the last one counts.
pub(crate) fn map<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}
