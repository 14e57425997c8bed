//! The samples of `docs/src/tolerances.md`, as they stand there.
#![deny(warnings)]

use crosscheck::{Action, Debt::Upstream, Subject, Unavailable, backend_matrix, xfail};

/// What no backend lacks.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {}

trait Kernels: Send + Sync {
    fn exp(&self, x: f32) -> f32;
    fn dot(&self, a: &[f32], b: &[f32]) -> f32;
    fn half_exp(&self, x: f32) -> f32;
}

use crosscheck::compare::{Terms, Tolerance};

impl Subject for dyn Kernels {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
    const TERMS: Terms<'static> = Terms::DEFAULT
        .keep_signed_zeros()
        .f32(Tolerance::new(4e-6, 1e-5).because("the accelerator's fused operations round once less"));
}

#[backend_matrix(
    x(small = 1e-3, one = 1.0, large = 50.0),
    tolerance(ulps = 4, reason = "a library's exp may be off by 2")
)]
fn exp(kernels: &dyn Kernels, x: f32) -> f32 {
    kernels.exp(x)
}

use crosscheck::compare::{Computed, Dtype};

#[backend_matrix(length(10, 10_000))]
fn dot(kernels: &dyn Kernels, length: usize) -> Result<Computed<f32>, String> {
    let inputs = [1.0_f32, 0.1].map(|scale| (0..length).map(|at| scale * (at % 7) as f32).collect::<Vec<_>>());
    Computed::within(
        inputs,
        |[a, b]| Ok(kernels.dot(a, b)),
        |_, [a, b]| {
            let sizes: f64 = a.iter().zip(b).map(|(a, b)| f64::from((a * b).abs())).sum();
            vec![Dtype::F32.sum_bound(a.len()) * sizes]
        },
    )
}

#[backend_matrix(x(1.1, 3.3))]
fn half_exp(kernels: &dyn Kernels, x: f32) -> f32 {
    kernels.half_exp(x)
}

#[crosscheck::exclusions("fused", test("half_exp"))]
const HALF_EXP: Action = xfail("rounds to 16 bits in between").because(Upstream).ulps(1.0..=40_000.0);

/// Adds in one order or in the other one.
struct Sums {
    is_fused: bool,
}

impl Kernels for Sums {
    fn exp(&self, x: f32) -> f32 {
        if self.is_fused { f64::from(x).exp() as f32 } else { x.exp() }
    }

    fn dot(&self, a: &[f32], b: &[f32]) -> f32 {
        let products = a.iter().zip(b).map(|(a, b)| a * b);
        if self.is_fused { products.rev().sum() } else { products.sum() }
    }

    fn half_exp(&self, x: f32) -> f32 {
        let bits = if self.is_fused { x.to_bits() & !0x1fff } else { x.to_bits() };
        f32::from_bits(bits).exp()
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Kernels>, Unavailable> {
    Ok(Box::new(Sums { is_fused: false }))
}

#[crosscheck::backend(name = "fused")]
fn fused() -> Result<Box<dyn Kernels>, Unavailable> {
    Ok(Box::new(Sums { is_fused: true }))
}

crosscheck::main!();
