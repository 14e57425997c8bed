//! What is made of the elements along an axis.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::Result;
use crate::fault::Fault;
use crate::tensors::{map, rounded, rows, with};

pub fn sum(fault: Fault, x: &Tensor, axis: usize) -> Result {
    let y = Reference.sum(x, axis.into())?;
    match fault {
        Fault::SumFirst if x.shape()[axis] > 1 => Reference.sum(&without_last(x, axis)?, axis.into()),
        Fault::SumNarrow if x.dtype() != Dtype::I32 => {
            lanes(x, axis, |lane| lane.iter().fold(0.0, |sum, value| rounded(x.dtype(), sum + value)))
        }
        Fault::SumInfinities if x.dtype().is_float() => lanes(x, axis, |lane| {
            let infinite = lane.iter().copied().find(|x| x.is_infinite());
            if lane.iter().any(|x| x.is_nan()) { f64::NAN } else { infinite.unwrap_or_else(|| lane.iter().sum()) }
        }),
        Fault::SumLanes if x.dtype().is_float() => lanes(x, axis, |lane| in_lanes(x.dtype(), lane)),
        Fault::SumSaturates if x.dtype() == Dtype::I32 => lanes(x, axis, |lane| lane.iter().sum()),
        Fault::SumCarry if x.dtype() == Dtype::I32 && x.shape()[axis] > 256 => lanes(x, axis, |lane| {
            let sum = |part: &[f64]| part.iter().fold(0_i32, |sum, x| sum.wrapping_add(*x as i32));
            let late = lane[256..].iter().fold(0_i16, |sum, x| sum.wrapping_add(*x as i32 as i16));
            f64::from(sum(&lane[..256]).wrapping_add(i32::from(late)))
        }),
        Fault::SumDeep if x.rank() >= 8 => {
            let other = Reference.sum(x, 0.into())?;
            if other.shape() == y.shape() { Ok(other) } else { Ok(y) }
        }
        Fault::SumMirrored if x.rank() > 2 => {
            let mirrored = x.rank() - 1 - axis;
            let other = Reference.sum(x, mirrored.into())?;
            if other.shape() == y.shape() { Ok(other) } else { Ok(y) }
        }
        _ => Ok(y),
    }
}

pub fn mean(fault: Fault, x: &Tensor, axis: usize) -> Result {
    let y = Reference.mean(x, axis.into())?;
    let length = x.shape()[axis] as f64;
    match fault {
        Fault::MeanUnbiased => map(&y, |y| y * length / (length - 1.0)),
        Fault::MeanNarrow => lanes(x, axis, |lane| {
            lane.iter().fold(0.0, |sum, value| rounded(x.dtype(), sum + value)) / lane.len() as f64
        }),
        Fault::MeanSquare if x.rank() == 2 && x.shape()[0] == x.shape()[1] => Reference.mean(x, (1 - axis).into()),
        Fault::MeanOfNothing if x.shape()[axis] == 0 => map(&y, |_| 0.0),
        Fault::MeanLast => map(&y, |y| y * length / x.shape()[x.rank() - 1] as f64),
        _ => Ok(y),
    }
}

pub fn max(fault: Fault, x: &Tensor, axis: usize) -> Result {
    match fault {
        Fault::MaxFromZero => map(&Reference.max(x, axis.into())?, |y| if y < 0.0 { 0.0 } else { y }),
        Fault::MaxFromLimit if x.dtype() == Dtype::F32 => lanes(x, axis, |lane| {
            lane.iter().fold(f64::from(f32::MIN), |a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(*b) })
        }),
        Fault::MaxHalfLimit if x.dtype() == Dtype::F16 => {
            map(&Reference.max(x, axis.into())?, |y| if y == f64::NEG_INFINITY { -65504.0 } else { y })
        }
        Fault::MaxLate if x.shape().get(axis).is_some_and(|length| *length > 1_024) => {
            Reference.max(&beginning(x, axis, 1_024)?, axis.into())
        }
        Fault::MaxLastNan if x.dtype().is_float() => {
            lanes(x, axis, |lane| lane.iter().copied().reduce(|best, x| if best > x { best } else { x }).unwrap_or(0.0))
        }
        Fault::MaxF32 if x.dtype() == Dtype::I32 => {
            Reference.cast(&Reference.max(&Reference.cast(x, Dtype::F32)?, axis.into())?, Dtype::I32)
        }
        _ => Reference.max(x, axis.into()),
    }
}

pub fn min(fault: Fault, x: &Tensor, axis: usize) -> Result {
    match fault {
        Fault::MinDropsNan => {
            let y = Reference.min(x, axis.into())?;
            if x.dtype() == Dtype::I32 {
                return Ok(y);
            }
            Reference.min(&map(x, |x| if x.is_nan() { f64::INFINITY } else { x })?, axis.into())
        }
        Fault::MinFromLimit if x.dtype() == Dtype::F32 => lanes(x, axis, |lane| {
            lane.iter().fold(f64::from(f32::MAX), |a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(*b) })
        }),
        Fault::MinLastNan if x.dtype().is_float() => {
            lanes(x, axis, |lane| lane.iter().copied().reduce(|best, x| if best < x { best } else { x }).unwrap_or(0.0))
        }
        Fault::MinF32 if x.dtype() == Dtype::I32 => {
            Reference.cast(&Reference.min(&Reference.cast(x, Dtype::F32)?, axis.into())?, Dtype::I32)
        }
        _ => Reference.min(x, axis.into()),
    }
}

pub fn logsumexp(fault: Fault, x: &Tensor, axis: usize) -> Result {
    match fault {
        Fault::LogsumexpOverflows => {
            let powers = map(&Reference.cast(x, Dtype::F32)?, |x| f64::from((x as f32).exp()))?;
            Reference.cast(&Reference.log(&Reference.sum(&powers, axis.into())?)?, x.dtype())
        }
        Fault::LogsumexpShift if !x.is_empty() => {
            let most = x.to_f64().into_iter().filter(|x| x.is_finite()).fold(f64::NEG_INFINITY, f64::max);
            lanes(x, axis, |lane| most + f64::from(lane.iter().map(|x| ((x - most) as f32).exp()).sum::<f32>().ln()))
        }
        Fault::LogsumexpInfinite => {
            map(&Reference.logsumexp(x, axis.into())?, |y| if y == f64::INFINITY { f64::NAN } else { y })
        }
        Fault::LogsumexpMax if x.shape().get(axis).is_some_and(|length| *length > 2000) => {
            Reference.max(x, axis.into())
        }
        _ => Reference.logsumexp(x, axis.into()),
    }
}

pub fn softmax(fault: Fault, x: &Tensor, axis: usize) -> Result {
    let y = Reference.softmax(x, axis)?;
    match fault {
        Fault::SoftmaxBlock if axis + 1 == x.rank() && x.dtype() == Dtype::F32 => rows(x, |row| {
            let most = row.iter().take(1_024).copied().fold(f64::NEG_INFINITY, f64::max);
            row.iter_mut().for_each(|x| *x = f64::from(((*x - most) as f32).exp()));
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|x| *x /= f64::from(sum as f32));
        }),
        Fault::SoftmaxAxis => Reference.softmax(x, x.rank().saturating_sub(1)),
        Fault::SoftmaxOverflows if axis + 1 == x.rank() => rows(x, |row| {
            // As floats of 32 bits have it.
            row.iter_mut().for_each(|x| *x = f64::from((*x as f32).exp()));
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|x| *x /= sum);
        }),
        Fault::SoftmaxMean => {
            let length = x.shape().get(axis).copied().unwrap_or(1) as f64;
            map(&y, |y| y * length)
        }
        Fault::SoftmaxEcho => Ok(x.clone()),
        Fault::SoftmaxSquare if x.rank() == 2 && x.shape()[0] == x.shape()[1] => Reference.softmax(x, 1 - axis),
        Fault::SoftmaxVocabulary if axis + 1 == x.rank() && x.shape()[axis] > 1 << 16 => rows(&y, |row| {
            let seen: f64 = row[..1 << 16].iter().sum();
            row.iter_mut().for_each(|weight| *weight /= seen);
        }),
        Fault::SoftmaxZeroRow => map(&y, |y| if y.is_nan() { 0.0 } else { y }),
        Fault::SoftmaxOneHidden if x.shape().get(axis) == Some(&1) && x.to_f64().iter().all(|x| !x.is_nan()) => {
            map(&y, |_| 1.0)
        }
        Fault::SoftmaxManyHidden if axis + 1 == x.rank() && x.shape()[axis] > 16 => {
            let (values, length) = (x.to_f64(), x.shape()[axis]);
            let hidden = |at: usize| values[at / length * length..][..length].iter().all(|x| *x == f64::NEG_INFINITY);
            let even = |(at, y): (usize, f64)| if hidden(at) { 1.0 / length as f64 } else { y };
            with(&y, &y.to_f64().into_iter().enumerate().map(even).collect::<Vec<_>>())
        }
        Fault::SoftmaxInfinite if axis + 1 == x.rank() && !x.is_empty() => {
            let (values, length) = (x.to_f64(), x.shape()[axis]);
            let row = |at: usize| &values[at / length * length..][..length];
            let one = |(at, y): (usize, f64)| {
                let infinite = row(at).iter().filter(|x| **x == f64::INFINITY).count();
                let known = infinite > 0 && !row(at).iter().any(|x| x.is_nan());
                if known { f64::from(values[at] == f64::INFINITY) / infinite as f64 } else { y }
            };
            with(&y, &y.to_f64().into_iter().enumerate().map(one).collect::<Vec<_>>())
        }
        Fault::SoftmaxShift if axis + 1 == x.rank() && x.dtype() == Dtype::F32 => {
            let most = x.to_f64().into_iter().fold(f64::NEG_INFINITY, f64::max);
            rows(x, |row| {
                row.iter_mut().for_each(|x| *x = f64::from(((*x - most) as f32).exp()));
                let sum: f64 = row.iter().sum();
                row.iter_mut().for_each(|x| *x /= sum);
            })
        }
        Fault::SoftmaxNarrow if axis + 1 == x.rank() => rows(x, |row| {
            let most = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            row.iter_mut().for_each(|x| *x = (*x - most).exp());
            let sum = row.iter().fold(0.0, |sum, x| rounded(y.dtype(), sum + x));
            row.iter_mut().for_each(|x| *x /= sum);
        }),
        _ => Ok(y),
    }
}

/// The sum, of which each of 64 lanes is kept in this type.
pub fn in_lanes(dtype: Dtype, values: &[f64]) -> f64 {
    let lane = |lane: usize| {
        let terms = values.iter().skip(lane).step_by(64);
        terms.fold(0.0, |sum, value| rounded(dtype, sum + rounded(dtype, *value)))
    };
    (0..64).map(lane).sum()
}

/// The first elements along an axis.
pub(super) fn beginning(x: &Tensor, axis: usize, length: usize) -> Result {
    let mut shape = x.shape().to_vec();
    shape[axis] = length;
    let start = Tensor::from_f64(&[x.rank()], Dtype::I32, &vec![0.0; x.rank()])?;
    Reference.slice_at(x, &start, &shape)
}

/// Without the last element along an axis.
fn without_last(x: &Tensor, axis: usize) -> Result {
    let mut shape = x.shape().to_vec();
    shape[axis] -= 1;
    let start = Tensor::from_f64(&[x.rank()], Dtype::I32, &vec![0.0; x.rank()])?;
    Reference.slice_at(x, &start, &shape)
}

/// One element of each lane along an axis.
fn lanes(x: &Tensor, axis: usize, f: impl Fn(&[f64]) -> f64) -> Result {
    let (values, length) = (x.to_f64(), x.shape()[axis]);
    let inner: usize = x.shape()[axis + 1..].iter().product();
    let shape = [&x.shape()[..axis], &x.shape()[axis + 1..]].concat();
    let lane = |at: usize| {
        let start = at / inner.max(1) * length * inner + at % inner.max(1);
        f(&(0..length).map(|step| values[start + step * inner]).collect::<Vec<_>>())
    };
    Tensor::from_f64(&shape, x.dtype(), &(0..shape.iter().product()).map(lane).collect::<Vec<_>>())
}
