//! Parts and places. candle computes at once, so that a start that is known only at run time is a number when it slices.

use candle_core::{DType, Result, Tensor};

/// The rows that `ids`, of any shape, name.
pub(crate) fn embedding(table: &Tensor, ids: &Tensor) -> Result<Tensor> {
    let shape = [ids.dims(), &table.dims()[1..]].concat();
    table.embedding(&ids.flatten_all()?.to_dtype(DType::U32)?)?.reshape(shape)
}

/// The part that begins there.
pub(crate) fn slice(x: &Tensor, starts: &[usize], shape: &[usize]) -> Result<Tensor> {
    let mut part = x.clone();
    for (axis, (start, length)) in starts.iter().zip(shape).enumerate() {
        part = part.narrow(axis, *start, *length)?;
    }
    Ok(part)
}

/// Another part in place of the one that begins there.
pub(crate) fn update(x: &Tensor, part: &Tensor, starts: &[usize]) -> Result<Tensor> {
    let ranges: Vec<_> = starts.iter().zip(part.dims()).map(|(start, length)| *start..start + length).collect();
    x.slice_assign(&ranges, part)
}

/// The elements that each lane's own indices name.
pub(crate) fn take(x: &Tensor, indices: &Tensor, axis: usize) -> Result<Tensor> {
    x.gather(&indices.to_dtype(DType::U32)?, axis)
}
