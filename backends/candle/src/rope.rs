//! Rotary position embedding.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::rotary_emb;
use crosscheck_backends::{Rope, RopeLayout};

/// candle turns all of `[B, H, T, D]` by tables of sines and cosines that it is given.
pub(crate) fn rope(x: &Tensor, rope: &Rope) -> Result<Tensor> {
    let [batch @ .., length, width] = x.dims() else { candle_core::bail!("no positions in {:?}", x.dims()) };
    let tokens = x.reshape((batch.iter().product::<usize>(), 1, *length, *width))?;
    let (cos, sin) = tables(*length, rope, x.dtype())?;
    let turned = tokens.narrow(3, 0, rope.dims)?.contiguous()?;
    let turned = match rope.layout {
        RopeLayout::Halves => rotary_emb::rope(&turned, &cos, &sin)?,
        RopeLayout::Interleaved => rotary_emb::rope_i(&turned, &cos, &sin)?,
    };
    let rest = tokens.narrow(3, rope.dims, width - rope.dims)?;
    Tensor::cat(&[turned, rest], 3)?.reshape(x.dims())
}

/// Cosines and sines, `[T, dims / 2]`. The angles are 64-bit floats, in which all positions are apart.
fn tables(length: usize, rope: &Rope, dtype: DType) -> Result<(Tensor, Tensor)> {
    let first = f64::from(rope.offset);
    let positions = Tensor::arange(first, first + length as f64, &Device::Cpu)?.unsqueeze(1)?;
    let pairs = Tensor::arange_step(0.0, rope.dims as f64, 2.0, &Device::Cpu)?.unsqueeze(0)?;
    let frequencies = (pairs * (-f64::from(rope.base).ln() / rope.dims as f64))?.exp()?;
    let angles = (positions * f64::from(rope.scale))?.broadcast_mul(&frequencies)?;
    Ok((angles.cos()?.to_dtype(dtype)?, angles.sin()?.to_dtype(dtype)?))
}
