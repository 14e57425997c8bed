//! Contracts of which no faulty backend can be made.

use crosscheck::{Subject, Unavailable, backend, conformance};

/// None.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum NoFeature {}

/// A contract that demands something else.
#[crosscheck::contract]
trait Odd: Iterator<Item = u8> + Send + Sync {
    fn odd(&self) -> bool {
        true
    }
}

impl Subject for dyn Odd {
    type Feature = NoFeature;
    const BASELINE: &'static str = "odd";
}

#[backend(name = "odd")]
fn odd() -> Result<Box<dyn Odd>, Unavailable> {
    Ok(Box::new(Wood))
}

struct Wood;

impl Iterator for Wood {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        None
    }
}

impl Odd for Wood {}

#[conformance]
fn is_odd(odd: &dyn Odd) {
    assert!(odd.odd());
}

/// A contract without the attribute.
trait Bare: Send + Sync {
    fn bare(&self) -> bool;
}

impl Subject for dyn Bare {
    type Feature = NoFeature;
    const BASELINE: &'static str = "bare";
}

#[backend(name = "bare")]
fn bare() -> Result<Box<dyn Bare>, Unavailable> {
    Ok(Box::new(Wood))
}

impl Bare for Wood {
    fn bare(&self) -> bool {
        true
    }
}

#[conformance]
fn is_bare(bare: &dyn Bare) {
    assert!(bare.bare());
}

crosscheck::main!();
