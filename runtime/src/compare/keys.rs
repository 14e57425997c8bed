//! Maps and sets.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash};

use super::shown::brief;
use super::{Compare, Leaves};

/// How many keys a mismatch shows.
const SHOWN: usize = 8;

/// The keys of a map, or the elements of a set, their type forgotten.
pub(super) trait Keys: Any {
    fn what(&self) -> KeyKind;
    fn len(&self) -> usize;
    /// Which ones only one of the two has; `None` where they are the same.
    fn difference(&self, expected: &dyn Keys) -> Option<KeyDifference>;
}

/// What keys are keys of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// A map.
    Map,
    /// A set.
    Set,
}

impl KeyKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Map => "a map",
            Self::Set => "a set",
        }
    }

    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Map => "keys",
            Self::Set => "elements",
        }
    }
}

/// Keys that only one of two maps has, or elements of sets.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyDifference {
    /// Of maps or sets.
    pub what: KeyKind,
    /// Those that are expected and missing.
    pub missing: Listed,
    /// Those that are not expected.
    pub additional: Listed,
    /// How many there are in either.
    pub total: usize,
}

/// The first few of some keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// How they are written.
    pub first: Vec<String>,
    /// How many there are.
    pub count: usize,
}

impl Listed {
    fn of<'a, K: Ord + Debug + 'a>(keys: impl Iterator<Item = &'a K>) -> Self {
        let mut keys: Vec<_> = keys.collect();
        keys.sort_unstable();
        Self { first: keys.iter().take(SHOWN).map(|key| brief(*key)).collect(), count: keys.len() }
    }
}

/// What only one of the two has.
fn difference<'a, K: Ord + Debug + 'a, T>(
    what: KeyKind,
    (actual, expected): (&'a T, &'a T),
    keys: impl Fn(&'a T) -> Box<dyn Iterator<Item = &'a K> + 'a>,
    has: impl Fn(&'a T, &K) -> bool,
) -> Option<KeyDifference> {
    let missing = Listed::of(keys(expected).filter(|key| !has(actual, key)));
    let additional = Listed::of(keys(actual).filter(|key| !has(expected, key)));
    let total = keys(actual).count() + missing.count;
    let differ = missing.count + additional.count > 0;
    differ.then_some(KeyDifference { what, missing, additional, total })
}

macro_rules! keys {
    ($kind:ident, $type:ty, [$($generics:tt)*], |$one:ident| $keys:expr, $has:ident) => {
        impl<$($generics)*> Keys for $type {
            fn what(&self) -> KeyKind {
                KeyKind::$kind
            }

            fn len(&self) -> usize {
                self.len()
            }

            fn difference(&self, expected: &dyn Keys) -> Option<KeyDifference> {
                match (expected as &dyn Any).downcast_ref::<Self>() {
                    Some(expected) => difference(
                        KeyKind::$kind,
                        (self, expected),
                        |$one| Box::new($keys),
                        |one, key| one.$has(key),
                    ),
                    // A value of one type hands over keys of one type, unless a host chooses between two.
                    None => {
                        let count = |count| Listed { first: Vec::new(), count };
                        let (missing, additional) = (count(expected.len()), count(self.len()));
                        let total = expected.len() + self.len();
                        (total > 0).then_some(KeyDifference { what: KeyKind::$kind, missing, additional, total })
                    }
                }
            }
        }
    };
}

keys!(Map, BTreeMap<K, V>, [K: Ord + Debug + Send + 'static, V: 'static], |one| one.keys(), contains_key);
keys!(Set, BTreeSet<K>, [K: Ord + Debug + Send + 'static], |one| one.iter(), contains);
keys!(
    Map, HashMap<K, V, S>,
    [K: Eq + Hash + Ord + Debug + Send + 'static, V: 'static, S: BuildHasher + 'static],
    |one| one.keys(), contains_key
);
keys!(
    Set, HashSet<K, S>,
    [K: Eq + Hash + Ord + Debug + Send + 'static, S: BuildHasher + 'static],
    |one| one.iter(), contains
);

/// Its keys have to be the same, and the values of each key to agree.
impl<K: Ord + Debug + Send + 'static, V: Compare> Compare for BTreeMap<K, V> {
    const EXACT: bool = V::EXACT;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        leaves.keys(self);
        leaves.entries(self);
    }
}

/// Like a [`BTreeMap`]; the order of its keys is that of the report.
impl<K: Eq + Hash + Ord + Debug + Send + 'static, V: Compare, S: BuildHasher + Send + 'static> Compare
    for HashMap<K, V, S>
{
    const EXACT: bool = V::EXACT;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        leaves.keys(self);
        let mut entries: Vec<_> = self.iter().collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        leaves.entries(entries);
    }
}

/// Its elements have to be the same.
impl<T: Ord + Debug + Send + 'static> Compare for BTreeSet<T> {
    const EXACT: bool = true;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        leaves.keys(self);
    }
}

/// Like a [`BTreeSet`].
impl<T: Eq + Hash + Ord + Debug + Send + 'static, S: BuildHasher + Send + 'static> Compare for HashSet<T, S> {
    const EXACT: bool = true;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        leaves.keys(self);
    }
}
