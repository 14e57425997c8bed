//! Products of matrices, and attention.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, KernelError, Kernels, Logits, Mask, Tensor};

use super::{Outcome, golden, typed};

/// The scale of every case.
const SCALED: Logits = Logits::scaled(0.4);

#[conformance(of = "matmul", dtype(F32, F16, BF16, I32 uses("integer_matmul")))]
pub fn matmul(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("matmul", dtype);
    golden.assert_near("expected", &kernels.matmul(&golden.get("a")?, &golden.get("b")?)?)
}

#[track_caller]
fn assert_attention(case: &str, kernel: impl Fn([&Tensor; 3]) -> Result<Tensor, KernelError>) -> Outcome {
    let golden = golden(case);
    let [q, k, v] = ["q", "k", "v"].map(|key| golden.get(key));
    golden.assert_near("expected", &kernel([&q?, &k?, &v?])?)
}

/// Four heads of queries share two of keys.
#[conformance(of = "scaled_dot_product_attention")]
pub fn attention_causal(kernels: &dyn Kernels) -> Outcome {
    assert_attention("attention_causal", |[q, k, v]| {
        kernels.scaled_dot_product_attention(q, k, v, SCALED, Mask::CAUSAL)
    })
}

/// Six heads of queries share two of keys.
#[conformance(of = "scaled_dot_product_attention")]
pub fn attention_grouped(kernels: &dyn Kernels) -> Outcome {
    assert_attention("attention_grouped", |[q, k, v]| kernels.scaled_dot_product_attention(q, k, v, SCALED, Mask::NONE))
}

/// One new query sees the whole cache.
#[conformance(of = "scaled_dot_product_attention")]
pub fn attention_cached(kernels: &dyn Kernels) -> Outcome {
    assert_attention("attention_cached", |[q, k, v]| {
        kernels.scaled_dot_product_attention(q, k, v, SCALED, Mask::CAUSAL)
    })
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn attention_additive(kernels: &dyn Kernels) -> Outcome {
    let mask = golden("attention_additive").get("mask")?;
    assert_attention("attention_additive", |[q, k, v]| {
        kernels.scaled_dot_product_attention(q, k, v, SCALED, Mask::additive(&mask))
    })
}

/// Of two keys at most, with a cache in front of them.
#[conformance(of = "scaled_dot_product_attention")]
pub fn attention_window(kernels: &dyn Kernels) -> Outcome {
    assert_attention("attention_window", |[q, k, v]| {
        kernels.scaled_dot_product_attention(q, k, v, SCALED, Mask::window(2))
    })
}

/// Causal, and a mask for each head.
#[conformance(of = "scaled_dot_product_attention")]
pub fn attention_both(kernels: &dyn Kernels) -> Outcome {
    let mask = golden("attention_both").get("mask")?;
    assert_attention("attention_both", |[q, k, v]| {
        kernels.scaled_dot_product_attention(q, k, v, SCALED, Mask::CAUSAL.plus(&mask))
    })
}

/// A cap that logits come near to, a mask behind it, and a window.
#[conformance(of = "scaled_dot_product_attention")]
pub fn attention_capped(kernels: &dyn Kernels) -> Outcome {
    let mask = golden("attention_capped").get("mask")?;
    assert_attention("attention_capped", |[q, k, v]| {
        kernels.scaled_dot_product_attention(q, k, v, SCALED.capped(1.5), Mask::window(3).plus(&mask))
    })
}
