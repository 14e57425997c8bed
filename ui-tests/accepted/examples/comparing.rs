//! The samples of `docs/src/comparison.md` that are whole, as they stand there.
#![deny(warnings)]

use crosscheck::compare::{Compare, Leaves, Terms};
use crosscheck::{Subject, Unavailable, backend_matrix};

/// What no backend lacks.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {}

trait Kernels: Send + Sync {
    fn attention(&self, x: f32) -> Attention;
}

impl Subject for dyn Kernels {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
    // -0 does not agree with 0, under `tolerance(exact)` either.
    const TERMS: Terms<'static> = Terms::DEFAULT.keep_signed_zeros();
}

struct Tensor {
    shape: Vec<usize>,
    data: Vec<f32>,
}

impl Compare for Tensor {
    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        leaves.array(&self.data, &self.shape);
    }
}

struct Attention {
    output: Tensor,
    heads: u32,
}

// A mismatch names the part: "… disagree in `output`, f32[2]".
impl Compare for Attention {
    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        leaves.within("output", |leaves| self.output.leaves(leaves));
        leaves.within("heads", |leaves| self.heads.leaves(leaves));
    }
}

#[backend_matrix(x(1.0, 2.0))]
fn attention(kernels: &dyn Kernels, x: f32) -> Attention {
    kernels.attention(x)
}

struct Plain;

impl Kernels for Plain {
    fn attention(&self, x: f32) -> Attention {
        Attention { output: Tensor { shape: vec![2], data: vec![x, 2.0 * x + 1.0] }, heads: 1 + x as u32 }
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Kernels>, Unavailable> {
    Ok(Box::new(Plain))
}

#[crosscheck::backend(name = "other")]
fn other() -> Result<Box<dyn Kernels>, Unavailable> {
    Ok(Box::new(Plain))
}

crosscheck::main!();
