//! What goes well once: bodies that come to another end when they are run again, and a device that is gone after a crash.

use std::fs::File;
use std::io::Write;
use std::time::Duration;

use crosscheck::{Action, Debt, Failure, RUN, Subject, Unavailable, backend_matrix, conformance, flaky, xfail};

#[crosscheck::contract]
trait Machine: Send + Sync {
    fn sum(&self, a: f32, b: f32) -> f32;
    fn is_wrong(&self) -> bool;
    /// A default body of several statements, and a name that is a keyword.
    fn r#type(&self) -> String {
        let mut name = String::from("machine");
        if self.is_wrong() {
            name.push_str(" that is wrong");
        }
        name
    }
    fn r#loop(&self) -> u32 {
        let once = 1;
        once + 1
    }
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Fails some times before it passes.
    Wavers,
    /// Ends the process.
    Crashes,
    /// Does not end.
    Hangs,
}

impl Subject for dyn Machine {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

struct Adder(f32);

impl Machine for Adder {
    fn sum(&self, a: f32, b: f32) -> f32 {
        a + b + self.0
    }
    fn is_wrong(&self) -> bool {
        self.0 != 0.0
    }
}

/// How often this was called, in all processes of a test.
fn times(what: &str) -> u64 {
    let folder = std::env::var_os("AGAIN_COUNTERS").expect("the test names a folder");
    let mut file = File::options().create(true).append(true).open(std::path::Path::new(&folder).join(what)).unwrap();
    file.write_all(b"x").unwrap();
    file.metadata().unwrap().len()
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Adder(0.0)))
}

#[crosscheck::backend(name = "right")]
fn right() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Adder(0.0)))
}

#[crosscheck::backend(name = "wrong")]
fn wrong() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Adder(1.0)))
}

/// It has one of the two functions with a default body.
struct Typed;

#[crosscheck::implements("typed")]
impl Machine for Typed {
    fn sum(&self, a: f32, b: f32) -> f32 {
        a + b
    }
    fn is_wrong(&self) -> bool {
        false
    }
    fn r#type(&self) -> String {
        "typed machine".to_owned()
    }
}

#[crosscheck::backend(name = "typed")]
fn typed() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Typed))
}

#[crosscheck::backend(name = "dies")]
fn dies() -> Result<Box<dyn Machine>, Unavailable> {
    std::process::abort()
}

#[crosscheck::backend(name = "stays")]
fn stays() -> Result<Box<dyn Machine>, Unavailable> {
    loop {
        std::thread::park();
    }
}

#[crosscheck::exclusions("right")]
const fn of_right(feature: Feature) -> Action {
    match feature {
        Feature::Wavers => flaky("depends on the day").because(Debt::Upstream).tracking("issue 7"),
        Feature::Crashes => xfail("crashes").because(Debt::Upstream).by(Failure::Crash),
        Feature::Hangs => xfail("hangs").because(Debt::Upstream).by(Failure::Timeout),
    }
}

#[crosscheck::exclusions("dies")]
const fn of_dies(feature: Feature) -> Action {
    match feature {
        Feature::Crashes => xfail("crashes").because(Debt::Upstream).by(Failure::Crash),
        Feature::Wavers | Feature::Hangs => RUN,
    }
}

#[crosscheck::exclusions("stays")]
const fn of_stays(feature: Feature) -> Action {
    match feature {
        Feature::Hangs => xfail("hangs").because(Debt::Upstream).by(Failure::Timeout),
        Feature::Wavers | Feature::Crashes => RUN,
    }
}

/// Passes at this attempt.
#[conformance(backends("right", "wrong"), uses = "wavers", attempt(1, 2, 3, 4, 5))]
fn passes_at_last(machine: &dyn Machine, attempt: u64) {
    let of = if machine.is_wrong() { "wrong" } else { "right" };
    assert!(times(&format!("attempts-{of}-{attempt}")) >= attempt, "not yet");
}

mod set_up {
    use super::*;

    #[conformance(backends("dies"), uses = "crashes")]
    fn crashes(machine: &dyn Machine) {
        assert_eq!(machine.sum(1.0, 2.0), 3.0);
    }

    #[conformance(backends("stays"), uses = "hangs")]
    fn hangs(machine: &dyn Machine) {
        assert_eq!(machine.sum(1.0, 2.0), 3.0);
    }

    /// It is the baseline's turn in which this ends.
    #[backend_matrix(backends("right"), uses = "crashes")]
    fn crashes_on_the_baseline(_machine: &dyn Machine) -> f32 {
        std::process::abort()
    }

    #[backend_matrix(backends("right"), uses = "hangs")]
    fn hangs_on_the_baseline(_machine: &dyn Machine) -> f32 {
        loop {
            std::thread::park();
        }
    }
}

mod raw {
    use super::*;

    #[conformance(of = "type", backends("reference", "wrong", "typed"))]
    fn r#type(machine: &dyn Machine) {
        let known = ["machine", "machine that is wrong", "typed machine"];
        assert!(known.contains(&machine.r#type().as_str()), "another type");
    }

    #[conformance(of = "loop", backends("reference", "typed"))]
    fn r#loop(machine: &dyn Machine) {
        assert_eq!(machine.r#loop(), 2);
    }

    /// Only the run can tell what a helper calls.
    #[conformance(backends("reference", "typed"))]
    fn of_a_helper(machine: &dyn Machine) {
        assert_eq!(twice(machine), 4);
    }

    fn twice(machine: &dyn Machine) -> u32 {
        2 * machine.r#loop()
    }
}

#[crosscheck::backend(name = "lost")]
fn lost() -> Result<Box<dyn Machine>, Unavailable> {
    if times("opened") > 1 { Err(Unavailable::new("the cable is out")) } else { Ok(Box::new(Adder(0.0))) }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Well,
    Exit,
    Crash,
    Hang,
    Panic,
}

/// Disagrees, and ends in another way when it is run again.
#[backend_matrix(backends("right", "wrong"), end(Well, Exit, Crash, Hang, Panic))]
fn disagrees(machine: &dyn Machine, end: End) -> f32 {
    if machine.is_wrong() && times(&format!("{end:?}")) > 1 {
        match end {
            End::Well => {}
            End::Exit => std::process::exit(0),
            End::Crash => std::process::abort(),
            End::Hang => std::thread::sleep(Duration::from_secs(3600)),
            End::Panic => panic!("not again"),
        }
    }
    machine.sum(1.0, 2.0)
}

#[conformance(backends("lost"), isolated, n(1, 2, 3))]
fn on_a_device(machine: &dyn Machine, n: u32) {
    assert_eq!(machine.sum(1.0, 2.0), 3.0);
    if n == 1 {
        std::process::abort();
    }
}

crosscheck::main!();
