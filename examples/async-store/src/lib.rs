//! Stores that load what they do not have: a reference, moka and quick_cache.

#![forbid(unsafe_code)]

mod backends;
mod entries;
mod loads;

use std::pin::Pin;

use crosscheck::Subject;

/// What an `async fn` returns where the trait is to be an object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A store of numbers.
pub trait Store: Send + Sync {
    /// The value of a key, or `None` where it has none, also while a load of it is still running.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<u64>>;

    /// Puts a value in the place of the one that is there.
    fn insert<'a>(&'a self, key: &'a str, value: u64) -> BoxFuture<'a, ()>;

    /// Takes the value of a key out.
    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<u64>>;

    /// The value of a key, or else what `load` comes to. While one load runs, the others of the key wait for it.
    ///
    /// # Errors
    /// When a load fails. No error is stored.
    fn get_or_load<'a>(
        &'a self,
        key: &'a str,
        load: BoxFuture<'a, Result<u64, String>>,
    ) -> BoxFuture<'a, Result<u64, String>>;

    /// How many keys have a value.
    fn count(&self) -> BoxFuture<'_, u64>;
}

/// What a store may lack.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Where a load fails, whoever waits for it loads for themselves.
    WaitersRetry,
    /// What is inserted or removed while a load runs is newer than what the load comes to.
    LoadsAreOlder,
}

impl Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
    const BACKENDS: Option<&'static [&'static str]> = Some(&["reference", "moka", "quick_cache"]);

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        pollster::block_on(future)
    }
}
