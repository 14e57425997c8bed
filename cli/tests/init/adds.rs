//! A contract, and its baseline.

use crosscheck::{Subject, Unavailable};

/// What an implementation may lack.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Great numbers.
    Great,
}

/// The contract.
pub trait Adds: Send + Sync {
    /// The sum.
    fn add(&self, a: u32, b: u32) -> u32;
}

impl Subject for dyn Adds {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

/// The baseline.
pub struct Plain;

impl Adds for Plain {
    fn add(&self, a: u32, b: u32) -> u32 {
        a + b
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Adds>, Unavailable> {
    Ok(Box::new(Plain))
}
