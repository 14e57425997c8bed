//! What is loaded, by one or by several at a time.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use crosscheck::{backend_matrix, conformance};
use tokio::join;
use tokio::sync::oneshot::{self, Receiver, Sender};

use crate::{BoxFuture, Store};

type Loaded = Result<u64, String>;

/// A load that ends when its end is sent.
fn load() -> (Sender<Loaded>, BoxFuture<'static, Loaded>) {
    let (end, ended): (_, Receiver<Loaded>) = oneshot::channel();
    (end, Box::pin(async { ended.await.expect("the end is sent") }))
}

/// A load that ends at once.
fn value(value: u64) -> BoxFuture<'static, Loaded> {
    Box::pin(async move { Ok(value) })
}

/// Starts a future; it goes on when it is awaited.
async fn start<T>(mut future: Pin<&mut (impl Future<Output = T> + ?Sized)>) {
    let is_ready = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
    assert!(!is_ready, "it waits for something");
}

#[conformance]
pub async fn what_is_there_is_not_loaded(store: &dyn Store) {
    assert_eq!(store.get_or_load("key", value(1)).await, Ok(1));
    assert_eq!(store.get_or_load("key", Box::pin(async { panic!("it is there") })).await, Ok(1));
    assert_eq!(store.get("key").await, Some(1));
}

#[conformance]
pub async fn several_at_a_time_load_once(store: &dyn Store) {
    let (end, load) = load();
    let loads = join!(
        store.get_or_load("key", load),
        store.get_or_load("key", Box::pin(async { panic!("one is loading") })),
        async { end.send(Ok(1)).expect("it is waited for") },
    );
    assert_eq!(loads, (Ok(1), Ok(1), ()));
}

#[conformance]
pub async fn loads_of_two_keys_do_not_wait_for_each_other(store: &dyn Store) {
    let (end, load) = load();
    let mut one = pin!(store.get_or_load("one", load));
    start(one.as_mut()).await;
    assert_eq!(store.get_or_load("two", value(2)).await, Ok(2));
    end.send(Ok(1)).expect("it is waited for");
    assert_eq!(one.await, Ok(1));
}

#[conformance]
pub async fn an_error_is_not_stored(store: &dyn Store) {
    let failed = store.get_or_load("key", Box::pin(async { Err("no network".to_owned()) })).await;
    assert_eq!(failed, Err("no network".to_owned()));
    assert_eq!(store.get_or_load("key", value(1)).await, Ok(1));
}

#[conformance(uses = "waiters_retry")]
pub async fn behind_an_error_the_next_one_loads(store: &dyn Store) {
    let (end, load) = load();
    let mut first = pin!(store.get_or_load("key", load));
    let mut second = pin!(store.get_or_load("key", value(2)));
    start(first.as_mut()).await;
    start(second.as_mut()).await;
    end.send(Err("no network".to_owned())).expect("it is waited for");
    assert_eq!(first.await, Err("no network".to_owned()));
    assert_eq!(second.await, Ok(2));
}

/// Whoever loads may give up; that is no error of those who wait.
#[conformance]
pub async fn behind_a_load_that_is_dropped_the_next_one_loads(store: &dyn Store) {
    let (_end, load) = load();
    let mut first = store.get_or_load("key", load);
    let mut second = pin!(store.get_or_load("key", value(2)));
    start(first.as_mut()).await;
    start(second.as_mut()).await;
    drop(first);
    assert_eq!(second.await, Ok(2));
}

/// What the store holds after a load during which something else happened.
#[backend_matrix(uses("loads_are_older"), meanwhile(inserted = Some(7), removed = None))]
pub async fn a_load_is_older_than(store: &dyn Store, meanwhile: Option<u64>) -> Option<u64> {
    let (end, load) = load();
    let mut loading = pin!(store.get_or_load("key", load));
    start(loading.as_mut()).await;
    match meanwhile {
        Some(value) => store.insert("key", value).await,
        None => drop(store.remove("key").await),
    }
    end.send(Ok(1)).expect("it is waited for");
    loading.await.expect("it is loaded");
    store.get("key").await
}
