//! How far apart two finite floats may be.

use std::fmt;

/// `|actual − expected| ≤ atol + rtol · |expected|`.
///
/// The constants are the defaults of `torch.testing.assert_close` (PyTorch 2 documentation, table "default
/// tolerances" by dtype).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    rtol: f64,
    atol: f64,
    reason: Option<&'static str>,
}

/// A tolerance that no comparison can mean.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a tolerance is two finite numbers that are not negative, not rtol = {rtol}, atol = {atol}")]
pub struct ToleranceError {
    rtol: f64,
    atol: f64,
}

impl Tolerance {
    /// Equality, for integers and booleans.
    pub const EXACT: Self = Self { rtol: 0.0, atol: 0.0, reason: None };
    /// For 16-bit floats with 10 bits of fraction.
    pub const F16: Self = Self { rtol: 1e-3, atol: 1e-5, reason: None };
    /// For 16-bit floats with 7 bits of fraction.
    pub const BF16: Self = Self { rtol: 1.6e-2, atol: 1e-5, reason: None };
    /// For 32-bit floats.
    pub const F32: Self = Self { rtol: 1.3e-6, atol: 1e-5, reason: None };
    /// For 64-bit floats.
    pub const F64: Self = Self { rtol: 1e-7, atol: 1e-7, reason: None };

    /// A tolerance of one's own.
    ///
    /// # Errors
    /// When a number is negative, infinite or NaN.
    pub const fn new(rtol: f64, atol: f64) -> Result<Self, ToleranceError> {
        if rtol >= 0.0 && atol >= 0.0 && rtol.is_finite() && atol.is_finite() {
            Ok(Self { rtol, atol, reason: None })
        } else {
            Err(ToleranceError { rtol, atol })
        }
    }

    /// A tolerance that a test sets for itself, whose numbers were checked; every mismatch prints the reason.
    pub(crate) const fn overriding(rtol: f64, atol: f64, reason: &'static str) -> Self {
        Self { rtol, atol, reason: Some(reason) }
    }

    /// Whether only equal values agree.
    pub const fn is_exact(&self) -> bool {
        self.rtol == 0.0 && self.atol == 0.0
    }

    /// Whether a finite `actual` is near enough to a finite `expected`.
    pub fn accepts(&self, actual: f64, expected: f64) -> bool {
        (actual - expected).abs() <= self.allowed(expected)
    }

    /// The largest absolute difference that is accepted at `expected`.
    pub fn allowed(&self, expected: f64) -> f64 {
        self.atol + self.rtol * expected.abs()
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rtol {:e}, atol {:e}", self.rtol, self.atol)?;
        match self.reason {
            Some(reason) => write!(f, " ({reason})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tolerance_that_means_nothing_is_refused() {
        for (rtol, atol) in [(-1e-3, 0.0), (0.0, -1.0), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert!(Tolerance::new(rtol, atol).is_err(), "{rtol} {atol}");
        }
    }

    #[test]
    fn exact_is_what_allows_no_difference_at_any_value() {
        for (rtol, atol, exact) in [(0.0, 0.0, true), (1e-3, 0.0, false), (0.0, 1e-3, false)] {
            assert_eq!(Tolerance::new(rtol, atol).unwrap().is_exact(), exact, "{rtol} {atol}");
        }
    }

    #[test]
    fn the_bound_is_inclusive_and_grows_with_the_expected_value() {
        let tolerance = Tolerance::new(0.5, 0.25).unwrap();
        assert!(tolerance.accepts(3.25, 2.0));
        assert!(!tolerance.accepts(3.26, 2.0));
        assert!(tolerance.accepts(2.0, 4.5) && !tolerance.accepts(4.5, 2.0));
    }
}
