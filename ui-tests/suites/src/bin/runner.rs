//! A suite for trying the runner itself: many quick cells, some that take their time, and some that wait until they are let
//! go. What its bodies do stands in the file that `RUNNER_EVENTS` names.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use crosscheck::{Action, Debt, Subject, Unavailable, conformance, xfail};

trait Machine: Send + Sync {
    fn name(&self) -> &'static str;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Fails, as everybody knows.
    Lame,
}

impl Subject for dyn Machine {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

struct Named(&'static str);

impl Machine for Named {
    fn name(&self) -> &'static str {
        self.0
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Named("reference")))
}

#[crosscheck::backend(name = "plain")]
fn plain() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Named("plain")))
}

#[crosscheck::backend(name = "apart", isolated)]
fn apart() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Named("apart")))
}

#[crosscheck::backend(name = "gpu", device = "ui-tests")]
fn gpu() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Named("gpu")))
}

#[crosscheck::backend(name = "gone")]
fn gone() -> Result<Box<dyn Machine>, Unavailable> {
    Err(Unavailable::new("it was here yesterday"))
}

#[crosscheck::exclusions("plain")]
const fn exclusions(feature: Feature) -> Action {
    match feature {
        Feature::Lame => xfail("limps").because(Debt::WontFix),
    }
}

/// A line in the file of events, in one write, because bodies of several processes share it.
fn note(event: &str, body: &str, machine: &dyn Machine) {
    let Some(path) = std::env::var_os("RUNNER_EVENTS") else { return };
    let mut file = File::options().create(true).append(true).open(path).unwrap();
    file.write_all(format!("{event} {body}::{}\n", machine.name()).as_bytes()).unwrap();
}

/// What a body does: it is noted, does its work, and is noted again; the name of its machine is its result.
fn noted(body: &str, machine: &dyn Machine, work: impl FnOnce()) -> &'static str {
    note("begin", body, machine);
    work();
    note("end", body, machine);
    machine.name()
}

/// Waits for the file that `RUNNER_GATE` names, where it names one.
fn wait_at_the_gate() {
    let Some(gate) = std::env::var_os("RUNNER_GATE") else { return };
    let until = Instant::now() + Duration::from_secs(120);
    while !Path::new(&gate).exists() {
        assert!(Instant::now() < until, "nobody opened the gate");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Prints the marker in each of the ways that a body has; C's output stays in its buffer.
fn print(marker: &str) {
    println!("rust-out-{marker}");
    // In one piece: between those that `eprintln!` writes, another thread may print to standard output.
    let line = format!("rust-err-{marker}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    let text = std::ffi::CString::new(format!("c-out-{marker}\n")).unwrap();
    // SAFETY: the format takes one string, which ends with a zero and is there.
    unsafe { libc::printf(c"%s".as_ptr(), text.as_ptr()) };
}

/// Every cell waits until it is let go.
#[conformance(backends("plain", "apart"), n(0, 1, 2, 3, 4, 5))]
fn held(machine: &dyn Machine, n: u32) {
    assert_ne!(noted(&format!("held::n_{n}"), machine, wait_at_the_gate), "");
}

#[conformance(backends("gpu"), n(0, 1, 2, 3))]
fn held_device(machine: &dyn Machine, n: u32) {
    assert_ne!(noted(&format!("held_device::n_{n}"), machine, wait_at_the_gate), "");
}

#[conformance(backends("gpu"), n(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))]
fn device(machine: &dyn Machine, n: u32) {
    let work = || std::thread::sleep(Duration::from_millis(5));
    assert_ne!(noted(&format!("device::n_{n}"), machine, work), "");
}

#[conformance(
    backends("reference", "plain", "apart"),
    tens(0, 10, 20, 30, 40, 50, 60, 70),
    ones(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
)]
fn quick(machine: &dyn Machine, tens: u32, ones: u32) {
    assert_ne!(noted(&format!("quick::tens_{tens}_ones_{ones}"), machine, || ()), "");
}

#[conformance(backends("plain", "apart"), n(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))]
fn slow(machine: &dyn Machine, n: u32) {
    let work = || std::thread::sleep(Duration::from_millis(20));
    assert_ne!(noted(&format!("slow::n_{n}"), machine, work), "");
}

#[conformance(backends("plain"), uses = "lame")]
fn known(machine: &dyn Machine) {
    assert_eq!(noted("known", machine, || ()), "reference", "it limps");
}

/// Fails where `RUNNER_FAILS` is set.
#[conformance(backends("plain"))]
fn moody(machine: &dyn Machine) {
    noted("moody", machine, || ());
    assert!(std::env::var_os("RUNNER_FAILS").is_none(), "it is in a mood");
}

/// Says who it is, and fails where its number is odd.
#[conformance(backends("plain", "apart"), n(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))]
fn prints(machine: &dyn Machine, n: u32) {
    let work = || print(&format!("{n:02}-{}", machine.name()));
    assert_ne!(noted(&format!("prints::n_{n}"), machine, work), "");
    assert_eq!(n % 2, 0, "odd");
}

/// Each cell leaves a thread behind that prints when the cell has ended; before `n_1::apart` begins, that of `n_0::apart` has.
#[conformance(backends("plain", "apart"), n(0, 1))]
fn chatters(machine: &dyn Machine, n: u32) {
    assert_ne!(noted(&format!("chatters::n_{n}"), machine, || chatter(n, machine.name())), "");
    assert_eq!(n, 0, "the second one fails");
}

fn chatter(n: u32, name: &'static str) {
    let ended = move |n: u32, name: &str| wait_for(&format!("end chatters::n_{n}::{name}\n"));
    std::thread::spawn(move || {
        ended(n, name);
        println!("late-{n}-{name}");
        note("printed", &format!("chatters::n_{n}"), &Named(name));
    });
    if (n, name) == (0, "plain") {
        wait_for("printed chatters::n_0::apart\n");
    }
}

/// Waits until this is in the file of events.
fn wait_for(event: &str) {
    let Some(path) = std::env::var_os("RUNNER_EVENTS") else { return };
    let until = Instant::now() + Duration::from_secs(120);
    while !std::fs::read_to_string(&path).is_ok_and(|events| events.contains(event)) {
        assert!(Instant::now() < until, "nobody noted {event:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Prints much more than anybody wants to read, and fails.
#[conformance(backends("apart"))]
fn floods(machine: &dyn Machine) {
    println!("the beginning");
    let work = || (0..20_000).for_each(|line| println!("line {line:05} of too many"));
    assert_ne!(noted("floods", machine, work), "");
    println!("the end");
    assert_eq!(machine.name(), "", "too much");
}

/// The one asks for a process of its own, the other one does not.
#[conformance(backends("plain", "gone"), isolated)]
fn by_itself(machine: &dyn Machine) {
    assert_ne!(noted(&format!("by_itself::{}", std::process::id()), machine, || ()), "");
}

#[conformance(backends("plain"))]
fn with_others(machine: &dyn Machine) {
    assert_ne!(noted(&format!("with_others::{}", std::process::id()), machine, || ()), "");
}

/// Starts a process that outlives it.
#[conformance(backends("apart"))]
fn leaves_a_child(machine: &dyn Machine) {
    let work = || {
        let child = std::process::Command::new("sleep").arg("77.125").spawn().unwrap();
        note(&format!("child {}", child.id()), "leaves_a_child", machine);
        wait_at_the_gate();
        // Not waited for: whoever ends this process ends that one, and the system collects it.
        std::mem::forget(child);
    };
    assert_ne!(noted("leaves_a_child", machine, work), "");
}

crosscheck::main!();
