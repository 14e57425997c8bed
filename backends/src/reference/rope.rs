//! Rotary position embedding (Su et al., "RoFormer", 2021).

use super::Result;
use crate::params::{Rope, RopeLayout};
use crate::tensor::Tensor;
use crate::validate;

/// Rotates the pairs of each position.
pub fn rope(x: &Tensor, rope: &Rope) -> Result {
    validate::rope(x, rope)?;
    let &[.., length, width] = x.shape() else { return Ok(x.clone()) };
    let half = rope.dims / 2;
    let mut values = x.to_f64();
    for (row, elements) in values.chunks_mut(width.max(1)).enumerate() {
        let position = (f64::from(rope.offset) + (row % length) as f64) * f64::from(rope.scale);
        for pair in 0..half {
            let angle = position * f64::from(rope.base).powf(-2.0 * pair as f64 / rope.dims as f64);
            let (first, second) = match rope.layout {
                RopeLayout::Halves => (pair, pair + half),
                RopeLayout::Interleaved => (2 * pair, 2 * pair + 1),
            };
            let (a, b) = (elements[first], elements[second]);
            let (sin, cos) = angle.sin_cos();
            elements[first] = a * cos - b * sin;
            elements[second] = a * sin + b * cos;
        }
    }
    Tensor::from_f64(x.shape(), x.dtype(), &values)
}
