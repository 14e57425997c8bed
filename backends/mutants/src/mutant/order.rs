//! Where the largest and the smallest elements stand.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::Result;
use super::reduction::beginning;
use crate::fault::Fault;
use crate::tensors::{map, rows, with};

pub fn argmax(fault: Fault, x: &Tensor, axis: usize) -> Result {
    let y = Reference.argmax(x, axis)?;
    let length = x.shape().get(axis).copied().unwrap_or(1);
    match fault {
        Fault::ArgmaxLowest if x.dtype() == Dtype::F64 => {
            let lowest = f64::from(f32::MIN);
            Reference.argmax(&map(x, |x| if x < lowest { lowest } else { x })?, axis)
        }
        Fault::ArgmaxLast if axis + 1 == x.rank() && length > 0 => {
            let values = x.to_f64();
            let last = |row: &[f64]| {
                let best = |best: usize, at: usize| if row[at] >= row[best] || row[at].is_nan() { at } else { best };
                (1..row.len()).fold(0, best) as f64
            };
            with(&y, &values.chunks(length).map(last).collect::<Vec<_>>())
        }
        Fault::ArgmaxNan => Reference.argmax(&map(x, |x| if x.is_nan() { f64::NEG_INFINITY } else { x })?, axis),
        Fault::ArgmaxAxis if y.shape() == last_axis_removed(x) => Reference.argmax(x, x.rank() - 1),
        Fault::ArgmaxFlat if axis + 1 == x.rank() => {
            let flat = y.to_f64().into_iter().enumerate().map(|(row, at)| (row * length) as f64 + at);
            with(&y, &flat.collect::<Vec<_>>())
        }
        Fault::ArgmaxSize => Reference.argmax(&map(x, f64::abs)?, axis),
        Fault::ArgmaxFromZero => Reference.argmax(&map(x, |x| if x < 0.0 { 0.0 } else { x })?, axis),
        Fault::ArgmaxF32 => Reference.argmax(&Reference.cast(x, Dtype::F32)?, axis),
        Fault::ArgmaxLastNan if axis + 1 == x.rank() && length > 0 => {
            let values = x.to_f64();
            let last = values.chunks(length).map(|row| row.iter().rposition(|x| x.is_nan()));
            let found = last.zip(y.to_f64()).map(|(nan, first)| nan.map_or(first, |at| at as f64));
            with(&y, &found.collect::<Vec<_>>())
        }
        Fault::ArgmaxLate if length > 4_096 => Reference.argmax(&beginning(x, axis, 4_096)?, axis),
        Fault::ArgmaxZeros if x.dtype().is_float() => {
            Reference.argmax(&map(x, |x| if x == 0.0 && !x.is_sign_negative() { 1e-7 } else { x })?, axis)
        }
        _ => Ok(y),
    }
}

pub fn argmin(fault: Fault, x: &Tensor, axis: usize) -> Result {
    let y = Reference.argmin(x, axis)?;
    let length = x.shape().get(axis).copied().unwrap_or(1);
    match fault {
        Fault::ArgminLast if axis + 1 == x.rank() && length > 0 => {
            let values = x.to_f64();
            let last = |row: &[f64]| {
                let best = |best: usize, at: usize| if row[at] <= row[best] || row[at].is_nan() { at } else { best };
                (1..row.len()).fold(0, best) as f64
            };
            with(&y, &values.chunks(length).map(last).collect::<Vec<_>>())
        }
        Fault::ArgminNan if x.dtype().is_float() => {
            Reference.argmin(&map(x, |x| if x.is_nan() { f64::INFINITY } else { x })?, axis)
        }
        Fault::ArgminAxis if y.shape() == last_axis_removed(x) => Reference.argmin(x, x.rank() - 1),
        Fault::ArgminFlat if axis + 1 == x.rank() => {
            let flat = y.to_f64().into_iter().enumerate().map(|(row, at)| (row * length) as f64 + at);
            with(&y, &flat.collect::<Vec<_>>())
        }
        Fault::ArgminIsArgmax => Reference.argmax(x, axis),
        Fault::ArgminFromZero => Reference.argmin(&map(x, |x| if x > 0.0 { 0.0 } else { x })?, axis),
        Fault::ArgminNegates => Reference.argmax(&Reference.neg(x)?, axis),
        Fault::ArgminF32 => Reference.argmin(&Reference.cast(x, Dtype::F32)?, axis),
        Fault::ArgminZeros if x.dtype().is_float() => {
            Reference.argmin(&map(x, |x| if x == 0.0 && !x.is_sign_negative() { 1e-7 } else { x })?, axis)
        }
        Fault::ArgminLastNan if axis + 1 == x.rank() && length > 0 => {
            let values = x.to_f64();
            let last = values.chunks(length).map(|row| row.iter().rposition(|x| x.is_nan()));
            let found = last.zip(y.to_f64()).map(|(nan, first)| nan.map_or(first, |at| at as f64));
            with(&y, &found.collect::<Vec<_>>())
        }
        Fault::ArgminLate if length > 4_096 => Reference.argmin(&beginning(x, axis, 4_096)?, axis),
        _ => Ok(y),
    }
}

pub fn top_k(fault: Fault, x: &Tensor, k: usize, axis: usize) -> Result<(Tensor, Tensor)> {
    let (values, indices) = Reference.top_k(x, k, axis)?;
    match fault {
        Fault::TopKAscending if axis + 1 == x.rank() => {
            Ok((rows(&values, <[f64]>::reverse)?, rows(&indices, <[f64]>::reverse)?))
        }
        Fault::TopKSize => {
            let (_, indices) = Reference.top_k(&map(x, |x| x.abs().min(2147483647.0))?, k, axis)?;
            Ok((Reference.take_along_axis(x, &indices, axis)?, indices))
        }
        Fault::TopKLast if axis + 1 == x.rank() => {
            let length = x.shape()[axis] as f64;
            let (values, indices) = Reference.top_k(&rows(x, <[f64]>::reverse)?, k, axis)?;
            Ok((values, map(&indices, |at| length - 1.0 - at)?))
        }
        Fault::TopKByPosition if axis + 1 == x.rank() => {
            let sorted = rows(&indices, |row| row.sort_by(f64::total_cmp))?;
            Ok((Reference.take_along_axis(x, &sorted, axis)?, sorted))
        }
        Fault::TopKNanOrder if axis + 1 == x.rank() && x.dtype().is_float() => {
            let length = x.shape()[axis].max(1);
            let values = x.to_f64();
            let mut order = indices.to_f64();
            for (row, order) in order.chunks_mut(k.max(1)).enumerate() {
                let nans = order.iter().take_while(|at| values[row * length + **at as usize].is_nan()).count();
                order[..nans].reverse();
            }
            Ok((values_of(&values, &order, length, k, &indices, x.dtype())?, with(&indices, &order)?))
        }
        Fault::TopKNan if x.dtype().is_float() => {
            let (_, indices) =
                Reference.top_k(&map(x, |x| if x.is_nan() { f64::NEG_INFINITY } else { x })?, k, axis)?;
            Ok((Reference.take_along_axis(x, &indices, axis)?, indices))
        }
        Fault::TopKShort => Ok((values, map(&indices, |at| f64::from(at as i32 as i16))?)),
        Fault::TopKF32 => {
            let (_, indices) = Reference.top_k(&Reference.cast(x, Dtype::F32)?, k, axis)?;
            Ok((Reference.take_along_axis(x, &indices, axis)?, indices))
        }
        _ => Ok((values, indices)),
    }
}

/// What stands at these places of rows.
fn values_of(values: &[f64], places: &[f64], length: usize, k: usize, like: &Tensor, dtype: Dtype) -> Result {
    let place = |(at, place): (usize, &f64)| values[at / k.max(1) * length + *place as usize];
    Tensor::from_f64(like.shape(), dtype, &places.iter().enumerate().map(place).collect::<Vec<_>>())
}

/// The shape without its last axis.
fn last_axis_removed(x: &Tensor) -> &[usize] {
    &x.shape()[..x.rank().saturating_sub(1)]
}
