//! A value with what it was computed from.

use std::fmt;

use super::{Compare, Leaves};

/// A value that a differential test returns with more than itself: what it was computed from, and how far off each of its
/// elements may be.
///
/// An output that is one of its inputs handed on shows nothing: a test that a backend passes in this way is vacuous. For
/// sums of many terms no constant tolerance is right: it is too narrow where much is added up, and too wide where little
/// is. A *budget* says it for each element, out of the same inputs.
///
/// ```
/// use crosscheck::compare::{Computed, Dtype};
///
/// fn dot(a: &[f32], b: &[f32]) -> f32 {
///     a.iter().zip(b).map(|(a, b)| a * b).sum()
/// }
///
/// // The body of a differential test.
/// fn dot_of_1000() -> Result<Computed<f32>, String> {
///     let inputs = [vec![0.5; 1000], vec![0.1; 1000]];
///     Computed::within(
///         inputs,
///         |[a, b]| Ok(dot(a, b)),
///         |_, [a, b]| {
///             let sizes: f64 = a.iter().zip(b).map(|(a, b)| f64::from((a * b).abs())).sum();
///             vec![Dtype::F32.sum_bound(a.len()) * sizes]
///         },
///     )
/// }
/// # dot_of_1000().unwrap();
/// ```
pub struct Computed<T> {
    pub(crate) value: T,
    pub(crate) origin: Option<Box<dyn Source<T>>>,
}

impl<T: Compare> Computed<T> {
    /// A value of which nothing more is known.
    pub fn new(value: T) -> Self {
        Self { value, origin: None }
    }

    /// What `compute` makes of these inputs.
    ///
    /// # Errors
    /// Those of `compute`.
    pub fn of<I: Compare, E, const N: usize>(
        inputs: [I; N],
        compute: impl FnOnce([&I; N]) -> Result<T, E>,
    ) -> Result<Self, E> {
        let value = compute(inputs.each_ref())?;
        Ok(Self { value, origin: Some(Box::new(From { inputs, budget: |_: &T, _: [&I; N]| None })) })
    }

    /// The same, where the value has one array of floats, and the element at each position may be off by what `budget` says
    /// there, instead of any tolerance. The budget is made of the baseline's value; that of another backend is not asked.
    ///
    /// # Errors
    /// Those of `compute`.
    pub fn within<I: Compare, E, const N: usize>(
        inputs: [I; N],
        compute: impl FnOnce([&I; N]) -> Result<T, E>,
        budget: impl Fn(&T, [&I; N]) -> Vec<f64> + Send + 'static,
    ) -> Result<Self, E> {
        let value = compute(inputs.each_ref())?;
        let budget = move |value: &T, inputs: [&I; N]| Some(budget(value, inputs));
        Ok(Self { value, origin: Some(Box::new(From { inputs, budget })) })
    }
}

impl<T: fmt::Debug> fmt::Debug for Computed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Computed").field(&self.value).finish()
    }
}

/// What a value was computed from, the types forgotten.
pub(crate) trait Source<T>: Send {
    /// The arrays of each input.
    fn inputs(&self) -> Vec<Leaves<'_>>;
    /// How far off each element may be, in row-major order, if the test says so.
    fn budget(&self, value: &T) -> Option<Vec<f64>>;
}

struct From<I, B, const N: usize> {
    inputs: [I; N],
    budget: B,
}

impl<T, I: Compare, B: Fn(&T, [&I; N]) -> Option<Vec<f64>> + Send, const N: usize> Source<T> for From<I, B, N> {
    fn inputs(&self) -> Vec<Leaves<'_>> {
        self.inputs.iter().map(Leaves::of).collect()
    }

    fn budget(&self, value: &T) -> Option<Vec<f64>> {
        (self.budget)(value, self.inputs.each_ref())
    }
}
