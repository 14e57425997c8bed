//! Whether a value agrees with the baseline's.

mod elements;
mod impls;
mod mismatch;
mod tolerance;
mod ulps;

pub use elements::elements;
pub use mismatch::{Difference, Differences, Mismatch, Special};
pub use tolerance::{Tolerance, ToleranceError};

/// A value that a differential test can return.
///
/// Implemented for floats, integers, `bool`, and vectors of them. A host implements it for its own tensors with
/// [`elements`], which does the work:
///
/// ```
/// use crosscheck::compare::{self, Compare, Mismatch, Tolerance};
///
/// struct Tensor { shape: Vec<usize>, data: Vec<f32> }
///
/// impl Compare for Tensor {
///     fn default_tolerance(&self) -> Tolerance { Tolerance::F32 }
///
///     fn compare(&self, expected: &Self, tolerance: &Tolerance) -> Result<(), Mismatch> {
///         compare::elements(
///             ("f32", &self.shape, self.data.iter().map(|x| f64::from(*x))),
///             ("f32", &expected.shape, expected.data.iter().map(|x| f64::from(*x))),
///             tolerance,
///         )
///     }
/// }
///
/// let tensor = |data: [f32; 2]| Tensor { shape: vec![2], data: data.to_vec() };
/// let mismatch = tensor([1.0, 2.5]).compare(&tensor([1.0, 2.0]), &Tolerance::F32).unwrap_err();
/// assert!(mismatch.to_string().starts_with("1 of 2 elements (50.0 %) disagree"));
/// ```
pub trait Compare: Send + 'static {
    /// Whether values of the type are always compared exactly, so that a tolerance makes no sense: integers and `bool`.
    const EXACT: bool = false;

    /// The tolerance for values like this one, unless a test overrides it. [`Tolerance::EXACT`] is not overridden.
    fn default_tolerance(&self) -> Tolerance;

    /// Compares with the baseline's value.
    ///
    /// # Errors
    /// How the two disagree.
    fn compare(&self, expected: &Self, tolerance: &Tolerance) -> Result<(), Mismatch>;
}
