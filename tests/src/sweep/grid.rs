//! Numbers with a shape, looked up by their indices: what the formulas of the contract are written down with.

use crosscheck_backends::{Dtype, Tensor};

use crate::Checked;

/// 64-bit floats in the order of their indices.
#[derive(Clone, Debug)]
pub struct Grid {
    shape: Vec<usize>,
    values: Vec<f64>,
}

impl Grid {
    /// The values of a tensor.
    pub fn of(tensor: &Tensor) -> Self {
        Self { shape: tensor.shape().to_vec(), values: tensor.to_f64() }
    }

    /// The value of each index.
    pub fn make(shape: &[usize], mut value: impl FnMut(&[usize]) -> f64) -> Self {
        let count = shape.iter().product();
        let (mut values, mut index) = (Vec::with_capacity(count), vec![0; shape.len()]);
        for _ in 0..count {
            values.push(value(&index));
            // The last index runs fastest.
            for axis in (0..shape.len()).rev() {
                index[axis] += 1;
                if index[axis] < shape[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
        Self { shape: shape.to_vec(), values }
    }

    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The value there.
    pub fn at(&self, index: &[usize]) -> f64 {
        // A loop, which a build without optimisation runs several times as fast as an iterator.
        let (mut place, mut axis) = (0, 0);
        while axis < self.shape.len() {
            place = place * self.shape[axis] + index[axis];
            axis += 1;
        }
        self.values[place]
    }

    /// The value there once this is broadcast: what has no such axis, or one element along it, is repeated.
    pub fn broadcast_at(&self, index: &[usize]) -> f64 {
        let dropped = index.len() - self.shape.len();
        let (mut place, mut axis) = (0, 0);
        while axis < self.shape.len() {
            if self.shape[axis] != 1 {
                place = place * self.shape[axis] + index[dropped + axis];
            }
            axis += 1;
        }
        self.values[place]
    }

    /// A tensor of these values, each rounded once.
    pub fn tensor(&self, dtype: Dtype) -> Checked<Tensor> {
        Tensor::from_f64(&self.shape, dtype, &self.values)
    }
}

/// The shape that both are broadcast to.
pub fn broadcast(a: &[usize], b: &[usize]) -> Vec<usize> {
    let rank = a.len().max(b.len());
    let padded = |shape: &[usize]| [&vec![1; rank - shape.len()][..], shape].concat();
    padded(a).iter().zip(padded(b)).map(|(a, b)| if *a == 1 { b } else { *a }).collect()
}

/// The index with another one along an axis.
pub fn with(index: &[usize], axis: usize, at: usize) -> Vec<usize> {
    let mut index = index.to_vec();
    index[axis] = at;
    index
}

/// The index with one more axis.
pub fn inserted(index: &[usize], axis: usize, at: usize) -> Vec<usize> {
    let mut index = index.to_vec();
    index.insert(axis, at);
    index
}

/// The lengths without an axis.
pub fn without(shape: &[usize], axis: usize) -> Vec<usize> {
    let mut shape = shape.to_vec();
    shape.remove(axis);
    shape
}
