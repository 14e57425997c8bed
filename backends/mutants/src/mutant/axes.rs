//! What is made of the elements along several axes, or along some that are kept.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Axes, Kernels, Tensor};

use super::Result;
use super::reduction::beginning;
use crate::fault::Fault;
use crate::tensors::map;

/// The axis where it is only one, which is gone: the faults of one axis are others.
pub fn single(x: &Tensor, axes: Axes<'_>) -> Option<usize> {
    match axes.numbers(x.rank())[..] {
        [axis] if !axes.are_kept() => Some(axis),
        _ => None,
    }
}

pub fn sum(fault: Fault, x: &Tensor, axes: Axes<'_>) -> Result {
    let y = Reference.sum(x, axes)?;
    let numbers = axes.numbers(x.rank());
    match fault {
        Fault::SumFirstAxis if numbers.len() > 1 => {
            partly(x, &numbers, &numbers[..1], &y, |x, axes| Reference.sum(x, axes))
        }
        Fault::SumAllTwo if numbers.len() > 2 => {
            partly(x, &numbers, &numbers[numbers.len() - 2..], &y, |x, axes| Reference.sum(x, axes))
        }
        Fault::SumShifted if numbers.len() > 1 => {
            let mut made = x.clone();
            for axis in numbers {
                made = Reference.sum(&made, axis.min(made.rank() - 1).into())?;
            }
            if made.len() == y.len() { Tensor::new(y.shape(), made.data().clone()) } else { Ok(y) }
        }
        Fault::SumNoAxis if numbers.is_empty() => Reference.sum(x, Axes::all()),
        Fault::SumUnkept if axes.are_kept() => Reference.sum(x, Axes::of(&numbers)),
        Fault::SumKeptBehind if axes.are_kept() => {
            let mut shape = Axes::of(&numbers).reduce(x.shape());
            shape.resize(x.rank(), 1);
            Tensor::new(&shape, y.data().clone())
        }
        _ => Ok(y),
    }
}

pub fn mean(fault: Fault, x: &Tensor, axes: Axes<'_>) -> Result {
    let y = Reference.mean(x, axes)?;
    let numbers = axes.numbers(x.rank());
    let count = |numbers: &[usize]| numbers.iter().map(|axis| x.shape()[*axis]).product::<usize>() as f64;
    match fault {
        Fault::MeanOneLength if numbers.len() > 1 => {
            map(&y, |y| y * count(&numbers) / count(&numbers[numbers.len() - 1..]))
        }
        Fault::MeanKept if axes.are_kept() => map(&y, |y| y * count(&numbers) / x.len() as f64),
        _ => Ok(y),
    }
}

pub fn max(fault: Fault, x: &Tensor, axes: Axes<'_>) -> Result {
    let numbers = axes.numbers(x.rank());
    match fault {
        Fault::MaxLastAxis if numbers.len() > 1 => {
            let y = Reference.max(x, axes)?;
            partly(x, &numbers, &numbers[numbers.len() - 1..], &y, |x, axes| Reference.max(x, axes))
        }
        Fault::MaxSeveralNan if numbers.len() > 1 && x.dtype().is_float() => {
            Reference.max(&map(x, |x| if x.is_nan() { f64::NEG_INFINITY } else { x })?, axes)
        }
        Fault::MaxTwice => {
            let mut once = numbers;
            once.sort_unstable();
            once.dedup();
            Reference.max(x, if axes.are_kept() { Axes::of(&once).kept() } else { Axes::of(&once) })
        }
        _ => Reference.max(x, axes),
    }
}

pub fn min(fault: Fault, x: &Tensor, axes: Axes<'_>) -> Result {
    let numbers = axes.numbers(x.rank());
    match fault {
        Fault::MinSorted if !numbers.is_sorted() => {
            let y = Reference.min(x, axes)?;
            let first: Vec<_> = (0..numbers.len()).collect();
            let made = Reference.min(x, Axes::of(&first))?;
            if made.len() == y.len() { Tensor::new(y.shape(), made.data().clone()) } else { Ok(y) }
        }
        Fault::MinSeveralFromZero if numbers.len() > 1 => {
            map(&Reference.min(x, axes)?, |y| if y > 0.0 { 0.0 } else { y })
        }
        Fault::MinEmptyAxis if numbers.len() > 1 && x.is_empty() => Reference.min(x, axes).or_else(|error| {
            // What is refused for another reason is no sum either.
            let zeros = Reference.sum(x, axes).map_err(|_| error)?;
            map(&zeros, |_| f64::INFINITY)
        }),
        _ => Reference.min(x, axes),
    }
}

pub fn logsumexp(fault: Fault, x: &Tensor, axes: Axes<'_>) -> Result {
    let y = Reference.logsumexp(x, axes)?;
    let numbers = axes.numbers(x.rank());
    match fault {
        Fault::LogsumexpSeveral if numbers.len() > 1 => Reference.log(&Reference.sum(&Reference.exp(x)?, axes)?),
        Fault::LogsumexpNoAxis if numbers.is_empty() => map(&y, |_| 0.0),
        Fault::LogsumexpKeptOne if axes.are_kept() && numbers.len() > 1 => {
            let mut shape = axes.reduce(x.shape());
            let mut gone = numbers[1..].to_vec();
            gone.sort_unstable();
            for axis in gone.iter().rev() {
                shape.remove(*axis);
            }
            Tensor::new(&shape, y.data().clone())
        }
        _ => Ok(y),
    }
}

/// What is made over some of the axes, of the first element along the others; in the shape of what is made over all of them.
fn partly(
    x: &Tensor,
    all: &[usize],
    some: &[usize],
    like: &Tensor,
    reduce: impl Fn(&Tensor, Axes<'_>) -> Result,
) -> Result {
    if x.is_empty() {
        return Ok(like.clone());
    }
    let others = all.iter().filter(|axis| !some.contains(axis));
    let first = others.clone().try_fold(x.clone(), |x, axis| beginning(&x, *axis, 1))?;
    Tensor::new(like.shape(), reduce(&first, Axes::of(some))?.data().clone())
}
