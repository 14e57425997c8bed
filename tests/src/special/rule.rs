//! How numbers are rounded, and what is asserted of each.

use std::fmt::Display;

use crosscheck_backends::{Dtype, Tensor};

/// The numbers that a type of floats has.
#[derive(Clone, Copy)]
pub struct Numbers {
    /// Binary digits, the one in front included.
    pub digits: i32,
    /// The least normal number is two to this power.
    pub lowest: i32,
    /// The largest number is below two to one more than this power.
    pub highest: i32,
}

impl Numbers {
    pub fn of(dtype: Dtype) -> Self {
        let (digits, lowest, highest) = match dtype {
            Dtype::F32 => (24, -126, 127),
            Dtype::F16 => (11, -14, 15),
            Dtype::BF16 => (8, -126, 127),
            Dtype::F64 | Dtype::I64 | Dtype::I32 | Dtype::I8 | Dtype::U8 | Dtype::Bool => (53, -1022, 1023),
        };
        Self { digits, lowest, highest }
    }

    /// Half the distance from 1 to the next number.
    pub fn roundoff(self) -> f64 {
        power(-self.digits)
    }

    /// The same, of 32 bits at most: that a function has all digits of a wider type is a check of its own.
    pub fn coarse_roundoff(self) -> f64 {
        self.roundoff().max(power(-24))
    }

    /// The least number above 0, a subnormal one.
    pub fn quantum(self) -> f64 {
        power(self.lowest - self.digits + 1)
    }

    /// The least normal number.
    pub fn least(self) -> f64 {
        power(self.lowest)
    }

    /// The largest number.
    pub fn most(self) -> f64 {
        (2.0 - power(1 - self.digits)) * power(self.highest)
    }

    /// The nearest number, ties to even: how many units of the last digit there are, as a whole number.
    pub fn nearest(self, x: f64) -> f64 {
        if self.digits == 53 || x == 0.0 || !x.is_finite() {
            return x;
        }
        // What is below the least normal number of 64 bits is below half of any quantum of fewer bits.
        let exponent = (x.to_bits() >> 52 & 0x7ff) as i32 - 1023;
        let unit = power((exponent.max(self.lowest)) - self.digits + 1);
        let rounded = (x / unit).round_ties_even() * unit;
        if rounded.abs() > self.most() { f64::INFINITY.copysign(x) } else { rounded }
    }
}

/// Two to a whole power, as 64 bits hold it.
pub fn power(exponent: i32) -> f64 {
    if exponent < -1022 {
        f64::from_bits(1 << (exponent + 1074))
    } else {
        f64::from_bits(((exponent + 1023) as u64) << 52)
    }
}

/// The nearest number of this type.
pub fn nearest(dtype: Dtype, x: f64) -> f64 {
    Numbers::of(dtype).nearest(x)
}

/// The nearest float of so many digits to a whole number, ties to even: of what is longer, the digits behind are cut off, and
/// the last one that is left is one more where these are more than half of it, or half and it is odd.
pub fn nearest_of_whole(dtype: Dtype, x: i64) -> f64 {
    let (numbers, size) = (Numbers::of(dtype), i128::from(x).abs());
    let length = 128 - size.leading_zeros() as i32;
    let behind = (length - numbers.digits).max(0);
    let (kept, rest, half) = (size >> behind, size & ((1 << behind) - 1), (1_i128 << behind) >> 1);
    let up = behind > 0 && (rest > half || rest == half && kept % 2 == 1);
    // So few digits are a 64-bit float.
    let rounded = (kept + i128::from(up)) as f64 * power(behind);
    let rounded = if rounded > numbers.most() { f64::INFINITY } else { rounded };
    if x < 0 { -rounded } else { rounded }
}

/// The least and the largest number of a type of integers; of truth values, 0 and 1.
pub fn ends(dtype: Dtype) -> [i64; 2] {
    match dtype {
        Dtype::I64 => [i64::MIN, i64::MAX],
        Dtype::I32 => [i32::MIN.into(), i32::MAX.into()],
        Dtype::I8 => [i8::MIN.into(), i8::MAX.into()],
        Dtype::U8 => [0, u8::MAX.into()],
        Dtype::Bool => [0, 1],
        dtype => panic!("{dtype} has no whole ends"),
    }
}

/// What is left of a whole number in a type of integers: the number that differs from it by a multiple of how many the type has.
pub fn wrapped(dtype: Dtype, x: i64) -> i64 {
    let [least, most] = ends(dtype).map(i128::from);
    (((i128::from(x) - least).rem_euclid(most - least + 1)) + least) as i64
}

/// Asserts that each element is this integer or truth value.
#[track_caller]
pub fn assert_whole<T: Display>(made: &Tensor, expected: &[i64], of: impl Fn(usize) -> T) {
    let values = made.to_i64().unwrap_or_else(|| panic!("floats, {made:?}, instead of integers"));
    assert_eq!(values.len(), expected.len(), "number of elements");
    if let Some(at) = values.iter().zip(expected).position(|(value, expected)| value != expected) {
        panic!("of {} it is {} instead of {}", of(at), values[at], expected[at]);
    }
}

/// Asserts that each element is this one, the signs of zeros included; NaN is NaN. `of` names what an element was made of.
#[track_caller]
pub fn assert_exact<T: Display>(made: &Tensor, expected: &[f64], of: impl Fn(usize) -> T) {
    let same = |made: f64, expected: f64| {
        made.is_nan() && expected.is_nan() || made == expected && made.is_sign_negative() == expected.is_sign_negative()
    };
    assert_each(made, expected, same, of);
}

/// The same, where the sign of a zero is not specified.
#[track_caller]
pub fn assert_equal<T: Display>(made: &Tensor, expected: &[f64], of: impl Fn(usize) -> T) {
    assert_each(made, expected, |made, expected| made == expected || made.is_nan() && expected.is_nan(), of);
}

/// Asserts that each element is this one, up to what `allowed` says of the element of this number. What is expected to be infinite or NaN is,
/// and nothing else is.
#[track_caller]
pub fn assert_within<T: Display>(
    made: &Tensor,
    expected: &[f64],
    allowed: impl Fn(usize) -> f64,
    of: impl Fn(usize) -> T,
) {
    let numbers = Numbers::of(made.dtype());
    let at = std::cell::Cell::new(0);
    let same = |made: f64, expected: f64| {
        let allowed = allowed(at.replace(at.get() + 1));
        // What is near the largest number may be rounded to the infinite, and the other way round.
        let cut = |x: f64| {
            if x.abs() == f64::INFINITY { (numbers.most() * (1.0 + numbers.roundoff())).copysign(x) } else { x }
        };
        match (made.is_nan(), expected.is_nan()) {
            (false, false) => made == expected || (cut(made) - cut(numbers.nearest(expected))).abs() <= allowed,
            (made, expected) => made == expected,
        }
    };
    assert_each(made, expected, same, of);
}

#[track_caller]
fn assert_each<T: Display>(made: &Tensor, expected: &[f64], same: impl Fn(f64, f64) -> bool, of: impl Fn(usize) -> T) {
    let values = made.to_f64();
    assert_eq!(values.len(), expected.len(), "number of elements");
    let wrong = values.iter().zip(expected).position(|(value, expected)| !same(*value, *expected));
    if let Some(at) = wrong {
        panic!("of {} it is {:e} instead of {:e}", of(at), values[at], expected[at]);
    }
}
