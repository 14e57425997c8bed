//! Units in the last place.

/// The distance between `x` and the next greater number of the float type named `dtype` (`f16`, `bf16`, `f32`, `f64`), away
/// from zero; `None` for other types. `x` is finite.
///
/// IEEE 754: a float of `p` bits of significand has a spacing of `2^(e − p + 1)` from `2^e` on, and that of its least normal
/// exponent below that.
pub(crate) fn spacing(dtype: &str, x: f64) -> Option<f64> {
    let (precision, least) = match dtype {
        "f16" => (11, -14),
        "bf16" => (8, -126),
        "f32" => (24, -126),
        "f64" => (53, -1022),
        _ => return None,
    };
    // The exponent field of a subnormal f64 is 0, which is below every `least`.
    let exponent = (x.to_bits() >> 52 & 0x7ff) as i32 - 1023;
    Some(power_of_two(exponent.max(least) - precision + 1))
}

/// 2 to the power of an exponent that a subnormal f64 still has.
fn power_of_two(exponent: i32) -> f64 {
    match u64::try_from(exponent + 1023) {
        Ok(biased) if biased > 0 => f64::from_bits(biased << 52),
        _ => f64::from_bits(1 << (exponent + 1074)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spacing_is_that_of_the_type_itself() {
        for x in [1.0_f32, 1.999, 2.0, 1e-38, 1e-40, 0.0, 3e38] {
            let next = f64::from(x.next_up()) - f64::from(x);
            assert_eq!(spacing("f32", f64::from(x)), Some(next), "{x}");
            assert_eq!(spacing("f32", -f64::from(x)), Some(next), "{x}");
        }
        // The spacing of the first one is a power of two that no normal number is.
        for x in [f64::from_bits(52 << 52), 1.0, 1.999, 2.0, 1e-308, 1e-320, 0.0, 1e308] {
            assert_eq!(spacing("f64", x), Some(x.next_up() - x), "{x}");
        }
        // The 16-bit types: 10 and 7 bits of fraction; the least positive numbers are 2^-24 and 2^-133.
        assert_eq!(spacing("f16", 1.0), Some(2_f64.powi(-10)));
        assert_eq!(spacing("f16", 0.0), Some(2_f64.powi(-24)));
        assert_eq!(spacing("bf16", 1.0), Some(2_f64.powi(-7)));
        assert_eq!(spacing("bf16", 0.0), Some(2_f64.powi(-133)));
        assert_eq!(spacing("i32", 1.0), None);
    }
}
