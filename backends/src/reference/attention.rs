//! Scaled dot-product attention.

use super::Result;
use super::broadcast::positions;
use super::softmax::weights;
use crate::params::{Logits, Mask};
use crate::tensor::Tensor;
use crate::validate;

/// `softmax(scale · q kᵀ + mask) v`, with a cap on what is scaled.
pub fn attention(q: &Tensor, k: &Tensor, v: &Tensor, logits: Logits, mask: Mask<'_>) -> Result {
    let dims = validate::attention(q, k, v, logits, mask)?;
    let validate::Attention { batch, heads, kv_heads, queries, keys, width, value_width } = dims;
    let (q_values, k_values, v_values) = (q.to_f64(), k.to_f64(), v.to_f64());
    let added = mask.additive.map(|mask| {
        let values = mask.to_f64();
        positions(mask.shape(), &[batch, heads, queries, keys]).map(|at| values[at]).collect::<Vec<_>>()
    });

    let mut out = Vec::with_capacity(batch * heads * queries * value_width);
    for head in 0..batch * heads {
        // Heads that stand in a row share their keys and values.
        let kv = head / heads * kv_heads + head % heads / (heads / kv_heads);
        for query in 0..queries {
            let row = head * queries + query;
            let q = &q_values[row * width..][..width];
            let hides = |key: usize| mask.keys.hides([query, queries], [key, keys]);
            let logit = |key: usize| {
                // Not even NaN gets past a mask.
                if hides(key) {
                    return f64::NEG_INFINITY;
                }
                let k = &k_values[(kv * keys + key) * width..][..width];
                let dot: f64 = q.iter().zip(k).map(|(q, k)| q * k).sum();
                capped(logits, dot) + added.as_ref().map_or(0.0, |added| added[row * keys + key])
            };
            let logits: Vec<_> = (0..keys).map(logit).collect();
            let weights = weights(logits.iter().copied());
            out.extend((0..value_width).map(|at| {
                // What has no weight takes no part, whatever its value is; without any key, the weights are NaN.
                let seen = weights.iter().enumerate().filter(|(key, weight)| **weight != 0.0 || !hides(*key));
                seen.map(|(key, weight)| weight * v_values[(kv * keys + key) * value_width + at]).sum::<f64>() + 0.0
            }));
        }
    }
    Tensor::from_f64(&[batch, heads, queries, value_width], q.dtype(), &out)
}

/// The scaled product, and what a cap leaves of it.
fn capped(Logits { scale, softcap }: Logits, dot: f64) -> f64 {
    let scaled = dot * f64::from(scale);
    softcap.map(f64::from).map_or(scaled, |cap| cap * (scaled / cap).tanh())
}
