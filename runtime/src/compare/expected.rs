//! A value with the one that is expected of it.

use std::fmt;

use super::{Compare, Computed};

/// A value with the one that is expected of it: a golden one, a published vector, what somebody has worked out by hand. A
/// check returns it, and the two are compared as a differential check's value is with the baseline's: within the same
/// tolerances, with the same reports, and also on the baseline.
///
/// ```
/// use crosscheck::compare::Expected;
/// use crosscheck::conformance;
/// # trait Kernels: Send + Sync {
/// #     fn sqrt(&self, x: &[f32]) -> Result<Vec<f32>, String>;
/// # }
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Feature {}
/// # impl crosscheck::Subject for dyn Kernels {
/// #     type Feature = Feature;
/// #     const BASELINE: &'static str = "reference";
/// # }
///
/// #[conformance]
/// fn roots(kernels: &dyn Kernels) -> Result<Expected<Vec<f32>>, String> {
///     let roots = kernels.sqrt(&[2.0, 3.0])?;
///     Ok(Expected::new(roots, vec![1.414_213_6, 1.732_050_8]))
/// }
/// ```
///
/// [`Computed::against`] makes one of a value that knows its inputs and budget.
pub struct Expected<T> {
    pub(super) actual: Computed<T>,
    pub(super) expected: T,
}

impl<T: Compare> Expected<T> {
    /// What a backend has computed, and what is expected.
    pub fn new(actual: T, expected: T) -> Self {
        Computed::new(actual).against(expected)
    }
}

impl<T: Compare> Computed<T> {
    /// This value with the one that is expected. A budget is made of the latter.
    pub fn against(self, expected: T) -> Expected<T> {
        Expected { actual: self, expected }
    }
}

impl<T: fmt::Debug> fmt::Debug for Expected<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { actual, expected } = self;
        f.debug_struct("Expected").field("actual", &actual.value).field("expected", expected).finish()
    }
}
