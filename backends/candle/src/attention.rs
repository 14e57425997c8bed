//! Attention. candle's own `flash_attn` takes no mask of several batches or heads, so that this is put together as candle's
//! models do it.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::ops;
use crosscheck_backends::validate::Attention;

/// The type of scores and weights: 32-bit floats, as in candle's `flash_attn`; those of 64-bit floats keep theirs.
pub(crate) fn wide(dtype: DType) -> DType {
    if dtype == DType::F64 { dtype } else { DType::F32 }
}

/// Attention; `mask` makes of the scores those that count.
pub(crate) fn attention(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    dims: &Attention,
    scale: f32,
    mask: impl FnOnce(Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let Attention { batch, heads, kv_heads, queries, keys, width, value_width } = *dims;
    let dtype = q.dtype();
    let scored = wide(dtype);
    let [q, k, v] = [q.to_dtype(scored)?, k.to_dtype(scored)?, v.to_dtype(scored)?];
    // The queries of all heads that share a key stand below each other.
    let rows = heads / kv_heads * queries;
    let scores = (q.reshape((batch, kv_heads, rows, width))?.matmul(&k.t()?)? * f64::from(scale))?;
    let scores = mask(scores.reshape((batch, heads, queries, keys))?)?;
    let weights = ops::softmax_last_dim(&scores)?.reshape((batch, kv_heads, rows, keys))?;
    weights.matmul(&v)?.reshape((batch, heads, queries, value_width))?.to_dtype(dtype)
}

/// Hides the keys behind each query; what is hidden is replaced, so that it does not matter what it was.
pub(crate) fn causal(scores: &Tensor) -> Result<Tensor> {
    let (.., queries, keys) = scores.dims4()?;
    let (queries, keys) = (queries as i64, keys as i64);
    let last_seen = Tensor::arange(keys - queries, keys, &Device::Cpu)?.unsqueeze(1)?;
    let seen = Tensor::arange(0, keys, &Device::Cpu)?.unsqueeze(0)?.broadcast_le(&last_seen)?;
    let hidden =
        Tensor::new(f32::NEG_INFINITY, &Device::Cpu)?.to_dtype(scores.dtype())?.broadcast_as(scores.shape())?;
    seen.broadcast_as(scores.shape())?.where_cond(scores, &hidden)
}
