//! Attention. candle's own `flash_attn` takes no mask of several batches or heads, so that this is put together as candle's
//! models do it.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::ops;
use crosscheck_backends::validate::Attention;
use crosscheck_backends::{Keys, Logits};

/// The type of scores and weights: 32-bit floats, as in candle's `flash_attn`; those of 64-bit floats keep theirs.
pub(crate) fn wide(dtype: DType) -> DType {
    if dtype == DType::F64 { dtype } else { DType::F32 }
}

/// Attention; `added` is the mask that is added.
pub(crate) fn attention(
    [q, k, v]: [&Tensor; 3],
    dims: &Attention,
    logits: Logits,
    keys_seen: Keys,
    added: Option<&Tensor>,
) -> Result<Tensor> {
    let Attention { batch, heads, kv_heads, queries, keys, width, value_width } = *dims;
    let dtype = q.dtype();
    let scored = wide(dtype);
    let [q, k, v] = [q.to_dtype(scored)?, k.to_dtype(scored)?, v.to_dtype(scored)?];
    // The queries of all heads that share a key stand below each other.
    let rows = heads / kv_heads * queries;
    let scores = (q.reshape((batch, kv_heads, rows, width))?.matmul(&k.t()?)? * f64::from(logits.scale))?;
    let mut scores = scores.reshape((batch, heads, queries, keys))?;
    if let Some(softcap) = logits.softcap.map(f64::from) {
        scores = ((scores / softcap)?.tanh()? * softcap)?;
    }
    if let Some(added) = added {
        scores = scores.broadcast_add(&added.to_dtype(scored)?)?;
    }
    let scores = seen(scores, keys_seen)?;
    let weights = ops::softmax_last_dim(&scores)?.reshape((batch, kv_heads, rows, keys))?;
    weights.matmul(&v)?.reshape((batch, heads, queries, value_width))?.to_dtype(dtype)
}

/// Hides keys from each query; what is hidden is replaced, so that it does not matter what it was.
fn seen(scores: Tensor, keys_seen: Keys) -> Result<Tensor> {
    let (.., queries, keys) = scores.dims4()?;
    let (queries, keys) = (queries as i64, keys as i64);
    let all = Tensor::arange(0, keys, &Device::Cpu)?.unsqueeze(0)?;
    let own = Tensor::arange(keys - queries, keys, &Device::Cpu)?.unsqueeze(1)?;
    let seen = match keys_seen {
        Keys::All => return Ok(scores),
        Keys::Causal => all.broadcast_le(&own)?,
        Keys::Window(window) => {
            // Wider than all keys is as wide as they are.
            let window = i64::try_from(window).unwrap_or(i64::MAX).min(keys);
            let first = Tensor::arange(keys - queries - window + 1, keys - window + 1, &Device::Cpu)?.unsqueeze(1)?;
            (all.broadcast_le(&own)? * all.broadcast_ge(&first)?)?
        }
    };
    let hidden =
        Tensor::new(f32::NEG_INFINITY, &Device::Cpu)?.to_dtype(scores.dtype())?.broadcast_as(scores.shape())?;
    seen.broadcast_as(scores.shape())?.where_cond(&scores, &hidden)
}
