//! The stores, each fresh for each cell, and what they do otherwise, as observed with moka 0.12.16 and quick_cache 0.7.0.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crosscheck::{Action, Debt, Failure, Unavailable, backend, exclusions, xfail};
use moka::future::Cache as Moka;
use quick_cache::sync::Cache as QuickCache;
use tokio::sync::OnceCell;

use crate::{BoxFuture, Feature, Store};

/// More than any check puts in.
const CAPACITY: u16 = 1_000;

type Loaded<'a> = BoxFuture<'a, Result<u64, String>>;

/// A map of cells, each of which is filled once; whoever replaces a value replaces the cell.
#[derive(Default)]
struct Reference(Mutex<HashMap<String, Arc<OnceCell<u64>>>>);

impl Reference {
    fn cells<T>(&self, act: impl FnOnce(&mut HashMap<String, Arc<OnceCell<u64>>>) -> T) -> T {
        act(&mut self.0.lock().expect("no cell panics while it holds the map"))
    }
}

impl Store for Reference {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<u64>> {
        Box::pin(async move { self.cells(|cells| cells.get(key)?.get().copied()) })
    }

    fn insert<'a>(&'a self, key: &'a str, value: u64) -> BoxFuture<'a, ()> {
        let cell = Arc::new(OnceCell::new_with(Some(value)));
        Box::pin(async move { drop(self.cells(|cells| cells.insert(key.to_owned(), cell))) })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<u64>> {
        Box::pin(async move { self.cells(|cells| cells.remove(key))?.get().copied() })
    }

    fn get_or_load<'a>(&'a self, key: &'a str, load: Loaded<'a>) -> Loaded<'a> {
        Box::pin(async move {
            let cell = self.cells(|cells| cells.entry(key.to_owned()).or_default().clone());
            cell.get_or_try_init(|| load).await.copied()
        })
    }

    fn count(&self) -> BoxFuture<'_, u64> {
        Box::pin(async { self.cells(|cells| cells.values().filter(|cell| cell.initialized()).count() as u64) })
    }
}

impl Store for Moka<String, u64> {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<u64>> {
        Box::pin(Moka::get(self, key))
    }

    fn insert<'a>(&'a self, key: &'a str, value: u64) -> BoxFuture<'a, ()> {
        Box::pin(Moka::insert(self, key.to_owned(), value))
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<u64>> {
        Box::pin(Moka::remove(self, key))
    }

    fn get_or_load<'a>(&'a self, key: &'a str, load: Loaded<'a>) -> Loaded<'a> {
        Box::pin(async move { self.try_get_with_by_ref(key, load).await.map_err(|error| String::clone(&error)) })
    }

    fn count(&self) -> BoxFuture<'_, u64> {
        Box::pin(async {
            // What was inserted is counted later, unless it is told to.
            self.run_pending_tasks().await;
            self.entry_count()
        })
    }
}

impl Store for QuickCache<String, u64> {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<u64>> {
        Box::pin(async move { QuickCache::get(self, key) })
    }

    fn insert<'a>(&'a self, key: &'a str, value: u64) -> BoxFuture<'a, ()> {
        Box::pin(async move { QuickCache::insert(self, key.to_owned(), value) })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<u64>> {
        Box::pin(async move { QuickCache::remove(self, key).map(|(_, value)| value) })
    }

    fn get_or_load<'a>(&'a self, key: &'a str, load: Loaded<'a>) -> Loaded<'a> {
        Box::pin(self.get_or_insert_async(key, load))
    }

    fn count(&self) -> BoxFuture<'_, u64> {
        Box::pin(async { self.len() as u64 })
    }
}

#[backend(name = "reference", fresh)]
fn reference() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(Reference::default()))
}

#[backend(name = "moka", fresh)]
fn moka() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(Moka::<String, u64>::new(u64::from(CAPACITY))))
}

#[exclusions("moka")]
const fn moka_differs(feature: Feature) -> Action {
    match feature {
        Feature::WaitersRetry => xfail("whoever waits gets the error of the load that it waited for")
            .because(Debt::WontFix)
            .by(Failure::Panic)
            .saying("left: Err(\"no network\")"),
        Feature::LoadsAreOlder => xfail("what was loaded replaces what was inserted, and brings back what was removed")
            .because(Debt::WontFix)
            .by(Failure::Mismatch),
    }
}

#[backend(name = "quick_cache", fresh)]
fn quick_cache() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(QuickCache::<String, u64>::new(usize::from(CAPACITY))))
}
