//! How long backends live, how long checks may take, who drives futures, and which tests run by default.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use crosscheck::{Subject, Unavailable, backend_matrix, conformance};

trait Counter: Send + Sync {
    /// How often it was called, this call included.
    fn next(&self) -> u32;
    /// Its end is to fail.
    fn arm(&self) {}
    /// The future of a number.
    fn later(&self, x: u32) -> Later {
        Later(x)
    }
}

struct Later(u32);

impl Future for Later {
    type Output = u32;

    fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<u32> {
        std::task::Poll::Ready(self.0)
    }
}

/// None.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {}

/// How often the executor of the subject was asked.
static ASKED: AtomicU32 = AtomicU32::new(0);

impl Subject for dyn Counter {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        ASKED.fetch_add(1, Ordering::Relaxed);
        wait(future)
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!("nothing is waited for"),
    }
}

#[derive(Default)]
struct Plain {
    calls: AtomicU32,
    armed: AtomicBool,
}

impl Counter for Plain {
    fn next(&self) -> u32 {
        1 + self.calls.fetch_add(1, Ordering::Relaxed)
    }

    fn arm(&self) {
        self.armed.store(true, Ordering::Relaxed);
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        assert!(!self.armed.load(Ordering::Relaxed), "it was armed");
    }
}

#[crosscheck::backend(name = "reference", fresh)]
fn reference() -> Result<Box<dyn Counter>, Unavailable> {
    Ok(Box::<Plain>::default())
}

#[crosscheck::backend(name = "anew", fresh)]
fn anew() -> Result<Box<dyn Counter>, Unavailable> {
    Ok(Box::<Plain>::default())
}

#[crosscheck::backend(name = "kept")]
fn kept() -> Result<Box<dyn Counter>, Unavailable> {
    Ok(Box::<Plain>::default())
}

/// Cannot be opened a second time.
#[crosscheck::backend(name = "once", fresh)]
fn once() -> Result<Box<dyn Counter>, Unavailable> {
    static OPENED: AtomicBool = AtomicBool::new(false);
    assert!(!OPENED.swap(true, Ordering::Relaxed), "it was opened before");
    Ok(Box::<Plain>::default())
}

#[conformance(n(1, 2, 3), backends("reference", "anew", "kept"))]
fn counts_from_one(counter: &dyn Counter, n: u32) {
    assert_eq!((1..=n).map(|_| counter.next()).last(), Some(n));
}

#[backend_matrix(n(1, 2, 3), backends("anew"))]
fn counts_like_the_baseline(counter: &dyn Counter, n: u32) -> Vec<u32> {
    (0..n).map(|_| counter.next()).collect()
}

#[conformance(backends("once"), first(true, false))]
fn is_opened_again(counter: &dyn Counter, first: bool) {
    assert_eq!(counter.next(), 1, "{first}");
}

mod drops {
    use super::*;

    #[conformance(backends("anew", "kept"))]
    fn armed(counter: &dyn Counter) {
        counter.arm();
        assert!(counter.next() > 0);
    }

    /// What fails first is what is told.
    #[conformance(backends("anew"))]
    fn armed_and_wrong(counter: &dyn Counter) {
        counter.arm();
        assert_eq!(counter.next(), 7, "not seven");
    }

    #[backend_matrix(backends("anew"))]
    fn of_the_baseline(counter: &dyn Counter) -> u32 {
        counter.arm();
        counter.next()
    }

    #[conformance(backends("anew"))]
    fn not_armed(counter: &dyn Counter) {
        assert_eq!(counter.next(), 1);
    }
}

mod futures {
    use super::*;

    #[conformance(backends("anew"))]
    async fn by_the_subject(counter: &dyn Counter) {
        let before = ASKED.load(Ordering::Relaxed);
        assert_eq!(counter.later(7).await, 7);
        assert!(before > 0, "nobody else has asked");
    }

    #[conformance(backends("anew"), block_on = wait, n(1, 2))]
    async fn by_the_attribute(counter: &dyn Counter, n: u32) -> Result<(), String> {
        if counter.later(n).await == n { Ok(()) } else { Err("another number".to_owned()) }
    }

    #[backend_matrix(backends("anew"), n(1, 2))]
    async fn of_a_value(counter: &dyn Counter, n: u32) -> Result<u32, String> {
        Ok(counter.later(n + 5).await)
    }

    #[conformance(block_on = wait, tags("slow"))]
    mod by_the_module {
        use super::*;

        #[conformance(backends("anew"))]
        async fn asynchronous(counter: &dyn Counter) {
            assert_eq!(counter.later(7).await, 7);
        }

        #[conformance(backends("anew"))]
        fn and_not(counter: &dyn Counter) {
            assert_eq!(counter.next(), 1);
        }
    }
}

#[conformance(backends("anew"), tags("slow", "on-demand"))]
fn slow(counter: &dyn Counter) {
    assert_eq!(counter.next(), 1);
}

#[conformance(backends("anew"), timeout = "0.3s", tags("on-demand"))]
fn hangs(counter: &dyn Counter) {
    assert_eq!(counter.next(), 1);
    loop {
        std::thread::sleep(Duration::from_secs(1));
    }
}

#[conformance(backends("anew"), timeout = "1m", tags("on-demand"))]
fn is_quick_enough(counter: &dyn Counter) {
    assert_eq!(counter.next(), 1);
    std::thread::sleep(Duration::from_millis(400));
}

crosscheck::main!(; tags = "not slow");
