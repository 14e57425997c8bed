//! A published suite of three contracts.

use crosscheck::{Subject, Unavailable, backend, conformance};

/// What an implementation may lack.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Great numbers.
    Great,
}

/// A contract.
pub trait Doubles: Send + Sync {
    /// Twice the number.
    fn double(&self, x: u32) -> u32;
}

/// One with a parameter.
pub trait Halves<T>: Send + Sync {
    /// Half of the number.
    fn half(&self, x: T) -> T;
}

/// One that is called like something of crosscheck.
pub trait Action: Send + Sync {
    /// The number.
    fn act(&self, x: u32) -> u32;
}

impl Subject for dyn Doubles {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

impl Subject for dyn Halves<u8> {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

impl Subject for dyn Action {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

/// An implementation of all of them.
pub struct Plain;

impl Doubles for Plain {
    fn double(&self, x: u32) -> u32 {
        2 * x
    }
}

impl Halves<u8> for Plain {
    fn half(&self, x: u8) -> u8 {
        x / 2
    }
}

impl Action for Plain {
    fn act(&self, x: u32) -> u32 {
        x
    }
}

#[backend(name = "reference")]
fn doubles() -> Result<Box<dyn Doubles>, Unavailable> {
    Ok(Box::new(Plain))
}

#[backend(name = "reference")]
fn halves() -> Result<Box<dyn Halves<u8>>, Unavailable> {
    Ok(Box::new(Plain))
}

#[backend(name = "reference")]
fn acts() -> Result<Box<dyn Action>, Unavailable> {
    Ok(Box::new(Plain))
}

#[conformance]
pub fn two_is_four(doubles: &dyn Doubles) {
    assert_eq!(doubles.double(2), 4);
}

#[conformance]
pub fn four_is_two(halves: &dyn Halves<u8>) {
    assert_eq!(halves.half(4), 2);
}

#[conformance(uses = "great")]
pub fn a_number_stays(action: &dyn Action) {
    assert_eq!(action.act(2), 2);
}
