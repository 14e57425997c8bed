//! Indices into a tensor.

use super::Result;
use super::dtype::equal_dtypes;
use super::shape::{along, countable, equal_but_for};
use crate::error::KernelError;
use crate::tensor::Tensor;

/// The ids of an embedding, each a row of the table.
///
/// # Errors
/// When the inputs do not fit.
pub fn embedding<'a>(table: &Tensor, ids: &'a Tensor) -> Result<&'a [i32]> {
    let function = "embedding";
    let [rows, width] = table.shape() else {
        let message = format!("the table needs two dimensions, not {:?}", table.shape());
        return Err(KernelError::Shape { function, message });
    };
    let indices = indices(function, ids)?;
    countable(function, &[ids.shape(), &[*width]].concat())?;
    match indices.iter().find(|id| usize::try_from(**id).map_or(true, |id| id >= *rows)) {
        Some(id) => Err(KernelError::IndexOutOfRange { function, index: i64::from(*id), end: *rows }),
        None => Ok(indices),
    }
}

/// Where a slice begins.
///
/// # Errors
/// When the inputs do not fit.
pub fn slice_at(x: &Tensor, start: &Tensor, shape: &[usize]) -> Result<Vec<usize>> {
    part("slice_at", x, start, shape)
}

/// Where the part that is replaced begins.
///
/// # Errors
/// When the inputs do not fit.
pub fn update_at(x: &Tensor, update: &Tensor, start: &Tensor) -> Result<Vec<usize>> {
    equal_dtypes("update_at", &[x, update])?;
    part("update_at", x, start, update.shape())
}

fn part(function: &'static str, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result<Vec<usize>> {
    let starts = indices(function, start)?;
    if start.shape() != [x.rank()] || shape.len() != x.rank() {
        let message = format!(
            "a start of shape [{rank}] and {rank} lengths are needed for {:?}, not {:?} and {shape:?}",
            x.shape(),
            start.shape(),
            rank = x.rank(),
        );
        return Err(KernelError::Shape { function, message });
    }
    let dims = starts.iter().zip(shape).zip(x.shape());
    dims.map(|((start, length), dim)| {
        let Some(last) = dim.checked_sub(*length) else {
            let message = format!("a part of {shape:?} does not fit into {:?}", x.shape());
            return Err(KernelError::Shape { function, message });
        };
        match usize::try_from(*start) {
            Ok(start) if start <= last => Ok(start),
            _ => Err(KernelError::IndexOutOfRange { function, index: i64::from(*start), end: last + 1 }),
        }
    })
    .collect()
}

/// Indices along an axis, each inside of it.
///
/// # Errors
/// When the inputs do not fit.
pub fn take_along_axis<'a>(x: &Tensor, picked: &'a Tensor, axis: usize) -> Result<&'a [i32]> {
    let function = "take_along_axis";
    along(function, x, axis)?;
    let indices = indices(function, picked)?;
    if !equal_but_for(axis, x.shape(), picked.shape()) {
        let message = format!("indices of {:?} do not fit {:?} along axis {axis}", picked.shape(), x.shape());
        return Err(KernelError::Shape { function, message });
    }
    let end = x.shape()[axis];
    match indices.iter().find(|index| usize::try_from(**index).map_or(true, |index| index >= end)) {
        Some(index) => Err(KernelError::IndexOutOfRange { function, index: i64::from(*index), end }),
        None => Ok(indices),
    }
}

fn indices<'a>(function: &'static str, x: &'a Tensor) -> Result<&'a [i32]> {
    x.as_i32().ok_or_else(|| KernelError::Dtype { function, message: format!("indices are i32, not {}", x.dtype()) })
}
