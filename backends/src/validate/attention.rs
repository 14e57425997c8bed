//! Operands of attention.

use super::Result;
use super::dtype::{equal_dtypes, floats};
use super::shape::{broadcast, countable};
use crate::error::KernelError;
use crate::params::{Keys, Logits, Mask};
use crate::tensor::Tensor;

/// The dimensions of attention.
pub struct Attention {
    /// `B`.
    pub batch: usize,
    /// `H`, the heads of the queries.
    pub heads: usize,
    /// `G`, the heads of keys and values.
    pub kv_heads: usize,
    /// `T`.
    pub queries: usize,
    /// `S`.
    pub keys: usize,
    /// `D`, the width of queries and keys.
    pub width: usize,
    /// `E`, the width of values.
    pub value_width: usize,
}

/// Attention's operands.
///
/// # Errors
/// When the inputs do not fit.
pub fn attention(q: &Tensor, k: &Tensor, v: &Tensor, logits: Logits, mask: Mask<'_>) -> Result<Attention> {
    let function = "scaled_dot_product_attention";
    equal_dtypes(function, &[q, k, v])?;
    floats(function, q)?;
    let shape_error = |message| Err(KernelError::Shape { function, message });
    let ([batch, heads, queries, width], [kb, kv_heads, keys, kw], [vb, vh, vs, value_width]) =
        (q.shape(), k.shape(), v.shape())
    else {
        return shape_error(format!(
            "four dimensions each are needed, not {:?}, {:?}, {:?}",
            q.shape(),
            k.shape(),
            v.shape()
        ));
    };
    if [kb, vb] != [batch, batch] || kw != width || [vh, vs] != [kv_heads, keys] {
        return shape_error(format!("{:?}, {:?} and {:?} do not fit each other", q.shape(), k.shape(), v.shape()));
    }
    if *kv_heads == 0 || heads % kv_heads != 0 {
        return shape_error(format!("{heads} heads of queries are not a multiple of {kv_heads} heads of keys"));
    }
    if *keys == 0 {
        return shape_error("there is no key to attend to".to_owned());
    }
    let argument_error = |message| Err(KernelError::Argument { function, message });
    let Logits { scale, softcap } = logits;
    if !scale.is_finite() {
        return argument_error(format!("scale is finite, not {scale}"));
    }
    if let Some(softcap) = softcap
        && !(softcap.is_finite() && softcap > 0.0)
    {
        return argument_error(format!("softcap is finite and above 0, not {softcap}"));
    }
    if mask.keys == Keys::Window(0) {
        return argument_error("a window has one key at least, not 0".to_owned());
    }
    if let Some(mask) = mask.additive {
        equal_dtypes(function, &[q, mask])?;
        let full = [*batch, *heads, *queries, *keys];
        if broadcast(function, mask.shape(), &full).ok().as_deref() != Some(&full) {
            return shape_error(format!("a mask of shape {:?} cannot be broadcast to {full:?}", mask.shape()));
        }
    }
    countable(function, &[*batch, *heads, *queries, *keys])?;
    countable(function, &[*batch, *heads, *queries, *value_width])?;
    Ok(Attention {
        batch: *batch,
        heads: *heads,
        kv_heads: *kv_heads,
        queries: *queries,
        keys: *keys,
        width: *width,
        value_width: *value_width,
    })
}
