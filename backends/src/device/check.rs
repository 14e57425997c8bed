//! What devices check of operands, and how they refuse them.

use super::resident::Resident;
use crate::error::KernelError;

type Result<T> = std::result::Result<T, KernelError>;

/// Ids are looked at before a device takes them for positions in memory.
pub(crate) fn check_ids(ids: &[u32], rows: usize) -> Result<()> {
    match ids.iter().find(|id| **id as usize >= rows) {
        None => Ok(()),
        Some(id) => Err(KernelError::IndexOutOfRange { function: "embedding", index: i64::from(*id), end: rows }),
    }
}

/// A part must be inside of what it is a part of.
pub(crate) fn check_part(function: &'static str, x: &Resident, axis: usize, start: usize, length: usize) -> Result<()> {
    let message = match x.shape().get(axis) {
        Some(dim) if start.checked_add(length).is_some_and(|end| end <= *dim) => return Ok(()),
        Some(_) => format!("{length} from {start} on along axis {axis} are not inside of {x:?}"),
        None => format!("{x:?} has no axis {axis}"),
    };
    Err(KernelError::Argument { function, message })
}

/// What is written must be a part of `x` in type and in the lengths of the other axes: some devices would convert it, or
/// repeat it, or write less.
pub(crate) fn check_write(x: &Resident, part: &Resident, axis: usize, start: usize) -> Result<()> {
    let length = part.shape().get(axis).copied().unwrap_or_default();
    check_part("write", x, axis, start, length)?;
    let mut shape = x.shape().to_vec();
    shape[axis] = length;
    if part.shape() == shape && part.dtype() == x.dtype() {
        return Ok(());
    }
    let message = format!("{part:?} is not a part of {x:?} along axis {axis}");
    Err(KernelError::Argument { function: "write", message })
}

pub(crate) fn no_matrix(function: &'static str, x: &Resident) -> KernelError {
    KernelError::Argument { function, message: format!("{x:?} was not uploaded as a matrix") }
}

/// What is added to a product is of its shape and type: some devices would repeat or convert it.
pub(crate) fn check_added(x: &Resident, weight: &Resident, add: &Resident) -> Result<()> {
    let product = x.shape().iter().rev().skip(1).rev().chain(weight.shape().first());
    if product.eq(add.shape()) && add.dtype() == x.dtype() {
        return Ok(());
    }
    let message = format!("{add:?} cannot be added to the product of {x:?} and {weight:?}");
    Err(KernelError::Argument { function: "linear", message })
}

/// A rotation is one of as many rows, each of as many elements.
pub(crate) fn check_rotation(x: &Resident, rotation: &Resident) -> Result<()> {
    if x.shape().ends_with(rotation.shape()) {
        return Ok(());
    }
    Err(KernelError::Argument { function: "rope", message: format!("{x:?} cannot be rotated by {rotation:?}") })
}

pub(crate) fn no_rotation(x: &Resident) -> KernelError {
    KernelError::Argument { function: "rope", message: format!("{x:?} was not made by `rotation`") }
}

pub(crate) fn is_rotation(function: &'static str, x: &Resident) -> KernelError {
    KernelError::Argument { function, message: format!("{x:?} was made by `rotation`, for `rope`") }
}

pub(crate) fn is_matrix(function: &'static str, x: &Resident) -> KernelError {
    let message = format!("{x:?} was uploaded as a matrix, for `linear` and `embedding`");
    KernelError::Argument { function, message }
}
