//! What is computed for a single position on a CPU, by fewer operations than MLX's own functions are made of there.
//!
//! A decoder does little else, and an operation on one row takes as long to be noted and started as to be computed. On a GPU
//! each of MLX's functions is one kernel.

use mlx_rs::{Array, ops};

use super::handle::Shared;
use crate::device::Resident;
use crate::mlx::error::Made;
use crate::params::{Rope, RopeLayout};
use crate::tensor::Dtype;

/// The operations, and what they need.
#[derive(Debug)]
pub(super) struct Row {
    /// `[[1]]`, a term of products of which MLX wants one.
    one: Shared,
}

impl Row {
    pub fn new() -> Self {
        Self { one: Shared::new(Array::from_slice(&[1.0_f32], &[1, 1])) }
    }

    /// Whether [`rotation`](Row::rotation) is for such rows: a head of a decoder, of which it is a small matrix.
    pub fn rotates(rope: Rope, width: usize) -> bool {
        width <= 512 && rope.dims > 0 && rope.dims.is_multiple_of(2) && rope.dims <= width
    }

    /// What a row of `width` elements is multiplied by to rotate it. MLX's `rope` is a graph with a sine and a cosine in it. An
    /// element that is not finite makes NaN of its whole row here, and of its pair alone there.
    ///
    /// It is made of its diagonals by MLX: they are small, and an allocator may tidy up before it gives as much as the matrix
    /// takes.
    pub fn rotation(rope: Rope, width: usize) -> Made {
        let half = rope.dims / 2;
        // How far the second element of a pair is from the first.
        let apart = match rope.layout {
            RopeLayout::Halves => half,
            RopeLayout::Interleaved => 1,
        };
        let (mut cos, mut sin) = (vec![1.0_f32; width], vec![0.0_f32; width - apart]);
        for pair in 0..half {
            let frequency = f64::from(rope.base).powf(-2.0 * pair as f64 / rope.dims as f64);
            let angle = f64::from(rope.offset) * f64::from(rope.scale) * frequency;
            let first = match rope.layout {
                RopeLayout::Halves => pair,
                RopeLayout::Interleaved => 2 * pair,
            };
            (cos[first], sin[first]) = (angle.cos() as f32, angle.sin() as f32);
            cos[first + apart] = cos[first];
        }
        let array = |values: &[f32]| Array::from_slice(values, &[values.len() as i32]);
        let (cos, sin, apart) = (array(&cos), array(&sin), apart as i32);
        ops::diag(cos, 0)?.add(ops::diag(&sin, apart)?)?.subtract(ops::diag(&sin, -apart)?)
    }

    /// `x` and the factors are `[1, K]`.
    pub fn rms_norm(&self, x: &Array, factors: &Array, eps: f32) -> Made {
        let mean = self.one.with(|one| ops::addmm(one, x, x.transpose()?, 1.0 / x.dim(1) as f32, eps))?;
        // A product with a matrix of one element, which MLX need not be told to repeat.
        mean.rsqrt()?.matmul(x.multiply(factors)?)
    }

    /// The shape of the queries for [`attention`](Row::attention), where it is for such operands: those of a group are the
    /// rows of one product.
    pub fn queries(q: &Resident, k: &Resident, v: &Resident) -> Option<[i32; 4]> {
        let (&[batch, heads, 1, width], &[also_batch, groups, keys, also_width]) = (q.shape(), k.shape()) else {
            return None;
        };
        let floats = [q, k, v].iter().all(|x| x.dtype() == Dtype::F32);
        let fits = floats && keys > 0 && v.shape() == k.shape() && (also_batch, also_width) == (batch, width);
        let rows = heads.checked_div(groups).filter(|rows| fits && rows * groups == heads)?;
        Some([batch, groups, rows, width].map(|dim| dim as i32))
    }

    /// `q` is `[B, G, H / G, D]`, `k` and `v` are `[B, G, S, D]`: each query sees each key. The result is as `q`.
    pub fn attention(&self, q: &Array, k: &Array, v: &Array, scale: f32) -> Made {
        let keys = k.swap_axes(2, 3)?;
        let scores = self.one.with(|one| ops::addmm(one, q, keys, scale, 0.0))?;
        ops::softmax_axis(scores, -1, true)?.matmul(v)
    }
}
