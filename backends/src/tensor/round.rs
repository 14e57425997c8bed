//! Rounding to 16-bit floats, once.

use std::cmp::Ordering::{self, Equal, Greater};

use half::{bf16, f16};

/// The nearest 16-bit float, ties to even.
pub fn to_f16(x: f64) -> f16 {
    f16::from_f32(to_odd(x))
}

/// The nearest brain float, ties to even.
pub fn to_bf16(x: f64) -> bf16 {
    bf16::from_f32(to_odd(x))
}

/// The nearest brain float of a whole number, ties to even. A 64-bit float does not hold all of them.
pub fn whole_to_bf16(x: i64) -> bf16 {
    let nearest = x as f32;
    // The nearest f32 may be 2^63, one more than there is.
    bf16::from_f32(odd(nearest, (nearest as i128).unsigned_abs().cmp(&i128::from(x).unsigned_abs())))
}

/// Rounds to odd: an inexact result is the neighbour whose last bit is set, which is never a tie of a shorter type, so that
/// rounding it again gives what rounding once would (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums:
/// proved algorithms using rounding to odd", 2008). The conversions from `f64` in `half` 2.7 drop the lower bits instead.
fn to_odd(x: f64) -> f32 {
    let nearest = x as f32;
    odd(nearest, f64::from(nearest).abs().partial_cmp(&x.abs()).unwrap_or(Equal))
}

/// The number rounded to odd, out of the nearest one and of how far from 0 that is beside the exact one.
fn odd(nearest: f32, size: Ordering) -> f32 {
    if size == Equal {
        return nearest;
    }
    f32::from_bits((nearest.to_bits() - u32::from(size == Greater)) | 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every positive finite 16-bit float against its neighbour: the values just above, at and below the middle.
    #[test]
    fn every_tie_goes_to_even_and_its_neighbours_do_not() {
        for bits in 0..f16::MAX.to_bits() {
            let (low, high) = (f16::from_bits(bits), f16::from_bits(bits + 1));
            let middle = (low.to_f64() + high.to_f64()) / 2.0;
            let even = if bits % 2 == 0 { low } else { high };
            assert_eq!(
                [to_f16(middle.next_down()), to_f16(middle), to_f16(middle.next_up())],
                [low, even, high],
                "{bits}"
            );
            assert_eq!(to_f16(-middle), -even);
        }
        for bits in 0..bf16::MAX.to_bits() {
            let (low, high) = (bf16::from_bits(bits), bf16::from_bits(bits + 1));
            let middle = (low.to_f64() + high.to_f64()) / 2.0;
            let even = if bits % 2 == 0 { low } else { high };
            assert_eq!(
                [to_bf16(middle.next_down()), to_bf16(middle), to_bf16(middle.next_up())],
                [low, even, high],
                "{bits}"
            );
        }
    }

    /// Each power of two, the tie behind it, and what is one beside: of bf16, a unit is 2^-7 of the power, and a tie half of it.
    #[test]
    fn whole_numbers_beside_a_tie_are_no_ties() {
        for power in 9..63 {
            let (low, unit) = (1_i64 << power, 1_i64 << (power - 7));
            let rounded = |x: i64| [whole_to_bf16(x).to_f64(), -whole_to_bf16(-x).to_f64()];
            let [even, odd] = [low as f64, (low + unit) as f64];
            assert_eq!(rounded(low), [even; 2], "2^{power}");
            assert_eq!(rounded(low + unit / 2 - 1), [even; 2], "below the tie behind 2^{power}");
            assert_eq!(rounded(low + unit / 2), [even; 2], "the tie behind 2^{power}");
            assert_eq!(rounded(low + unit / 2 + 1), [odd; 2], "above the tie behind 2^{power}");
        }
        assert_eq!([i64::MIN, i64::MAX].map(|x| whole_to_bf16(x).to_f64()), [-2_f64.powi(63), 2_f64.powi(63)]);
    }

    #[test]
    fn what_is_too_large_is_infinite_and_nan_stays_nan() {
        for x in [65520.0, 1e10, f64::MAX, f64::INFINITY] {
            assert_eq!([to_f16(x), to_f16(-x)], [f16::INFINITY, f16::NEG_INFINITY], "{x}");
        }
        assert_eq!(to_f16(65519.99), f16::MAX);
        assert!(to_f16(f64::NAN).is_nan() && to_bf16(f64::NAN).is_nan());
    }
}
