//! How two values disagree.

use std::fmt;

use super::Tolerance;

/// How a value disagrees with the baseline's.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Mismatch {
    /// The two have different types of elements.
    Dtype {
        /// The backend's.
        actual: String,
        /// The baseline's.
        expected: String,
    },
    /// The two have different shapes; nothing is broadcast.
    Shape {
        /// The backend's.
        actual: Vec<usize>,
        /// The baseline's.
        expected: Vec<usize>,
    },
    /// A value does not hold as many elements as its shape says.
    Length {
        /// Whose value: `actual` or `expected`.
        side: &'static str,
        /// The shape.
        shape: Vec<usize>,
    },
    /// Elements disagree.
    Elements(Box<Differences>),
    /// The two values are of different Rust types.
    Type,
}

/// The elements that disagree.
#[derive(Clone, Debug, PartialEq)]
pub struct Differences {
    /// How many elements there are.
    pub total: usize,
    /// How many of them disagree in any way.
    pub wrong: usize,
    /// The first few, in row-major order.
    pub first: Vec<Difference>,
    /// The finite pair with the largest absolute difference.
    pub largest: Option<Difference>,
    /// The largest difference in units in the last place of the baseline's element, infinite where one of the two is not
    /// finite; `None` for elements that are no floats.
    pub ulps: Option<f64>,
    /// How many disagree in what kind of special value.
    pub special: Special,
    /// What was allowed.
    pub tolerance: Tolerance,
}

/// One element that disagrees.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Its index, one number a dimension.
    pub index: Vec<usize>,
    /// The backend's value.
    pub actual: f64,
    /// The baseline's.
    pub expected: f64,
}

/// Elements that disagree in being NaN, or in being infinite or its sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Special {
    /// One is NaN, the other is not.
    pub nan: usize,
    /// One is infinite, the other is not or has the other sign.
    pub infinite: usize,
}

impl Mismatch {
    /// The largest difference in units in the last place, infinite where dtype or shape disagree; `None` for elements that
    /// are no floats.
    pub fn ulps(&self) -> Option<f64> {
        match self {
            Self::Elements(differences) => differences.ulps,
            Self::Dtype { .. } | Self::Shape { .. } | Self::Length { .. } | Self::Type => Some(f64::INFINITY),
        }
    }

    /// The share of the elements that disagree, from 0 to 1; all of them where dtype or shape disagree.
    pub fn share(&self) -> f64 {
        match self {
            Self::Elements(differences) => differences.wrong as f64 / differences.total as f64,
            Self::Dtype { .. } | Self::Shape { .. } | Self::Length { .. } | Self::Type => 1.0,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { index, actual, expected } = self;
        write!(f, "{index:?} {actual:e} instead of {expected:e}")?;
        let absolute = (actual - expected).abs();
        if absolute.is_finite() {
            write!(f, " (off by {absolute:.3e}")?;
            if *expected != 0.0 {
                write!(f, ", {:.2e} of it", absolute / expected.abs())?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dtype { actual, expected } => write!(f, "dtype {actual} instead of {expected}"),
            Self::Shape { actual, expected } => write!(f, "shape {actual:?} instead of {expected:?}"),
            Self::Length { side, shape } => {
                write!(f, "the {side} value does not hold the number of elements of its shape {shape:?}")
            }
            Self::Type => f.write_str("the value is of another Rust type than the baseline's"),
            Self::Elements(differences) => differences.fmt(f),
        }
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { total, wrong, first, largest, ulps, special, tolerance } = self;
        let share = 100.0 * *wrong as f64 / *total as f64;
        write!(f, "{wrong} of {total} elements ({share:.1} %) disagree; allowed: {tolerance}")?;
        if special.nan > 0 {
            write!(f, "\n  {} disagree in being NaN", special.nan)?;
        }
        if special.infinite > 0 {
            write!(f, "\n  {} disagree in being infinite, or in its sign", special.infinite)?;
        }
        if let Some(largest) = largest {
            write!(f, "\n  largest difference: {largest}")?;
        }
        if let Some(ulps) = ulps.filter(|ulps| ulps.is_finite()) {
            write!(f, "\n  largest difference in units in the last place: {ulps:.2e}")?;
        }
        let what = if first.len() < *wrong { "first" } else { "all" };
        write!(f, "\n  {what} of them:")?;
        first.iter().try_for_each(|difference| write!(f, "\n    {difference}"))
    }
}
