//! Kernels that pick elements.

use std::cmp::Ordering;

use super::broadcast::positions;
use super::{Lanes, Result};
use crate::tensor::{Data, Dtype, Tensor};
use crate::validate;

/// Rows of a table.
pub fn embedding(table: &Tensor, ids: &Tensor) -> Result {
    let rows = validate::embedding(table, ids)?;
    let width = table.shape()[1];
    let positions = rows.iter().flat_map(|row| (0..width).map(move |at| (0, *row as usize * width + at)));
    pick(&[table], &[ids.shape(), &[width]].concat(), positions)
}

/// A part of a tensor.
pub fn slice_at(x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
    let start = validate::slice_at(x, start, shape)?;
    pick(&[x], shape, part(x.shape(), &start, shape).map(|at| (0, at)))
}

/// A tensor with another part.
pub fn update_at(x: &Tensor, update: &Tensor, start: &Tensor) -> Result {
    let start = validate::update_at(x, update, start)?;
    let mut from: Vec<_> = (0..x.len()).map(|at| (0, at)).collect();
    for (number, at) in part(x.shape(), &start, update.shape()).enumerate() {
        from[at] = (1, number);
    }
    pick(&[x, update], x.shape(), from.into_iter())
}

/// The positions of the elements of a part, in order.
fn part(whole: &[usize], start: &[usize], shape: &[usize]) -> impl Iterator<Item = usize> {
    (0..Tensor::count(shape).unwrap_or_default()).map(move |mut at| {
        let (mut position, mut stride) = (0, 1);
        for ((dim, length), start) in whole.iter().zip(shape).zip(start).rev() {
            position += (start + at % length) * stride;
            at /= length;
            stride *= dim;
        }
        position
    })
}

/// One element of each lane, for each index.
pub fn take_along_axis(x: &Tensor, indices: &Tensor, axis: usize) -> Result {
    let picked = validate::take_along_axis(x, indices, axis)?;
    let mut from = vec![(0, 0); indices.len()];
    for (lane, targets) in Lanes::of(x.shape(), axis).iter().zip(Lanes::of(indices.shape(), axis).iter()) {
        let lane: Vec<_> = lane.collect();
        targets.for_each(|at| from[at].1 = lane[picked[at] as usize]);
    }
    pick(&[x], indices.shape(), from.into_iter())
}

/// Tensors one behind another.
pub fn concatenate(parts: &[&Tensor], axis: usize) -> Result {
    let shape = validate::concatenate(parts, axis)?;
    // What stands in a row in a part stands in a row in the result.
    let row = |part: &Tensor| part.shape()[axis..].iter().product::<usize>();
    let outer = Tensor::count(&shape[..axis]).unwrap_or_default();
    let rows = (0..outer).flat_map(|o| parts.iter().enumerate().map(move |(number, part)| (o, number, row(part))));
    pick(parts, &shape, rows.flat_map(|(o, number, row)| (o * row..(o + 1) * row).map(move |at| (number, at))))
}

/// The axes in another order.
pub fn transpose(x: &Tensor, axes: &[usize]) -> Result {
    let shape = validate::transpose(x, axes)?;
    let strides: Vec<usize> = axes.iter().map(|axis| x.shape()[axis + 1..].iter().product()).collect();
    let position = |mut at: usize| {
        let mut position = 0;
        for (dim, stride) in shape.iter().zip(&strides).rev() {
            position += at % dim * stride;
            at /= dim;
        }
        (0, position)
    };
    pick(&[x], &shape, (0..x.len()).map(position))
}

/// The elements, repeated.
pub fn broadcast_to(x: &Tensor, shape: &[usize]) -> Result {
    validate::broadcast_to(x, shape)?;
    pick(&[x], shape, positions(x.shape(), shape).map(|at| (0, at)))
}

/// The elements that stand at these positions of the tensors with these numbers, unchanged; equal dtypes.
pub fn pick(from: &[&Tensor], shape: &[usize], places: impl Iterator<Item = (usize, usize)>) -> Result {
    macro_rules! pick {
        ($dtype:ident) => {{
            let values = |tensor: &&Tensor| match tensor.data() {
                Data::$dtype(values) => values.clone(),
                _ => Vec::new(),
            };
            let values: Vec<_> = from.iter().map(values).collect();
            Data::$dtype(places.map(|(number, at)| values[number][at]).collect())
        }};
    }
    let data = match from[0].dtype() {
        Dtype::F64 => pick!(F64),
        Dtype::F32 => pick!(F32),
        Dtype::F16 => pick!(F16),
        Dtype::BF16 => pick!(BF16),
        Dtype::I64 => pick!(I64),
        Dtype::I32 => pick!(I32),
        Dtype::I8 => pick!(I8),
        Dtype::U8 => pick!(U8),
        Dtype::Bool => pick!(Bool),
    };
    Tensor::new(shape, data)
}

/// The largest elements of each lane, and where they stand.
pub fn top_k(x: &Tensor, k: usize, axis: usize) -> Result<(Tensor, Tensor)> {
    let shape = validate::top_k(x, k, axis)?;
    let values = x.to_f64();
    let mut from = vec![(0, 0); Tensor::count(&shape).unwrap_or_default()];
    let mut indices = vec![0; from.len()];
    for (lane, targets) in Lanes::of(x.shape(), axis).iter().zip(Lanes::of(&shape, axis).iter()) {
        let mut sorted: Vec<_> = lane.enumerate().collect();
        // A stable sort, which leaves equal elements in their order.
        sorted.sort_by(|(_, a), (_, b)| descending(values[*a], values[*b]));
        for (target, (number, at)) in targets.zip(sorted) {
            (from[target], indices[target]) = ((0, at), number as i32);
        }
    }
    Ok((pick(&[x], &shape, from.into_iter())?, Tensor::i32(&shape, indices)?))
}

/// NaN is larger than everything, and of equal elements none comes first.
fn descending(a: f64, b: f64) -> Ordering {
    b.partial_cmp(&a).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

/// Where the largest element of each lane stands.
pub fn argmax(x: &Tensor, axis: usize) -> Result {
    first_beyond("argmax", x, axis, |value, best| value > best)
}

/// Where the smallest element of each lane stands.
pub fn argmin(x: &Tensor, axis: usize) -> Result {
    first_beyond("argmin", x, axis, |value, best| value < best)
}

/// Where the first element of each lane stands that is beyond those before it and that none behind it is beyond.
fn first_beyond(function: &'static str, x: &Tensor, axis: usize, beyond: impl Fn(f64, f64) -> bool) -> Result {
    validate::extreme(function, x, axis)?;
    let values = x.to_f64();
    let first = |lane: &mut dyn Iterator<Item = usize>| {
        let mut best: Option<(usize, f64)> = None;
        for (number, at) in lane.enumerate() {
            let value = values[at];
            // The first NaN is beyond everything.
            if value.is_nan() {
                return number as i32;
            }
            if best.is_none_or(|(_, best)| beyond(value, best)) {
                best = Some((number, value));
            }
        }
        best.map_or(0, |(number, _)| number) as i32
    };
    let mut shape = x.shape().to_vec();
    if x.is_empty() {
        shape.remove(axis);
        return Tensor::i32(&shape, []);
    }
    let found = Lanes::of(&shape, axis).iter().map(|mut lane| first(&mut lane)).collect::<Vec<_>>();
    shape.remove(axis);
    Tensor::i32(&shape, found)
}
