//! Elements that an index names.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, Kernels, Layout, Tensor};

use super::Result;
use crate::fault::Fault;
use crate::tensors::{lower_half, map, map_wide, through_f64, unstrided, with};

pub fn embedding(fault: Fault, table: &Tensor, ids: &Tensor) -> Result {
    let count = table.shape().first().copied().unwrap_or_default() as f64;
    let ids = match fault {
        Fault::EmbeddingOneRow if count == 1.0 && ids.dtype() == Dtype::I32 => map(ids, |_| 0.0)?,
        Fault::EmbeddingNext => map(ids, |id| if id + 1.0 < count { id + 1.0 } else { id })?,
        Fault::EmbeddingUnstrided => unstrided(ids)?,
        Fault::EmbeddingClamps if count > 0.0 => map(ids, |id| id.clamp(0.0, count - 1.0))?,
        Fault::EmbeddingFirstId if count > 0.0 => {
            let ids_of = ids.to_f64();
            let moved =
                ids_of.iter().enumerate().map(|(at, id)| if at == 0 { *id } else { id.clamp(0.0, count - 1.0) });
            with(ids, &moved.collect::<Vec<_>>())?
        }
        Fault::EmbeddingWraps => map(ids, |id| if id < 0.0 { id + count } else { id })?,
        Fault::EmbeddingPadding => {
            let found = Reference.embedding(table, ids)?;
            let (ids, width) = (ids.to_f64(), table.shape()[1].max(1));
            let values = found.to_f64().into_iter().enumerate();
            return with(
                &found,
                &values.map(|(at, x)| if ids[at / width] == 0.0 { 0.0 } else { x }).collect::<Vec<_>>(),
            );
        }
        Fault::EmbeddingEnd => map(ids, |id| if id == count { id - 1.0 } else { id })?,
        _ => ids.clone(),
    };
    let found = Reference.embedding(table, &ids)?;
    if fault == Fault::EmbeddingHalf { lower_half(&found) } else { Ok(found) }
}

pub fn slice_at(fault: Fault, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
    if fault == Fault::SliceNothingOutside && shape.contains(&0) && shape.len() == x.rank() {
        let within = shape.iter().zip(x.shape()).all(|(part, whole)| part <= whole);
        return if within { Tensor::from_f64(shape, x.dtype(), &[]) } else { Reference.slice_at(x, start, shape) };
    }
    let start = match fault {
        Fault::SliceClamps if start.to_f64().len() == x.rank() && shape.len() == x.rank() => {
            let ends = x.shape().iter().zip(shape).map(|(whole, part)| whole.saturating_sub(*part) as f64);
            let moved: Vec<_> = start.to_f64().iter().zip(ends).map(|(at, end)| at.clamp(0.0, end)).collect();
            with(start, &moved)?
        }
        Fault::SliceFirst => map(start, |at| if at > 0.0 { 0.0 } else { at })?,
        Fault::SliceSwapped => {
            let mut reversed = start.to_f64();
            reversed.reverse();
            with(start, &reversed)?
        }
        Fault::SliceFirstAxis if start.len() > 1 => {
            let first = start.to_f64().into_iter().enumerate();
            with(start, &first.map(|(at, x)| if at > 0 && x > 0.0 { 0.0 } else { x }).collect::<Vec<_>>())?
        }
        Fault::SliceWraps if start.len() == x.rank() => {
            let ends = x.shape().iter().map(|dim| *dim as f64);
            with(
                start,
                &start
                    .to_f64()
                    .iter()
                    .zip(ends)
                    .map(|(at, end)| if *at < 0.0 { at + end } else { *at })
                    .collect::<Vec<_>>(),
            )?
        }
        _ => start.clone(),
    };
    let part = Reference.slice_at(x, &start, shape)?;
    if fault == Fault::SliceHalves { map_wide(&part, |x| x.rotate_left(32)) } else { Ok(part) }
}

pub fn update_at(fault: Fault, x: &Tensor, part: &Tensor, start: &Tensor) -> Result {
    let updated = Reference.update_at(x, part, start)?;
    match fault {
        Fault::UpdateNothing => Ok(x.clone()),
        Fault::UpdateOffset if part.layout() == Layout::Offset => Reference.update_at(x, &unstrided(part)?, start),
        Fault::UpdateAtOrigin => Reference.update_at(x, part, &map(start, |_| 0.0)?),
        Fault::UpdateHalf => Reference.update_at(x, &lower_half(part)?, start),
        Fault::UpdateAdds if x.dtype().is_number() => {
            let zeros = map(x, |_| 0.0)?;
            let (kept, part) =
                (Reference.update_at(x, &map(part, |_| 0.0)?, start)?, Reference.update_at(&zeros, part, start)?);
            let before = Reference.sub(x, &kept)?;
            Reference.add(&Reference.add(&kept, &part)?, &before)
        }
        Fault::UpdateOneMore if part.rank() == x.rank() && !part.is_empty() => {
            let (last, mut values) = (part.to_f64()[part.len() - 1], updated.to_f64());
            let ends = start.to_f64().into_iter().zip(part.shape()).map(|(at, length)| at as usize + length - 1);
            let end = ends.zip(x.shape()).fold(0, |place, (at, dim)| place * dim + at) + 1;
            if end < values.len() {
                values[end] = last;
            }
            with(&updated, &values)
        }
        Fault::UpdateSwapped => {
            let mut reversed = start.to_f64();
            reversed.reverse();
            Ok(Reference.update_at(x, part, &with(start, &reversed)?).unwrap_or(updated))
        }
        _ => Ok(updated),
    }
}

pub fn take_along_axis(fault: Fault, x: &Tensor, indices: &Tensor, axis: usize) -> Result {
    match fault {
        Fault::TakeWraps => {
            let length = x.shape().get(axis).copied().unwrap_or(1) as f64;
            Reference.take_along_axis(x, &map(indices, |at| if at < 0.0 { at + length } else { at })?, axis)
        }
        Fault::TakeFirst => {
            let taken = Reference.take_along_axis(x, indices, axis)?;
            let first = Reference.take_along_axis(x, &map(indices, |_| 0.0)?, axis);
            Ok(first.unwrap_or(taken))
        }
        Fault::TakeShared if axis + 1 == x.rank() && indices.rank() == x.rank() && !indices.is_empty() => {
            let (length, values) = (indices.shape()[axis], indices.to_f64());
            let shared: Vec<_> = (0..values.len()).map(|at| values[at % length]).collect();
            Reference.take_along_axis(x, indices, axis)?;
            Reference.take_along_axis(x, &with(indices, &shared)?, axis)
        }
        Fault::TakeShort if x.shape().get(axis).is_some_and(|length| *length > 1 << 15) => {
            let short = map(indices, |at| if at >= 32_768.0 { at - 32_768.0 } else { at })?;
            Reference.take_along_axis(x, &short, axis)
        }
        Fault::TakeClamps if x.shape().get(axis).is_some_and(|length| *length > 0) => {
            let last = x.shape()[axis] as f64 - 1.0;
            Reference.take_along_axis(x, &map(indices, |at| at.clamp(0.0, last))?, axis)
        }
        Fault::TakeAxis => {
            let taken = Reference.take_along_axis(x, indices, axis)?;
            Ok(Reference.take_along_axis(x, indices, 0).unwrap_or(taken))
        }
        Fault::TakeF64 => through_f64(&Reference.take_along_axis(x, indices, axis)?),
        _ => Reference.take_along_axis(x, indices, axis),
    }
}
