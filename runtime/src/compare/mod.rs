//! Whether a value agrees with the baseline's.
//!
//! A value hands over the arrays, texts and other parts that it is made of ([`Compare::leaves`]), which are judged under [`Terms`]. Both read the arrays where they are and allocate nothing in proportion to them.
//!
//! Judged in this order: structure, dtype, shape (nothing is broadcast), then for each element whether it is NaN, whether it
//! is infinite and with which sign, the sign of a zero, whether a subnormal was flushed, and for finite ones the tolerance.
//! NaN agrees with NaN. Differences are those of `f64`. Everything but floats is compared exactly, whatever a tolerance
//! says.

pub(crate) mod agreement;
#[cfg(feature = "approx")]
pub(crate) mod approx;
mod bound;
mod computed;
mod diff;
pub(crate) mod element;
pub(crate) mod engine;
pub(crate) mod erased;
mod exact;
mod expected;
mod fallible;
mod found;
mod impls;
mod keys;
mod leaves;
pub(crate) mod mismatch;
mod narrower;
pub(crate) mod null;
mod opaque;
mod parting;
pub(crate) mod place;
mod scalar;
mod scan;
mod shown;
mod source;
pub(crate) mod tolerance;
pub(crate) mod view;

pub(crate) use agreement::Agreement;
#[cfg(feature = "approx")]
pub use approx::Approx;
pub use computed::Computed;
pub(crate) use element::Number;
pub(crate) use engine::compare;
#[cfg(feature = "harness")]
pub(crate) use erased::{Agreed, NotComparable};
pub(crate) use erased::{Pair, Value};
pub use exact::Exact;
pub use expected::Expected;
pub use fallible::{AnyError, Fallible};
pub use leaves::Leaves;
pub use mismatch::Mismatch;
pub(crate) use narrower::accepts_narrower;
pub(crate) use null::{Null, accepts_input, accepts_null};
pub(crate) use place::Place;
pub(crate) use tolerance::{Budget, BudgetError, SignedZeros, Subnormals};
pub use tolerance::{Terms, Tolerance};
pub use view::Dtype;
pub(crate) use view::{Data, View, ViewError};

/// A value that a differential test can return: a tree of arrays, texts and other parts.
///
/// Implemented for floats (with the feature `half` those of that crate too), integers, `bool`, `char`, `Duration`, `str` and `String`; for arrays, vectors,
/// boxed slices, `Option`s, tuples, maps and sets of what implements it; in [`Fallible`] for `Result`s; with the feature `approx` in `Approx`
/// for what implements the traits of that crate; and in [`Exact`] for whatever implements `PartialEq` and `Debug`. A host
/// implements it for its own types by handing over what is in them:
///
/// ```
/// use crosscheck::compare::{Compare, Leaves, Terms};
///
/// struct Tensor { shape: Vec<usize>, data: Vec<f32> }
///
/// impl Compare for Tensor {
///     fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
///         leaves.array(&self.data, &self.shape);
///     }
/// }
///
/// struct Attention { output: Tensor, weights: Option<Tensor> }
///
/// impl Compare for Attention {
///     fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
///         leaves.within("output", |leaves| self.output.leaves(leaves));
///         leaves.within("weights", |leaves| self.weights.leaves(leaves));
///     }
/// }
///
/// let tensor = |data: [f32; 2]| Tensor { shape: vec![2], data: data.to_vec() };
/// let attention = |data| Attention { output: tensor(data), weights: None };
/// let (actual, expected) = (attention([1.0, 2.5]), attention([1.0, 2.0]));
/// let mismatch = Terms::DEFAULT.compare(&actual, &expected).unwrap_err();
/// assert!(mismatch.to_string().starts_with("1 of 2 elements (50.0 %) disagree in `output`, f32[2]"));
/// ```
#[diagnostic::on_unimplemented(
    message = "values of `{Self}` cannot be compared",
    label = "`crosscheck::Compare` is not implemented for this",
    note = "`crosscheck::compare::Exact(value)` compares whatever implements `PartialEq` and `Debug`",
    note = "`crosscheck::compare::Fallible(result)` compares a `Result` that is a part of the value",
    note = "a type of your own hands over the numbers and texts in it where it implements `crosscheck::Compare`"
)]
#[cfg_attr(
    not(feature = "half"),
    diagnostic::on_unimplemented(
        note = "`f16` and `bf16` of the crate `half` can be with the feature `half` of `crosscheck`"
    )
)]
#[cfg_attr(
    not(feature = "approx"),
    diagnostic::on_unimplemented(
        note = "`crosscheck::compare::Approx(value)`, with the feature `approx`, compares what implements the traits of that crate"
    )
)]
pub trait Compare: Send + 'static {
    /// Whether every leaf is compared exactly, so that a tolerance makes no sense: whatever holds no floats.
    const EXACT: bool = false;

    /// Hands over the parts that the value is made of.
    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>);

    /// Hands over the arrays that some values in row-major order are made of; one array, where the values are numbers.
    #[doc(hidden)]
    fn leaves_of_slice<'a>(slice: &'a [Self], shape: Vec<usize>, leaves: &mut Leaves<'a>)
    where
        Self: Sized,
    {
        leaves.each(slice, shape);
    }
}

#[cfg(test)]
mod tests;
