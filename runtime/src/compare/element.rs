//! Elements of arrays.

use std::fmt;
use std::time::Duration;

#[cfg(feature = "half")]
use half::{bf16, f16};

use super::source::CHUNK;

/// The value of an element.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// Of `f16`.
    #[cfg(feature = "half")]
    F16(f16),
    /// Of `bf16`.
    #[cfg(feature = "half")]
    BF16(bf16),
    /// Of `f32`.
    F32(f32),
    /// Of `f64`.
    F64(f64),
    /// Of any type of integers but the next one.
    Integer(i128),
    /// Of `u128`.
    Unsigned(u128),
    /// A truth value.
    Bool(bool),
    /// A character.
    Char(char),
    /// A span of time.
    Duration(Duration),
}

/// The same type and the same bits, so that a NaN is equal to itself.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            #[cfg(feature = "half")]
            (Self::F16(a), Self::F16(b)) => a.to_bits() == b.to_bits(),
            #[cfg(feature = "half")]
            (Self::BF16(a), Self::BF16(b)) => a.to_bits() == b.to_bits(),
            (Self::F32(a), Self::F32(b)) => a.to_bits() == b.to_bits(),
            (Self::F64(a), Self::F64(b)) => a.to_bits() == b.to_bits(),
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Unsigned(a), Self::Unsigned(b)) => a == b,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Char(a), Self::Char(b)) => a == b,
            (Self::Duration(a), Self::Duration(b)) => a == b,
            _ => false,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The shortest text that is read back as the same float of the type.
            #[cfg(feature = "half")]
            Self::F16(x) => write!(f, "{:?}", x.to_f32()),
            #[cfg(feature = "half")]
            Self::BF16(x) => write!(f, "{:?}", x.to_f32()),
            Self::F32(x) => write!(f, "{x:?}"),
            Self::F64(x) => write!(f, "{x:?}"),
            Self::Integer(x) => x.fmt(f),
            Self::Unsigned(x) => x.fmt(f),
            Self::Bool(x) => x.fmt(f),
            Self::Char(x) => write!(f, "{x:?}"),
            Self::Duration(x) => write!(f, "{x:?}"),
        }
    }
}

/// The type of an element.
pub(super) trait Element: Copy + PartialEq + Default + 'static {
    fn number(self) -> Number;
    /// The value with the other sign, for types that have one.
    fn negated(self) -> Option<Self>;
}

/// A type of floats.
pub(super) trait Float: Element {
    /// What the elements are widened to before they are read in bulk.
    type Lane: Copy + Default + Into<f64>;
    /// The least normal number.
    const MIN_POSITIVE: f64;
    /// The distance between 1 and the next greater number.
    const EPSILON: f64;
    /// For each of the next narrower types, the nearest number of it.
    const NARROWER: &'static [fn(f64) -> f64];

    fn wide(self) -> f64;
    /// The nearest number of the type.
    fn narrow(x: f64) -> Self;
    fn lanes<'b>(chunk: &'b [Self], buffer: &'b mut [Self::Lane; CHUNK]) -> &'b [Self::Lane];

    /// The distance between a finite `x` and the next number of the type away from zero: a power of two.
    #[inline(always)]
    fn spacing(x: f64) -> f64 {
        // The power of two below: 0 for what is subnormal in `f64`.
        let power = f64::from_bits(x.to_bits() & 0x7ff0_0000_0000_0000);
        // No NaN, for which `f64::max` would need another instruction.
        (if power > Self::MIN_POSITIVE { power } else { Self::MIN_POSITIVE }) * Self::EPSILON
    }
}

/// A type whose values are compared exactly.
pub(super) trait Exact: Element + Eq {
    /// How far apart the two are and how large the second one is; none for truth values and characters.
    fn distance(self, other: Self) -> Option<(f64, f64)>;
}

macro_rules! float {
    ($type:ident $variant:ident $lane:ident, |$x:ident| $wide:expr, |$y:ident| $narrow:expr, $min:expr, $epsilon:expr, $narrower:expr,
     |$chunk:ident, $buffer:ident| $lanes:expr) => {
        impl Element for $type {
            fn number(self) -> Number {
                Number::$variant(self)
            }
            fn negated(self) -> Option<Self> {
                Some(-self)
            }
        }

        impl Float for $type {
            type Lane = $lane;
            const MIN_POSITIVE: f64 = $min;
            const EPSILON: f64 = $epsilon;
            const NARROWER: &'static [fn(f64) -> f64] = $narrower;

            #[inline(always)]
            fn wide(self) -> f64 {
                let $x = self;
                $wide
            }
            fn narrow($y: f64) -> Self {
                $narrow
            }
            #[inline(always)]
            fn lanes<'b>($chunk: &'b [Self], $buffer: &'b mut [$lane; CHUNK]) -> &'b [$lane] {
                $lanes
            }
        }
    };
}

#[cfg(feature = "half")]
float!(f16 F16 f32, |x| x.to_f64(), |y| f16::from_f64(y), 1.0 / (1_u64 << 14) as f64, 1.0 / (1_u64 << 10) as f64, &[],
|chunk, buffer| {
    let buffer = &mut buffer[..chunk.len()];
    half::slice::HalfFloatSliceExt::convert_to_f32_slice(chunk, buffer);
    buffer
});
#[cfg(feature = "half")]
float!(bf16 BF16 f32, |x| x.to_f64(), |y| bf16::from_f64(y), f32::MIN_POSITIVE as f64, 1.0 / (1_u64 << 7) as f64, &[],
|chunk, buffer| {
    // The upper half of an `f32`.
    for (wide, narrow) in buffer.iter_mut().zip(chunk) {
        *wide = f32::from_bits(u32::from(narrow.to_bits()) << 16);
    }
    &buffer[..chunk.len()]
});
float!(f32 F32 f32, |x| f64::from(x), |y| y as f32, f32::MIN_POSITIVE as f64, f32::EPSILON as f64,
&[|x| round(x, 10, 15), |x| round(x, 7, 127)], |chunk, _buffer| chunk);
float!(f64 F64 f64, |x| x, |y| y, f64::MIN_POSITIVE, f64::EPSILON, &[|x| f64::from(x as f32)], |chunk, _buffer| chunk);

/// The nearest number of a type of floats with so many bits behind the point and so large an exponent, the even one of two.
fn round(x: f64, bits: i32, largest: i32) -> f64 {
    let power = f64::from_bits(x.to_bits() & 0x7ff0_0000_0000_0000);
    let unit = power.max(2_f64.powi(1 - largest)) * 2_f64.powi(-bits);
    // Both are exact: the unit is a power of two.
    let rounded = (x / unit).round_ties_even() * unit;
    if rounded.abs() < 2_f64.powi(largest) * 2.0 { rounded } else { x * f64::INFINITY }
}

macro_rules! integer {
    ($($type:ident $flip:expr;)*) => {$(
        impl Element for $type {
            fn number(self) -> Number {
                Number::Integer(self as i128)
            }
            fn negated(self) -> Option<Self> {
                let flip: fn($type) -> Option<$type> = $flip;
                flip(self)
            }
        }

        impl Exact for $type {
            fn distance(self, other: Self) -> Option<(f64, f64)> {
                Some((self.abs_diff(other) as f64, other.abs_diff(0) as f64))
            }
        }
    )*};
}

integer! {
    i8 |x| Some(x.wrapping_neg());
    i16 |x| Some(x.wrapping_neg());
    i32 |x| Some(x.wrapping_neg());
    i64 |x| Some(x.wrapping_neg());
    i128 |x| Some(x.wrapping_neg());
    isize |x| Some(x.wrapping_neg());
    u8 |_| None;
    u16 |_| None;
    u32 |_| None;
    u64 |_| None;
    usize |_| None;
}

/// Types of which no value has another sign.
macro_rules! unsigned {
    ($($type:ident $variant:ident |$x:ident, $y:ident| $distance:expr;)*) => {$(
        impl Element for $type {
            fn number(self) -> Number {
                Number::$variant(self)
            }
            fn negated(self) -> Option<Self> {
                None
            }
        }

        impl Exact for $type {
            fn distance(self, other: Self) -> Option<(f64, f64)> {
                let ($x, $y) = (self, other);
                $distance
            }
        }
    )*};
}

unsigned! {
    u128 Unsigned |x, y| Some((x.abs_diff(y) as f64, y as f64));
    bool Bool |_x, _y| None;
    char Char |_x, _y| None;
    Duration Duration |x, y| Some((x.abs_diff(y).as_secs_f64(), y.as_secs_f64()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spacing_is_that_of_the_type_itself() {
        for x in [1.0_f32, 1.999, 2.0, 1e-38, 1e-40, 0.0, 3e38] {
            let next = f64::from(x.next_up()) - f64::from(x);
            assert_eq!(f32::spacing(f64::from(x)), next, "{x}");
            assert_eq!(f32::spacing(-f64::from(x)), next, "{x}");
        }
        for x in [1.0_f64, 1.999, 2.0, 1e-308, 1e-320, 0.0, 1e308] {
            assert_eq!(f64::spacing(x), x.next_up() - x, "{x}");
        }
        // Every positive float of 16 bits but the largest, whose next one is infinite.
        for bits in 0..f16::MAX.to_bits() {
            let (here, next) = (f16::from_bits(bits).wide(), f16::from_bits(bits + 1).wide());
            assert_eq!(f16::spacing(here), next - here, "{here}");
        }
        for bits in 0..bf16::MAX.to_bits() {
            let (here, next) = (bf16::from_bits(bits).wide(), bf16::from_bits(bits + 1).wide());
            assert_eq!(bf16::spacing(here), next - here, "{here}");
        }
    }

    #[test]
    fn rounding_is_that_of_the_types_of_16_bits() {
        let same = |ours: f64, theirs: f64| ours.to_bits() == theirs.to_bits() || ours.is_nan() && theirs.is_nan();
        // Every number of either type, what lies half way to the next one, and what lies just beside that.
        for bits in 0..=u16::MAX {
            for x in [f16::from_bits(bits).to_f64(), bf16::from_bits(bits).to_f64()] {
                for half_way in [x, x + f16::spacing(x) / 2.0, x + bf16::spacing(x) / 2.0] {
                    // Not `from_f64`, which reads no more than the first 20 bits behind the point.
                    let half_way = half_way as f32;
                    for x in [half_way, half_way.next_up(), half_way.next_down()] {
                        assert!(same(round(f64::from(x), 10, 15), f16::from_f32(x).to_f64()), "{x:?}");
                        assert!(same(round(f64::from(x), 7, 127), bf16::from_f32(x).to_f64()), "{x:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn lanes_hold_the_values_of_every_float_of_16_bits() {
        for start in (0..=u16::MAX).step_by(CHUNK) {
            let bits: Vec<u16> = (start..=start + (CHUNK - 1) as u16).collect();
            let same = |lane: f32, wide: f64| f64::from(lane) == wide || lane.is_nan() && wide.is_nan();
            let mut buffer = [0.0; CHUNK];
            let half: Vec<f16> = bits.iter().map(|bits| f16::from_bits(*bits)).collect();
            assert!(f16::lanes(&half, &mut buffer).iter().zip(&half).all(|(lane, x)| same(*lane, x.wide())), "{start}");
            let brain: Vec<bf16> = bits.iter().map(|bits| bf16::from_bits(*bits)).collect();
            assert!(
                bf16::lanes(&brain, &mut buffer).iter().zip(&brain).all(|(lane, x)| same(*lane, x.wide())),
                "{start}"
            );
        }
    }
}
