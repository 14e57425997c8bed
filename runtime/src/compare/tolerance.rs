//! How far apart two finite floats may be.

use std::fmt;

use super::Dtype;

/// How far a finite float may be from what is expected: `|actual − expected| ≤ atol + rtol · |expected|`, or a number of units
/// in the last place of `expected`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    measure: Measure,
    reason: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Measure {
    Bounds { rtol: f64, atol: f64 },
    Ulps(f64),
}

/// A budget that no comparison can mean.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a budget entry must be finite and ≥ 0 (got {allowed} at index {at})")]
pub struct BudgetError {
    /// The index of the first such entry.
    at: usize,
    /// The entry.
    allowed: f64,
}

impl Tolerance {
    /// Equality.
    pub const EXACT: Self = Self::of(0.0, 0.0);
    /// For 16-bit floats with 10 bits of fraction; see [`Terms::DEFAULT`].
    pub const F16: Self = Self::of(1e-3, 1e-5);
    /// For 16-bit floats with 7 bits of fraction.
    pub const BF16: Self = Self::of(1.6e-2, 1e-5);
    /// For 32-bit floats.
    pub const F32: Self = Self::of(1.3e-6, 1e-5);
    /// For 64-bit floats.
    pub const F64: Self = Self::of(1e-12, 1e-12);

    /// One whose numbers are known to make sense.
    pub(crate) const fn of(rtol: f64, atol: f64) -> Self {
        Self { measure: Measure::Bounds { rtol, atol }, reason: None }
    }

    /// The same in units in the last place.
    pub(crate) const fn of_ulps(ulps: f64) -> Self {
        Self { measure: Measure::Ulps(ulps), reason: None }
    }

    /// A tolerance of one's own.
    ///
    /// ```
    /// use crosscheck::compare::Tolerance;
    ///
    /// const LOOSE: Tolerance = Tolerance::new(1e-3, 1e-6).because("sums in another order");
    /// assert_eq!(LOOSE.to_string(), "rtol 1e-3, atol 1e-6 (sums in another order)");
    /// ```
    ///
    /// # Panics
    /// When a number is negative, infinite or NaN. In a constant that is a compile error.
    #[track_caller]
    pub const fn new(rtol: f64, atol: f64) -> Self {
        assert!(is_amount(rtol) && is_amount(atol), "rtol and atol must be finite and ≥ 0");
        Self::of(rtol, atol)
    }

    /// So many times the distance between the expected value and the next float of its type, away from zero.
    ///
    /// # Panics
    /// When the number is negative, infinite or NaN. In a constant that is a compile error.
    #[track_caller]
    pub const fn ulps(ulps: f64) -> Self {
        assert!(is_amount(ulps), "a number of units in the last place must be finite and ≥ 0");
        Self::of_ulps(ulps)
    }

    /// The same tolerance; every mismatch prints why it is the right one.
    #[must_use]
    pub const fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// Whether only equal values agree.
    pub const fn is_exact(&self) -> bool {
        match self.measure {
            Measure::Bounds { rtol, atol } => rtol == 0.0 && atol == 0.0,
            Measure::Ulps(ulps) => ulps == 0.0,
        }
    }

    /// Whether somebody has said why it is the right one.
    pub(super) const fn has_reason(&self) -> bool {
        self.reason.is_some()
    }

    pub(super) const fn measure(&self) -> Measure {
        self.measure
    }
}

/// The tolerance of each type of float.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerances {
    /// Of `f16`.
    pub f16: Tolerance,
    /// Of `bf16`.
    pub bf16: Tolerance,
    /// Of `f32`.
    pub f32: Tolerance,
    /// Of `f64`.
    pub f64: Tolerance,
}

impl Tolerances {
    /// See [`Terms::DEFAULT`].
    pub const DEFAULT: Self =
        Self { f16: Tolerance::F16, bf16: Tolerance::BF16, f32: Tolerance::F32, f64: Tolerance::F64 };

    /// The tolerance of a type; that of what is no float is [`Tolerance::EXACT`].
    pub const fn of(&self, dtype: Dtype) -> Tolerance {
        match dtype {
            Dtype::F16 => self.f16,
            Dtype::BF16 => self.bf16,
            Dtype::F32 => self.f32,
            Dtype::F64 => self.f64,
            _ => Tolerance::EXACT,
        }
    }
}

impl Default for Tolerances {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How far off each element of a float array may be, in row-major order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget<'t>(&'t [f64]);

impl<'t> Budget<'t> {
    /// A budget of these absolute differences.
    ///
    /// # Errors
    /// When one of them is negative, infinite or NaN.
    pub fn new(allowed: &'t [f64]) -> Result<Self, BudgetError> {
        match allowed.iter().position(|allowed| !is_amount(*allowed)) {
            None => Ok(Self(allowed)),
            Some(at) => Err(BudgetError { at, allowed: allowed[at] }),
        }
    }

    pub(super) const fn allowed(&self) -> &'t [f64] {
        self.0
    }
}

/// What two values have to agree in: the tolerance of each type of float, and what becomes of zeros and subnormals.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[must_use]
pub struct Terms<'t> {
    /// The tolerance of each type of float.
    pub(crate) table: Tolerances,
    /// A tolerance in place of the table's; what is no float is compared exactly anyway.
    pub(crate) overriding: Option<Tolerance>,
    /// What each element of the only float array is allowed, in place of any tolerance.
    pub(crate) budget: Option<Budget<'t>>,
    /// Whether -0 agrees with 0.
    pub(crate) signed_zeros: SignedZeros,
    /// Whether a float below the smallest normal one agrees with 0.
    pub(crate) subnormals: Subnormals,
}

impl<'t> Terms<'t> {
    /// [`Tolerance::F16`], [`BF16`](Tolerance::BF16), [`F32`](Tolerance::F32) and [`F64`](Tolerance::F64) for their types;
    /// -0 agrees with 0, and subnormals are numbers like others.
    ///
    /// Up to 32 bits the numbers are the defaults of `torch.testing.assert_close`, from the table in its documentation
    /// (<https://docs.pytorch.org/docs/stable/testing.html>): rtol and atol of `float16` are 1e-3 and 1e-5, of `bfloat16`
    /// 1.6e-2 and 1e-5, of `float32` 1.3e-6 and 1e-5. Those of `float64`, 1e-7 and 1e-7, would accept every value that was
    /// computed in 32 bits, which is off by 2^-24 ≈ 6e-8 at the most. Here they are 1e-12 and 1e-12, as NumPy's tests of linear
    /// algebra have it (`numpy/linalg/tests/test_linalg.py`: 6 decimals of `float32`, 12 of `float64`): nine thousand roundings of
    /// 64 bits.
    pub const DEFAULT: Self = Self {
        table: Tolerances::DEFAULT,
        overriding: None,
        budget: None,
        signed_zeros: SignedZeros::Ignore,
        subnormals: Subnormals::Ignore,
    };

    /// With this tolerance for `f16`.
    pub const fn f16(self, tolerance: Tolerance) -> Self {
        Self { table: Tolerances { f16: tolerance, ..self.table }, ..self }
    }

    /// With this tolerance for `bf16`.
    pub const fn bf16(self, tolerance: Tolerance) -> Self {
        Self { table: Tolerances { bf16: tolerance, ..self.table }, ..self }
    }

    /// With this tolerance for `f32`.
    pub const fn f32(self, tolerance: Tolerance) -> Self {
        Self { table: Tolerances { f32: tolerance, ..self.table }, ..self }
    }

    /// With this tolerance for `f64`.
    pub const fn f64(self, tolerance: Tolerance) -> Self {
        Self { table: Tolerances { f64: tolerance, ..self.table }, ..self }
    }

    /// With this tolerance for floats of every type.
    pub const fn all_floats(self, tolerance: Tolerance) -> Self {
        Self { overriding: Some(tolerance), ..self }
    }

    /// -0 does not agree with 0. It does otherwise, whatever the tolerance, `tolerance(exact)` too.
    ///
    /// ```
    /// use crosscheck::compare::Terms;
    ///
    /// assert!(Terms::DEFAULT.compare(&-0.0_f32, &0.0_f32).is_ok());
    /// assert!(Terms::DEFAULT.keep_signed_zeros().compare(&-0.0_f32, &0.0_f32).is_err());
    /// ```
    pub const fn keep_signed_zeros(self) -> Self {
        Self { signed_zeros: SignedZeros::MustAgree, ..self }
    }

    /// A float below the smallest normal one of its type agrees with 0, in either direction: a backend may flush it.
    pub const fn may_flush_subnormals(self) -> Self {
        Self { subnormals: Subnormals::MayBeFlushed, ..self }
    }

    /// A float below the smallest normal one of its type does not agree with 0, however much the tolerance allows.
    pub const fn keep_subnormals(self) -> Self {
        Self { subnormals: Subnormals::MustBeKept, ..self }
    }

    /// All of them, a line each, for the reader.
    pub(crate) fn described(&self) -> Vec<String> {
        let Tolerances { f16, bf16, f32, f64 } = self.table;
        let floats = match self.overriding {
            Some(tolerance) => vec![format!("every float: {tolerance}")],
            None => [("f16", f16), ("bf16", bf16), ("f32", f32), ("f64", f64)]
                .map(|(dtype, tolerance)| format!("{dtype}: {tolerance}"))
                .to_vec(),
        };
        let zeros = match self.signed_zeros {
            SignedZeros::Ignore => "-0 agrees with 0",
            SignedZeros::MustAgree => "-0 does not agree with 0",
        };
        let subnormals = match self.subnormals {
            Subnormals::Ignore => "as the tolerance says",
            Subnormals::MayBeFlushed => "may be flushed to 0",
            Subnormals::MustBeKept => "must be kept",
        };
        floats.into_iter().chain([format!("zeros: {zeros}"), format!("subnormals: {subnormals}")]).collect()
    }

    /// The tolerance for a type, and whether it is the table's.
    pub(super) fn tolerance(&self, dtype: Dtype) -> (Tolerance, bool) {
        match self.overriding {
            Some(tolerance) if dtype.is_float() => (tolerance, false),
            _ => (self.table.of(dtype), true),
        }
    }
}

/// Whether -0 agrees with 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignedZeros {
    /// It does.
    #[default]
    Ignore,
    /// It does not.
    MustAgree,
}

/// Whether a float below the smallest normal one of its type agrees with 0, in either direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subnormals {
    /// As the tolerance says.
    #[default]
    Ignore,
    /// It does: a backend may flush it to zero.
    MayBeFlushed,
    /// It does not, however much the tolerance allows.
    MustBeKept,
}

const fn is_amount(x: f64) -> bool {
    x >= 0.0 && x.is_finite()
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.measure {
            _ if self.is_exact() => f.write_str("nothing but equality")?,
            Measure::Bounds { rtol, atol } => write!(f, "rtol {rtol:e}, atol {atol:e}")?,
            Measure::Ulps(ulps) => write!(f, "{ulps} units in the last place")?,
        }
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
        let refused = |make: fn(f64) -> Tolerance, bad| std::panic::catch_unwind(|| make(bad)).is_err();
        for bad in [-1e-3, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(refused(|bad| Tolerance::new(bad, 0.0), bad), "{bad}");
            assert!(refused(|bad| Tolerance::new(0.0, bad), bad), "{bad}");
            assert!(refused(Tolerance::ulps, bad), "{bad}");
            let error = Budget::new(&[0.0, 1.0, bad]).unwrap_err();
            assert_eq!(error.to_string(), format!("a budget entry must be finite and ≥ 0 (got {bad} at index 2)"));
        }
        let _ = (Tolerance::new(0.0, f64::MAX), Tolerance::ulps(0.5));
        assert!(Budget::new(&[]).is_ok());
    }

    #[test]
    fn terms_are_described_in_all_that_they_say() {
        let common = ["f16: rtol 1e-3, atol 1e-5", "bf16: rtol 1.6e-2, atol 1e-5", "f32: rtol 1.3e-6, atol 1e-5"];
        let rest = ["f64: rtol 1e-12, atol 1e-12", "zeros: -0 agrees with 0", "subnormals: as the tolerance says"];
        assert_eq!(Terms::DEFAULT.described(), [common, rest].concat());
        let own = Terms::DEFAULT.all_floats(Tolerance::ulps(4.0).because("so it is")).keep_signed_zeros();
        let floats = "every float: 4 units in the last place (so it is)";
        let described = [floats, "zeros: -0 does not agree with 0", "subnormals: may be flushed to 0"];
        assert_eq!(own.may_flush_subnormals().described(), described);
        assert_eq!(own.keep_subnormals().described()[2], "subnormals: must be kept");
    }

    #[test]
    fn a_table_can_be_a_constant() {
        const LOOSE: Terms<'_> = Terms::DEFAULT.f32(Tolerance::ulps(4.0).because("it adds in another order"));
        assert_eq!(LOOSE.table.of(Dtype::F32).to_string(), "4 units in the last place (it adds in another order)");
        assert_eq!(LOOSE.table.of(Dtype::F64), Tolerance::F64);
        assert!(LOOSE.table.of(Dtype::I64).is_exact() && LOOSE.table.of(Dtype::Bool).is_exact());
        let set = LOOSE.f16(Tolerance::F64).bf16(Tolerance::F32).f64(Tolerance::EXACT).table;
        assert_eq!([set.f16, set.bf16, set.f64], [Tolerance::F64, Tolerance::F32, Tolerance::EXACT]);
    }

    #[test]
    fn a_tolerance_of_ones_own_is_for_floats() {
        let loose = Tolerance::new(1.0, 1.0);
        let terms = Terms { overriding: Some(loose), ..Terms::default() };
        assert_eq!(terms.tolerance(Dtype::F16), (loose, false));
        assert_eq!(terms.tolerance(Dtype::I8), (Tolerance::EXACT, true));
        assert_eq!(Terms::default().tolerance(Dtype::BF16), (Tolerance::BF16, true));
    }
}
