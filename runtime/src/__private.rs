//! What the attributes expand to. Not part of the public interface.

pub use linkme;

pub use crate::compare::Tolerance;
pub use crate::registry::{
    Backend, BackendElement, Body, BoxError, CROSSCHECK_BACKENDS_V1 as BACKENDS,
    CROSSCHECK_EXCLUSIONS_V1 as EXCLUSIONS, CROSSCHECK_TESTS_V1 as TESTS, Exclusions, ExclusionsElement, Test,
    TestElement, Value,
};
pub use crate::spec::{AxisSpec, Origin};

use crate::action::Action;
use crate::compare::Compare;
use crate::subject::{Subject, Unavailable};

/// What the body of a check may return.
#[diagnostic::on_unimplemented(
    message = "a check returns nothing or `Result<(), E>`, not `{Self}`",
    label = "not the outcome of a check",
    note = "`E` is a `std::error::Error`, a string, or `Box<dyn std::error::Error>` (without `Send` and `Sync`)",
    note = "to compare a value with the baseline's, use `#[backend_matrix]`"
)]
pub trait Verdict {
    /// The error, if any.
    ///
    /// # Errors
    /// When the body returned one.
    fn verdict(self) -> Result<(), BoxError>;
}

impl Verdict for () {
    fn verdict(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl<E: Into<BoxError>> Verdict for Result<(), E> {
    fn verdict(self) -> Result<(), BoxError> {
        self.map_err(Into::into)
    }
}

/// What the body of a differential test may return.
#[diagnostic::on_unimplemented(
    message = "a `#[backend_matrix]` test returns a value that can be compared, not `{Self}`",
    label = "`crosscheck::Compare` is not implemented for this",
    note = "return a type that implements `crosscheck::Compare`, or a `Result` of one"
)]
pub trait Output {
    /// The value.
    ///
    /// # Errors
    /// When the body returned one.
    fn output(self) -> Result<Box<dyn Value>, BoxError>;
}

impl<T: Compare> Output for T {
    fn output(self) -> Result<Box<dyn Value>, BoxError> {
        Ok(Box::new(self))
    }
}

impl<T: Compare, E: Into<BoxError>> Output for Result<T, E> {
    fn output(self) -> Result<Box<dyn Value>, BoxError> {
        match self {
            Ok(value) => Ok(Box::new(value)),
            Err(error) => Err(error.into()),
        }
    }
}

impl<S: Subject + ?Sized> Backend<S> {
    /// A backend whose subject is what `open` makes.
    pub const fn new(
        name: &'static str,
        aliases: &'static [&'static str],
        origin: Origin,
        open: fn() -> Result<Box<S>, Unavailable>,
    ) -> Self {
        Self { name, aliases, origin, open }
    }
}

/// The tolerance that a test sets for itself.
#[track_caller]
pub const fn tolerance(rtol: f64, atol: f64, reason: &'static str) -> Tolerance {
    Tolerance::overriding(rtol, atol, reason)
}

/// Evaluates a row where the matrix is checked.
pub const fn row(action: Action) {
    let _ = action;
}
