//! A backend for each device that the variable `DEVICES` counts, and a suite whose tests have a name in front.

// This crate, as if it were a library that another one names.
extern crate self as devices;

use crosscheck::Debt::HardwareLimit;
use crosscheck::{Action, Subject, Unavailable, conformance, skip, xfail};

trait Machine: Send + Sync {
    fn number(&self) -> usize;
    fn wide(&self) -> bool;
}

/// What a machine may lack.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// 64-bit floats.
    Float64,
}

impl Subject for dyn Machine {
    type Feature = Feature;
    const BASELINE: &'static str = "host";
    const BACKENDS: Option<&'static [&'static str]> = Some(&["host", "card"]);
}

struct Host;

#[crosscheck::implements("host")]
impl Machine for Host {
    fn number(&self) -> usize {
        7
    }

    fn wide(&self) -> bool {
        true
    }
}

#[crosscheck::backend(name = "host")]
fn host() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Host))
}

/// A device of the machine.
struct Device(usize);

#[crosscheck::implements("card")]
impl Machine for Device {
    fn number(&self) -> usize {
        self.0
    }

    fn wide(&self) -> bool {
        false
    }
}

fn cards() -> Result<Vec<Device>, Unavailable> {
    match std::env::var("DEVICES").as_deref() {
        Ok("panic") => panic!("the driver is broken"),
        Ok(count) => Ok((0..count.parse().unwrap_or_default()).map(Device).collect()),
        Err(_) => Err(Unavailable::new("there is no driver")),
    }
}

#[crosscheck::backend(name = "card", aliases("gpu"), device = "card", each = cards)]
fn card(device: Device) -> Result<Box<dyn Machine>, Unavailable> {
    if device.0 == 3 { Err(Unavailable::new("the fourth one is broken")) } else { Ok(Box::new(device)) }
}

#[crosscheck::exclusions("card")]
const fn exclusions(feature: Feature) -> Action {
    match feature {
        Feature::Float64 => skip("no card has 64-bit units").because(HardwareLimit),
    }
}

#[crosscheck::exclusions("card", test("is_*_wide"))]
const NARROW: Action = xfail("no card is wide").because(HardwareLimit);

#[conformance]
fn has_a_number(machine: &dyn Machine) {
    assert!(machine.number() < 8);
}

#[conformance(uses = "float64")]
fn computes_in_64_bits(machine: &dyn Machine) {
    assert!(machine.wide());
}

#[conformance(backends("card", "host"))]
fn is_very_wide(machine: &dyn Machine) {
    assert!(machine.wide());
}

crosscheck::main!(devices as own);
