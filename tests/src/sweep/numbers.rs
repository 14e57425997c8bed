//! Operands of which no two places look alike, and which every type holds exactly.

use crosscheck_backends::{Dtype, Tensor};

use super::grid::Grid;
use crate::Checked;

/// A number that looks random, the same for the same numbers everywhere (SplitMix64).
pub fn hash(number: u64, at: usize) -> u64 {
    let mut x = (number << 32 | at as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

/// What has no bit in the lower 32.
const UPPER: f64 = (1_u64 << 33) as f64;

/// Whole numbers from −`most` to `most`, times `step` where the type has fractions; of truth values half are true. Of 64-bit
/// integers they are in the upper half of the bits, and of those without a sign they begin at 0.
pub fn steps(number: u64, shape: &[usize], dtype: Dtype, most: u64, step: f64) -> Checked<Tensor> {
    let step = match dtype {
        Dtype::I64 => UPPER,
        dtype if dtype.is_float() => step,
        _ => 1.0,
    };
    let first = if dtype == Dtype::U8 { 0.0 } else { -(most as f64) };
    let number_at = |hashed: u64| (hashed % (2 * most + 1)) as f64 + first;
    values(shape, dtype, |at| match hash(number, at) {
        hashed if dtype == Dtype::Bool => (hashed & 1) as f64,
        hashed => number_at(hashed) * step,
    })
}

/// Numbers of which 251 in a row are different; of truth values half are true. Of 64-bit integers both halves of the bits are.
pub fn distinct(number: u64, shape: &[usize], dtype: Dtype) -> Checked<Tensor> {
    values(shape, dtype, |at| match dtype {
        Dtype::Bool => (hash(number, at) & 1) as f64,
        _ => {
            let number = ((at + 17 * number as usize) * 37 % 251) as f64;
            match dtype {
                Dtype::I64 => (number - 125.0) * (UPPER + 1.0),
                Dtype::U8 => number,
                _ => number - 125.0,
            }
        }
    })
}

/// Numbers of both signs, none of which is 0.
pub fn divisors(number: u64, shape: &[usize], dtype: Dtype) -> Checked<Tensor> {
    let x = steps(number, shape, dtype, 31, 0.25)?;
    let least: f64 = if dtype.is_float() { 0.25 } else { 1.0 };
    Tensor::from_f64(shape, dtype, &x.to_f64().iter().map(|x| x + least.copysign(*x)).collect::<Vec<_>>())
}

/// Positions from 0 to before `end`.
pub fn positions(number: u64, shape: &[usize], end: usize) -> Checked<Tensor> {
    values(shape, Dtype::I32, |at| (hash(number, at) % end.max(1) as u64) as f64)
}

/// The value of each place in the order of the elements.
pub fn values(shape: &[usize], dtype: Dtype, value: impl Fn(usize) -> f64) -> Checked<Tensor> {
    let mut at = 0;
    let next = |_: &[usize]| {
        at += 1;
        value(at - 1)
    };
    Grid::make(shape, next).tensor(dtype)
}
