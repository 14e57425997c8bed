//! The samples of `docs/src/comparison.md` that are whole, as they stand there.
#![deny(warnings)]

use crosscheck::{Subject, Unavailable, backend_matrix};

/// What no backend lacks.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {}

trait Kernels: Send + Sync {
    fn attention(&self, x: f32) -> Attention;
    fn matrix(&self, x: f32) -> sparse::Matrix;
}

use crosscheck::compare::Terms;

impl Subject for dyn Kernels {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
    // -0 does not agree with 0, under `tolerance(exact)` either.
    const TERMS: Terms<'static> = Terms::DEFAULT.keep_signed_zeros();
}

use crosscheck::compare::{Compare, Leaves};

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

/// What stands for another crate.
mod sparse {
    pub struct Matrix {
        pub columns: Vec<usize>,
        pub values: Vec<f32>,
    }
}

/// `sparse::Matrix`, as a type of this crate.
struct Compared(sparse::Matrix);

impl Compare for Compared {
    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        let sparse::Matrix { columns, values } = &self.0;
        leaves.within("columns", |leaves| columns.leaves(leaves));
        leaves.within("values", |leaves| values.leaves(leaves));
    }
}

#[backend_matrix]
fn of_another_crate(kernels: &dyn Kernels) -> Compared {
    Compared(kernels.matrix(1.0))
}

#[backend_matrix]
fn parts_of_another_crates_type(kernels: &dyn Kernels) -> (Vec<usize>, Vec<f32>) {
    let sparse::Matrix { columns, values } = kernels.matrix(2.0);
    (columns, values)
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

    fn matrix(&self, x: f32) -> sparse::Matrix {
        sparse::Matrix { columns: vec![2, 0, 1], values: vec![x, 2.5 * x, -1.0] }
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
