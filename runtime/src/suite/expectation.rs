//! How a body that is expected to fail has to fail.

/// The ways in which a body can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Failure {
    /// The body returned an error.
    Error,
    /// The body panicked; a failed assertion is a panic.
    Panic,
    /// The body's value disagrees with the baseline's.
    Mismatch,
    /// The body did not end in time.
    Timeout,
    /// The body ended its process.
    Crash,
}

impl Failure {
    /// Every way.
    pub const ALL: [Self; 5] = [Self::Error, Self::Panic, Self::Mismatch, Self::Timeout, Self::Crash];

    /// The failure in words: `an error`, `a panic`, `a mismatch`, `a timeout`, `a crash`.
    pub const fn with_article(self) -> &'static str {
        match self {
            Self::Error => "an error",
            Self::Panic => "a panic",
            Self::Mismatch => "a mismatch",
            Self::Timeout => "a timeout",
            Self::Crash => "a crash",
        }
    }
}

/// The failure that an expected failure has to show; `None` accepts any.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Signature {
    /// How the body has to fail.
    pub failure: Option<Failure>,
    /// What the failure's text has to contain.
    pub text: Option<&'static str>,
    /// How far off the values must be, for a mismatch.
    pub bounds: Bounds,
}

/// How far off the values of an expected mismatch are; `None` does not ask.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    /// The least and the greatest value of the largest difference, in units in the last place of the baseline's element.
    pub ulps: Option<(f64, f64)>,
    /// The least and the greatest share of the elements that disagree, from 0 to 1.
    pub share: Option<(f64, f64)>,
}

impl Bounds {
    /// Any mismatch.
    pub const ANY: Self = Self { ulps: None, share: None };
}
