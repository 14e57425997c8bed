//! A suite that is green although its bodies panic in every way: a row expects each of them to.

use std::panic::{catch_unwind, panic_any};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crosscheck::{Action, Debt, Subject, Unavailable, conformance, flaky, xfail};

trait Machine: Send + Sync {
    fn fails(&self) -> bool;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Fails, as everybody knows.
    Lame,
    /// Fails the first time.
    Moody,
}

impl Subject for dyn Machine {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

struct Failing(bool);

impl Machine for Failing {
    fn fails(&self) -> bool {
        self.0
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Failing(false)))
}

#[crosscheck::backend(name = "lame")]
fn lame() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Failing(std::env::var_os("QUIET_WORKS").is_none())))
}

#[crosscheck::exclusions("lame")]
const fn lame_cannot(feature: Feature) -> Action {
    match feature {
        Feature::Lame => xfail("limps").because(Debt::NotYet),
        Feature::Moody => flaky("limps at first").because(Debt::NotYet).tracking("issue 1"),
    }
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("again");
    }
}

#[conformance(uses = "lame")]
fn panics(machine: &dyn Machine) {
    assert!(!machine.fails(), "itself");
}

#[conformance(uses = "lame")]
fn panics_with_something_else(machine: &dyn Machine) {
    if machine.fails() {
        panic_any(Bomb);
    }
    assert!(!machine.fails());
}

#[conformance(uses = "lame")]
fn panics_twice(machine: &dyn Machine) {
    if machine.fails() {
        let _ = catch_unwind(|| panic!("caught"));
    }
    assert!(!machine.fails(), "itself");
}

#[conformance(uses = "lame", n(1, 2, 3, 4))]
fn panics_on_a_thread(machine: &dyn Machine, n: u32) {
    let fails = machine.fails();
    let joined = thread::spawn(move || assert!(!fails, "thread {n}")).join();
    assert!(joined.is_ok(), "a thread panicked");
}

#[conformance(uses = "lame")]
fn panics_in_a_scope(machine: &dyn Machine) {
    thread::scope(|scope| {
        scope.spawn(|| assert!(!machine.fails(), "in a scope"));
    });
    assert!(!machine.fails());
}

/// Others run while those fail.
#[conformance(n(1, 2, 3, 4, 5, 6, 7, 8))]
fn passes(machine: &dyn Machine, n: u32) {
    assert_ne!(n + u32::from(machine.fails()), 0);
}

#[conformance(uses = "moody")]
fn panics_once(machine: &dyn Machine) {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let is_first = machine.fails() && RUNS.fetch_add(1, Ordering::Relaxed) == 0;
    let fails = is_first || machine.fails() && std::env::var_os("QUIET_FAILS").is_some();
    let joined = thread::spawn(move || assert!(!fails, "the first time")).join();
    assert!(joined.is_ok(), "a thread panicked");
}

/// Fails where `QUIET_FAILS` is set, by a thread of its own.
#[conformance(backends("reference"))]
fn may_fail(machine: &dyn Machine) {
    let fails = std::env::var_os("QUIET_FAILS").is_some();
    let joined = thread::spawn(move || assert!(!fails, "unexpected")).join();
    assert!(joined.is_ok() && !machine.fails(), "a thread panicked");
}

crosscheck::main!();
