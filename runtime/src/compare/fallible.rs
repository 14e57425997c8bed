//! Values that may be refused.

use std::fmt;

use super::{Compare, Leaves};
use crate::registry::BoxError;

/// A value that may be refused instead: a check of what a backend accepts returns it. Two that both refuse agree, and one that
/// does not disagrees. An `Err` that a body returns is another thing, a failure of the check.
///
/// How the two errors compare is said by their type: not at all as [`AnyError`], which every error turns into; by their texts as
/// `String`; as values in [`Exact`](super::Exact).
///
/// ```
/// use crosscheck::compare::{Exact, Fallible, Terms};
///
/// fn root(x: f64) -> Result<f64, String> {
///     if x < 0.0 { Err(format!("{x} has no root")) } else { Ok(x.sqrt()) }
/// }
///
/// // Whatever it says, it has to be refused.
/// let any = |x| Fallible::from(root(x));
/// assert!(Terms::DEFAULT.compare(&any(-4.0), &any(-1.0)).is_ok());
/// let mismatch = Terms::DEFAULT.compare(&any(-4.0), &any(4.0)).unwrap_err();
/// assert_eq!(mismatch.to_string(), "Err (\"-4 has no root\") instead of Ok");
///
/// // Refused in the same words.
/// assert!(Terms::DEFAULT.compare(&Fallible(root(-4.0)), &Fallible(root(-1.0))).is_err());
/// // For the same reason, where errors are an enum.
/// assert!(Terms::DEFAULT.compare(&Fallible("1".parse::<u8>().map_err(Exact)), &Fallible(Ok(1))).is_ok());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Fallible<T, E = AnyError>(pub Result<T, E>);

/// An error that agrees with every other one; its text is for the reader.
#[derive(Clone, Debug)]
pub struct AnyError(String);

impl AnyError {
    /// An error that says this.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for AnyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<T, E: Into<BoxError>> From<Result<T, E>> for Fallible<T> {
    fn from(result: Result<T, E>) -> Self {
        Self(result.map_err(|error| AnyError(error.into().to_string())))
    }
}

impl Compare for AnyError {
    const EXACT: bool = true;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        leaves.note(&self.0);
    }
}

impl<T: Compare, E: Compare> Compare for Fallible<T, E> {
    const EXACT: bool = T::EXACT && E::EXACT;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        match &self.0 {
            Ok(value) => {
                leaves.structure("Ok");
                value.leaves(leaves);
            }
            Err(error) => {
                leaves.structure("Err");
                error.leaves(leaves);
            }
        }
    }
}

/// Only whether it is refused matters, and the error as its type says.
impl<E: Compare> Compare for Fallible<(), E> {
    const EXACT: bool = E::EXACT;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        match &self.0 {
            Ok(()) => leaves.structure("Ok"),
            Err(error) => {
                leaves.structure("Err");
                error.leaves(leaves);
            }
        }
    }
}
