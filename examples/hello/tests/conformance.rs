//! A softmax, and a fast one.

use crosscheck::{Subject, Unavailable, backend, backend_matrix};

// The contract, and what a backend of it may lack.
trait Kernels: Send + Sync {
    fn softmax(&self, x: &[f32]) -> Vec<f32>;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Logits above 88, where `exp` overflows in 32 bits.
    LargeLogits,
}

impl Subject for dyn Kernels {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
    const BACKENDS: Option<&'static [&'static str]> = Some(&["reference", "fast"]); // a missing one is an error
}

// The check: what it returns is compared with the baseline's value, once for each scale.
#[backend_matrix(scale(1.0, 100.0 uses("large_logits")))]
fn softmax(kernels: &dyn Kernels, scale: f32) -> Vec<f32> {
    kernels.softmax(&[-1.0, 0.5, 2.0].map(|x| x * scale))
}

// Two backends. One of them is wrong.
struct Softmax {
    subtracts_max: bool,
}

impl Kernels for Softmax {
    fn softmax(&self, x: &[f32]) -> Vec<f32> {
        let max = x.iter().copied().fold(f32::MIN, f32::max);
        let shift = if self.subtracts_max { max } else { 0.0 };
        let exp: Vec<_> = x.iter().map(|x| (x - shift).exp()).collect();
        exp.iter().map(|e| e / exp.iter().sum::<f32>()).collect()
    }
}

#[backend(name = "reference")]
fn reference() -> Result<Box<dyn Kernels>, Unavailable> {
    Ok(Box::new(Softmax { subtracts_max: true }))
}

#[backend(name = "fast")]
fn fast() -> Result<Box<dyn Kernels>, Unavailable> {
    Ok(Box::new(Softmax { subtracts_max: false }))
}

crosscheck::main!();

use crosscheck::{Action, Debt::*, xfail};

#[crosscheck::exclusions("fast")]
const fn fast_cannot(feature: Feature) -> Action {
    match feature {
        Feature::LargeLogits => xfail("overflows").because(NotYet).saying("NaN instead of"),
    }
}
