//! What attention makes of products before it masks them: the cap.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, Kernels, Logits, Mask, Tensor, validate};

use super::Result;
use crate::fault::Fault;
use crate::tensors::{map, rounded};

/// What the fault makes of these operands, where it changes anything.
pub fn attention(fault: Fault, [q, k, v]: [&Tensor; 3], logits: Logits, mask: Mask<'_>) -> Option<Result> {
    let Logits { scale, softcap } = logits;
    let softcap = softcap?;
    let reference = |logits| Reference.scaled_dot_product_attention(q, k, v, logits, mask);
    if fault == Fault::AttentionCapSize {
        return Some(reference(Logits::scaled(scale).capped(softcap.abs())));
    }
    // What is wrong without the fault stays wrong.
    validate::attention(q, k, v, logits, mask).ok()?;
    let cap = f64::from(softcap);
    let by = |logit: &dyn Fn(f64, f64) -> f64| Some(composed([q, k, v], mask, logit));
    match fault {
        Fault::AttentionCapIgnored => Some(reference(Logits::scaled(scale))),
        Fault::AttentionCapUnscaled => by(&|dot, added| cap * (dot / cap).tanh() * f64::from(scale) + added),
        Fault::AttentionCapAfter => by(&|dot, added| match dot * f64::from(scale) + added {
            f64::NEG_INFINITY => f64::NEG_INFINITY,
            logit => cap * (logit / cap).tanh(),
        }),
        Fault::AttentionCapOnce => by(&|dot, added| (dot * f64::from(scale) / cap).tanh() + added),
        Fault::AttentionCapClamps => by(&|dot, added| (dot * f64::from(scale)).clamp(-cap, cap) + added),
        Fault::AttentionCapResult => {
            Some(reference(Logits::scaled(scale)).and_then(|made| map(&made, |y| cap * (y / cap).tanh())))
        }
        Fault::AttentionCapHalf if q.dtype() == Dtype::F16 => {
            let cap = rounded(Dtype::F16, cap);
            by(&|dot, added| cap * (dot * f64::from(scale) / cap).tanh() + added)
        }
        Fault::AttentionCapFifty => Some(reference(logits.capped(50.0))),
        Fault::AttentionCapRow if q.shape()[2] == 1 => Some(reference(Logits::scaled(scale))),
        _ => None,
    }
}

/// Attention by a formula of a product and of what is added to it.
fn composed([q, k, v]: [&Tensor; 3], mask: Mask<'_>, logit: &dyn Fn(f64, f64) -> f64) -> Result {
    let (&[batch, heads, queries, width], &[_, groups, keys, value_width]) = (q.shape(), v.shape()) else {
        return Ok(q.clone());
    };
    let full = [batch, heads, queries, keys];
    let added = mask.additive.map(|added| Reference.broadcast_to(added, &full)).transpose()?;
    let added = added.map(|added| added.to_f64());
    let (q_values, k_values, v_values) = (q.to_f64(), k.to_f64(), v.to_f64());
    let mut made = Vec::with_capacity(batch * heads * queries * value_width);
    for row in 0..batch * heads * queries {
        let (head, query) = (row / queries, row % queries);
        let first = (head / heads * groups + head % heads / (heads / groups)) * keys;
        let logits = (0..keys).map(|key| {
            if mask.keys.hides([query, queries], [key, keys]) {
                return f64::NEG_INFINITY;
            }
            let (q, k) = (&q_values[row * width..][..width], &k_values[(first + key) * width..][..width]);
            let dot = q.iter().zip(k).map(|(q, k)| q * k).sum();
            logit(dot, added.as_ref().map_or(0.0, |added| added[row * keys + key]))
        });
        let logits: Vec<_> = logits.collect();
        let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<_> = logits.iter().map(|logit| (logit - most).exp()).collect();
        let sum: f64 = powers.iter().sum();
        made.extend((0..value_width).map(|at| {
            let seen = (0..keys).filter(|key| powers[*key] != 0.0);
            seen.map(|key| powers[key] / sum * v_values[(first + key) * value_width + at]).sum::<f64>()
        }));
    }
    Tensor::from_f64(&[batch, heads, queries, value_width], q.dtype(), &made)
}
