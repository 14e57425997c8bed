//! Bodies and constructors that end the process of their run, or keep it from ending.

use std::cell::RefCell;
use std::time::Duration;

use crosscheck::{Subject, Unavailable, conformance};

trait Machine: Send + Sync {
    /// Ends in this way, and otherwise returns 7.
    fn work(&self, end: End) -> u64;
}

/// What a body does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Well,
    Exit,
    Abort,
    /// Exits in a destructor of its thread.
    Destructor,
    /// Exits in a handler at the end of the process.
    Handler,
    /// Ends the process there, without what else is left to be done.
    AtOnce,
    /// Waits there.
    Wait,
    /// Needs a deep stack.
    Deep,
}

/// None.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {}

impl Subject for dyn Machine {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

struct Exits;

impl Drop for Exits {
    fn drop(&mut self) {
        std::process::exit(0);
    }
}

thread_local! {
    static AT_THE_END: RefCell<Option<Exits>> = const { RefCell::new(None) };
}

extern "C" fn exit_at_once() {
    // SAFETY: the process is to end here.
    unsafe { libc::_exit(0) }
}

extern "C" fn exit_well() {
    // SAFETY: what the C library does not define, it does here: it goes on with the other handlers.
    unsafe { libc::exit(0) }
}

extern "C" fn wait_for_ever() {
    std::thread::sleep(Duration::from_secs(3600));
}

/// So deep that it takes more than the 2 MiB that a thread has by default.
#[inline(never)]
fn dig(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 512]);
    if depth == 0 { 0 } else { dig(depth - 1) + room[7] }
}

struct Idle;

impl Machine for Idle {
    fn work(&self, end: End) -> u64 {
        match end {
            End::Well => {}
            End::Exit => std::process::exit(0),
            End::Abort => std::process::abort(),
            End::Destructor => AT_THE_END.set(Some(Exits)),
            // SAFETY: the handlers are functions of this executable.
            End::Handler => drop(unsafe { libc::atexit(exit_well) }),
            End::AtOnce => drop(unsafe { libc::atexit(exit_at_once) }),
            End::Wait => drop(unsafe { libc::atexit(wait_for_ever) }),
            End::Deep => return dig(1000) - 500_500 + 7,
        }
        7
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Idle))
}

#[crosscheck::backend(name = "stuck")]
fn stuck() -> Result<Box<dyn Machine>, Unavailable> {
    std::thread::sleep(Duration::from_secs(3600));
    Err(Unavailable::new("it never opens"))
}

#[crosscheck::backend(name = "exits")]
fn exits() -> Result<Box<dyn Machine>, Unavailable> {
    std::process::exit(0)
}

#[conformance]
fn opens(machine: &dyn Machine) {
    assert_eq!(machine.work(End::Well), 7);
}

#[conformance(backends("reference"))]
fn passes(machine: &dyn Machine) {
    assert_eq!(machine.work(End::Well), 7);
}

#[conformance(backends("reference"))]
fn fails(machine: &dyn Machine) {
    assert_eq!(machine.work(End::Well), 8);
}

#[conformance(backends("reference"))]
fn in_a_body(machine: &dyn Machine) {
    assert_eq!(machine.work(End::Exit), 7);
}

#[conformance(backends("reference"))]
fn by_abort(machine: &dyn Machine) {
    assert_eq!(machine.work(End::Abort), 7);
}

/// On several threads at once, past the lock that Rust has around it.
#[conformance(backends("reference"))]
fn at_once_on_threads(machine: &dyn Machine) {
    assert_eq!(machine.work(End::Well), 7);
    let ready = std::sync::Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                ready.wait();
                // SAFETY: what the C library does not define, it does here: it goes on with the handlers that are left.
                unsafe { libc::exit(0) }
            });
        }
    });
}

/// The cases of a check, unless the process ends while they are listed.
fn list() -> Result<Vec<crosscheck::Case<u64>>, crosscheck::CasesError> {
    if std::env::var_os("ENDS_LISTING").is_some() {
        std::process::exit(0);
    }
    Ok(vec![crosscheck::Case::new("seven", 7)])
}

#[conformance(backends("reference"), cases = list)]
fn of_a_list(machine: &dyn Machine, expected: &u64) {
    assert_eq!(machine.work(End::Well), *expected);
}

#[conformance(backends("reference"))]
fn in_a_destructor(machine: &dyn Machine) {
    assert_eq!(machine.work(End::Destructor), 7);
}

#[conformance(backends("reference"))]
fn in_a_handler(machine: &dyn Machine) {
    assert_eq!(machine.work(End::Handler), 7);
}

#[conformance(backends("reference"))]
fn at_once_in_a_handler(machine: &dyn Machine) {
    assert_eq!(machine.work(End::AtOnce), 7);
}

#[conformance(backends("reference"))]
fn never_in_a_handler(machine: &dyn Machine) {
    assert_eq!(machine.work(End::Wait), 7);
}

#[conformance(backends("reference"))]
fn deep(machine: &dyn Machine) {
    assert_eq!(machine.work(End::Deep), 7);
}

crosscheck::main!();
