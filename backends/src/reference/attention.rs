//! Scaled dot-product attention.

use super::Result;
use super::broadcast::positions;
use super::softmax::weights;
use crate::params::Mask;
use crate::tensor::Tensor;
use crate::validate;

/// `softmax(scale · q kᵀ + mask) v`.
pub fn attention(q: &Tensor, k: &Tensor, v: &Tensor, scale: f32, mask: Mask<'_>) -> Result {
    let dims = validate::attention(q, k, v, scale, mask)?;
    let validate::Attention { batch, heads, kv_heads, queries, keys, width, value_width } = dims;
    let (q_values, k_values, v_values) = (q.to_f64(), k.to_f64(), v.to_f64());
    let mask = Bias::new(mask, [batch, heads, queries, keys]);

    let mut out = Vec::with_capacity(batch * heads * queries * value_width);
    for head in 0..batch * heads {
        // Heads that stand in a row share their keys and values.
        let kv = head / heads * kv_heads + head % heads / (heads / kv_heads);
        for query in 0..queries {
            let row = head * queries + query;
            let q = &q_values[row * width..][..width];
            let logit = |key: usize| {
                // Not even NaN gets past a mask.
                if mask.hides(query, key) {
                    return f64::NEG_INFINITY;
                }
                let k = &k_values[(kv * keys + key) * width..][..width];
                let dot: f64 = q.iter().zip(k).map(|(q, k)| q * k).sum();
                dot * f64::from(scale) + mask.at(row, key)
            };
            let logits: Vec<_> = (0..keys).map(logit).collect();
            let weights = weights(logits.iter().copied());
            out.extend((0..value_width).map(|at| {
                // What has no weight takes no part, whatever its value is; without any key, the weights are NaN.
                let seen =
                    weights.iter().enumerate().filter(|(key, weight)| **weight != 0.0 || !mask.hides(query, *key));
                seen.map(|(key, weight)| weight * v_values[(kv * keys + key) * value_width + at]).sum::<f64>() + 0.0
            }));
        }
    }
    Tensor::from_f64(&[batch, heads, queries, value_width], q.dtype(), &out)
}

/// What is added to the scaled products.
enum Bias {
    None,
    Causal { queries: usize, keys: usize },
    Additive { keys: usize, values: Vec<f64> },
}

impl Bias {
    fn new(mask: Mask<'_>, [batch, heads, queries, keys]: [usize; 4]) -> Self {
        match mask {
            Mask::None => Self::None,
            Mask::Causal => Self::Causal { queries, keys },
            Mask::Additive(mask) => {
                let values = mask.to_f64();
                let full = [batch, heads, queries, keys];
                Self::Additive { keys, values: positions(mask.shape(), &full).map(|at| values[at]).collect() }
            }
        }
    }

    fn at(&self, row: usize, key: usize) -> f64 {
        match self {
            Self::None | Self::Causal { .. } => 0.0,
            Self::Additive { keys, values } => values[row * keys + key],
        }
    }

    /// Whether a causal mask hides the key.
    fn hides(&self, query: usize, key: usize) -> bool {
        match self {
            Self::Causal { queries, keys } => key + queries > query + keys,
            Self::None | Self::Additive { .. } => false,
        }
    }
}
