//! What shapes must be.

use super::Result;
use crate::error::KernelError;
use crate::params::Axes;
use crate::tensor::Tensor;

/// A tensor and one of its axes.
///
/// # Errors
/// When the inputs do not fit.
pub fn along(function: &'static str, x: &Tensor, axis: usize) -> Result<()> {
    if axis < x.rank() {
        return Ok(());
    }
    let message = format!("there is no axis {axis} in shape {:?}", x.shape());
    Err(KernelError::Shape { function, message })
}

/// A tensor and several of its axes: their numbers, in the order in which they are named.
///
/// # Errors
/// When the inputs do not fit.
pub fn axes(function: &'static str, x: &Tensor, axes: Axes<'_>) -> Result<Vec<usize>> {
    let numbers = axes.numbers(x.rank());
    for (at, axis) in numbers.iter().enumerate() {
        along(function, x, *axis)?;
        if numbers[..at].contains(axis) {
            let message = format!("axis {axis} is named twice in {numbers:?}");
            return Err(KernelError::Argument { function, message });
        }
    }
    Ok(numbers)
}

pub(super) fn equal_but_for(axis: usize, a: &[usize], b: &[usize]) -> bool {
    a.len() == b.len() && a.iter().zip(b).enumerate().all(|(at, (a, b))| at == axis || a == b)
}

pub(super) fn broadcast(function: &'static str, a: &[usize], b: &[usize]) -> Result<Vec<usize>> {
    let rank = a.len().max(b.len());
    // From the last dimension on; a dimension that is not there counts as 1.
    let dim = |shape: &[usize], at: usize| (at + shape.len()).checked_sub(rank).map_or(1, |at| shape[at]);
    let shape = (0..rank).map(|at| match (dim(a, at), dim(b, at)) {
        (x, y) if x == y || y == 1 => Ok(x),
        (1, y) => Ok(y),
        _ => Err(KernelError::Shape { function, message: format!("{a:?} and {b:?} cannot be broadcast together") }),
    });
    let shape: Vec<_> = shape.collect::<Result<_>>()?;
    countable(function, &shape)?;
    Ok(shape)
}

pub(super) fn countable(function: &'static str, shape: &[usize]) -> Result<()> {
    match Tensor::count(shape) {
        Some(_) => Ok(()),
        None => Err(KernelError::Shape { function, message: format!("a result of shape {shape:?} is too large") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_numbers_in_their_order_or_refused_by_name() {
        let x = Tensor::f32(&[2, 3, 4], [0.0; 24]).unwrap();
        let numbers = |named: Axes<'_>| axes("sum", &x, named).map_err(|error| error.to_string());
        assert_eq!(numbers(Axes::of(&[2, 0]).kept()), Ok(vec![2, 0]));
        assert_eq!(numbers(Axes::all()), Ok(vec![0, 1, 2]));
        assert_eq!(numbers(Axes::of(&[])), Ok(vec![]));
        assert_eq!(numbers(1.into()), Ok(vec![1]));
        assert_eq!(numbers(Axes::of(&[0, 3])), Err("sum: there is no axis 3 in shape [2, 3, 4]".to_owned()));
        assert_eq!(numbers(Axes::of(&[1, 0, 1])), Err("sum: axis 1 is named twice in [1, 0, 1]".to_owned()));
    }

    #[test]
    fn shapes_are_broadcast_from_the_last_dimension_on() {
        for (a, b, expected) in [
            (&[2, 3][..], &[3][..], Some(&[2, 3][..])),
            (&[2, 1], &[1, 3], Some(&[2, 3])),
            (&[], &[2], Some(&[2])),
            (&[0, 2], &[1, 2], Some(&[0, 2])),
            (&[1], &[0], Some(&[0])),
            (&[2], &[3], None),
            (&[2, 3], &[2], None),
            (&[1 << 20, 1], &[1, 1 << 20], None),
        ] {
            assert_eq!(broadcast("add", a, b).ok().as_deref(), expected, "{a:?} {b:?}");
            assert_eq!(broadcast("add", b, a).ok().as_deref(), expected, "{b:?} {a:?}");
        }
    }
}
