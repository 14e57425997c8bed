//! What goes well once: bodies that come to another end when they are run again, and a device that is gone after a crash.

use std::fs::File;
use std::io::Write;
use std::time::Duration;

use crosscheck::{Subject, Unavailable, backend_matrix, conformance};

trait Machine: Send + Sync {
    fn sum(&self, a: f32, b: f32) -> f32;
    fn is_wrong(&self) -> bool;
}

/// None.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {}

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
