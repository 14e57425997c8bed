//! Kernels that pick elements.

use half::{bf16, f16};

use super::{Lanes, Result};
use crate::tensor::{Data, Tensor, count};
use crate::validate;

/// Rows of a table.
pub fn embedding(table: &Tensor, ids: &Tensor) -> Result {
    let rows = validate::embedding(table, ids)?;
    let width = table.shape()[1];
    let positions = rows.iter().flat_map(|row| (0..width).map(move |at| *row as usize * width + at));
    pick(table, &[ids.shape(), &[width]].concat(), positions)
}

/// A part of a tensor.
pub fn slice_at(x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
    let start = validate::slice_at(x, start, shape)?;
    let positions = (0..count(shape).unwrap_or_default()).map(|mut at| {
        let (mut position, mut stride) = (0, 1);
        for ((dim, length), start) in x.shape().iter().zip(shape).zip(&start).rev() {
            position += (start + at % length) * stride;
            at /= length;
            stride *= dim;
        }
        position
    });
    pick(x, shape, positions)
}

/// The elements at these positions, unchanged.
fn pick(x: &Tensor, shape: &[usize], positions: impl Iterator<Item = usize>) -> Result {
    fn of<T: Copy>(values: &[T], positions: impl Iterator<Item = usize>) -> Vec<T> {
        positions.map(|at| values[at]).collect()
    }
    let data = match x.data() {
        Data::F32(values) => Data::F32(of::<f32>(values, positions)),
        Data::F16(values) => Data::F16(of::<f16>(values, positions)),
        Data::BF16(values) => Data::BF16(of::<bf16>(values, positions)),
        Data::I32(values) => Data::I32(of::<i32>(values, positions)),
    };
    Tensor::new(shape, data)
}

/// Where the largest element of each lane stands.
pub fn argmax(x: &Tensor, axis: usize) -> Result {
    validate::argmax(x, axis)?;
    let values = x.to_f64();
    let largest = |lane: &mut dyn Iterator<Item = usize>| {
        let mut best = (0, f64::NEG_INFINITY);
        for (number, at) in lane.enumerate() {
            let value = values[at];
            // The first NaN is the largest element.
            if value.is_nan() {
                return number as i32;
            }
            if value > best.1 {
                best = (number, value);
            }
        }
        best.0 as i32
    };
    let mut shape = x.shape().to_vec();
    if x.is_empty() {
        shape.remove(axis);
        return Tensor::i32(&shape, []);
    }
    let found = Lanes::of(&shape, axis).iter().map(|mut lane| largest(&mut lane)).collect::<Vec<_>>();
    shape.remove(axis);
    Tensor::i32(&shape, found)
}
