//! The bounds of a mismatch, as a row has them.

/// Bounds that hold the values, in three digits: `12.0..=40.6`.
pub fn around(values: &[f64], of_share: bool) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(0.0, f64::max);
    let greatest = rounded(greatest, f64::ceil);
    let greatest = if of_share { greatest.min(1.0) } else { greatest };
    format!("{}..={}", literal(rounded(least, f64::floor)), literal(greatest))
}

/// Whether so many units in the last place say how far off a value is. Beside 0 they are those of the smallest number that there is.
pub fn is_measured(ulps: f64) -> bool {
    ulps.is_infinite() || ulps <= 2_f64.powi(60)
}

/// A number as it is written in a row.
pub fn literal(value: f64) -> String {
    if value.is_infinite() {
        return "f64::INFINITY".to_owned();
    }
    let is_long = value >= 1e6 || value > 0.0 && value < 1e-3;
    if is_long { format!("{value:e}") } else { format!("{value:?}") }
}

fn rounded(value: f64, how: fn(f64) -> f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value.max(0.0);
    }
    let digits = 2 - value.abs().log10().floor() as i32;
    // A power below 1 would not be exact.
    let power = 10_f64.powi(digits.abs());
    let shown = if digits < 0 { how(value / power) * power } else { how(value * power) / power };
    // What the division adds or takes is not to leave the value outside.
    let fits = if how(0.5) == 0.0 { shown <= value } else { shown >= value };
    if fits { shown } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bounds hold what was seen, at every size.
    #[test]
    fn bounds_hold_what_was_seen() {
        for exponent in -12..22 {
            for digits in [1.0, 1.234_567, 9.999_99, 3.3] {
                let value = digits * 10_f64.powi(exponent);
                let text = around(&[value], false);
                let (least, greatest) = text.split_once("..=").unwrap();
                let (least, greatest): (f64, f64) = (least.parse().unwrap(), greatest.parse().unwrap());
                assert!(least <= value && value <= greatest && greatest < value * 1.02, "{text} around {value}");
            }
        }
        assert_eq!(around(&[7.12345, 12.0], false), "7.12..=12.0");
        assert_eq!(around(&[1.0 / 3.0, 1.0], true), "0.333..=1.0");
        assert_eq!(around(&[123_456_789.0], false), "1.23e8..=1.24e8");
        assert_eq!(around(&[7.12345, f64::INFINITY], false), "7.12..=f64::INFINITY");
        assert_eq!(around(&[f64::INFINITY], false), "f64::INFINITY..=f64::INFINITY");
    }
}
