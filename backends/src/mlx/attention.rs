//! Attention, by MLX's fast kernel where that can do it, and put together otherwise as mlx-lm does it.

use mlx_rs::fast::{self, ScaledDotProductAttentionMask};
use mlx_rs::{Array, Dtype, ops};

use super::error::Made;
use crate::params::{Keys, Logits};

/// Attention; `added` is the mask that is added.
pub(super) fn attention(qkv: [&Array; 3], logits: Logits, keys: Keys, added: Option<&Array>) -> Made {
    match logits.softcap {
        Some(softcap) => capped(qkv, logits.scale, softcap, keys, added),
        None => fast(qkv, logits.scale, keys, added),
    }
}

/// By the fast kernel, which takes `causal` or an array: of truth values, or one that is added. There is no third, so that a mask
/// of both kinds is one that is added.
fn fast([q, k, v]: [&Array; 3], scale: f32, keys: Keys, added: Option<&Array>) -> Made {
    let made;
    let mask = match (keys, added) {
        (Keys::All, None) => None,
        (Keys::All, Some(added)) => Some(ScaledDotProductAttentionMask::Array(added)),
        (Keys::Causal, None) => Some(ScaledDotProductAttentionMask::Causal),
        (Keys::Causal | Keys::Window(_), _) => {
            let seen = seen(keys, q, k)?;
            made = match added {
                Some(added) => hidden(seen, added)?,
                None => seen,
            };
            Some(ScaledDotProductAttentionMask::Array(&made))
        }
    };
    fast::scaled_dot_product_attention(q, k, v, scale, mask, None)
}

/// Operation by operation: the fast kernel has no cap. Logits of 16 bits are kept in 32: 16 do not hold every cap.
fn capped([q, k, v]: [&Array; 3], scale: f32, softcap: f32, keys: Keys, added: Option<&Array>) -> Made {
    let (&[batch, heads, queries, width], &[_, groups, count, value_width]) = (q.shape(), v.shape()) else {
        return Err(mlx_rs::error::Exception::custom("four dimensions each"));
    };
    let wide = if q.dtype() == Dtype::Float64 { Dtype::Float64 } else { Dtype::Float32 };
    let constant = |value: f32| Array::from_f32(value).as_dtype(wide);
    // The queries of all heads that share a key stand below each other.
    let rows = heads / groups * queries;
    let stacked = q.multiply(Array::from_f32(scale).as_dtype(q.dtype())?)?.reshape(&[batch, groups, rows, width])?;
    let scaled = stacked.matmul(k.swap_axes(-1, -2)?)?.reshape(&[batch, heads, queries, count])?.as_dtype(wide)?;
    let mut logits = ops::tanh(scaled.divide(constant(softcap)?)?)?.multiply(constant(softcap)?)?;
    if let Some(added) = added {
        logits = logits.add(added.as_dtype(wide)?)?;
    }
    if keys != Keys::All {
        logits = hidden(seen(keys, q, k)?, &logits)?;
    }
    let weights = ops::softmax_axis(&logits, -1, true)?.as_dtype(q.dtype())?.reshape(&[batch, groups, rows, count])?;
    weights.matmul(v)?.reshape(&[batch, heads, queries, value_width])
}

/// Which keys each query sees, `[T, S]`: mlx-lm's `create_causal_mask`.
fn seen(keys: Keys, q: &Array, k: &Array) -> Made {
    let (queries, count) = (q.dim(2), k.dim(2));
    let own = ops::arange::<i32, i32>(count - queries, count, None)?.expand_dims(1)?;
    let all = ops::arange::<i32, i32>(None, count, None)?;
    let causal = own.ge(&all)?;
    let Keys::Window(window) = keys else { return Ok(causal) };
    // Wider than all keys is as wide as they are.
    let window = i32::try_from(window).unwrap_or(i32::MAX).min(count);
    causal.logical_and(own.subtract(Array::from_int(window))?.lt(&all)?)
}

/// −∞ in place of what is not seen.
fn hidden(seen: Array, logits: &Array) -> Made {
    ops::select(seen, logits, Array::from_f32(f32::NEG_INFINITY).as_dtype(logits.dtype())?)
}
