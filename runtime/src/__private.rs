//! What the attributes expand to. Not part of the public interface.

mod construct;
mod given;

use std::marker::PhantomData;

pub use construct::{
    Devices, Known, NewBackend, NewTest, NotASubject, backend, backend_element, count, id_of, implements,
    implements_element, nth, row_element, test,
};
pub use core::option::Option::{None, Some};
pub use given::{given, of_file};
pub use linkme;

pub use crate::compare::Tolerance;
pub use crate::compare::erased::{Pair, Value};
pub use crate::execute::context::{DefaultBody, default_body, reached, set_up_begins, set_up_ends};
pub use crate::registry::{
    Backend, BackendElement, Body, BoxError, CROSSCHECK_BACKENDS_V1 as BACKENDS, CROSSCHECK_CONTRACTS_V1 as CONTRACTS,
    CROSSCHECK_EXCLUSIONS_V1 as EXCLUSIONS, CROSSCHECK_FIXTURES_V1 as FIXTURES, CROSSCHECK_IMPLEMENTS_V1 as IMPLEMENTS,
    CROSSCHECK_TESTS_V1 as TESTS, Contract, ContractFunction, Exclusions, ExclusionsElement, Fixture, Function,
    Implements, ImplementsElement, Instance, Question, RowApart, Test, TestElement,
};
pub use crate::registry::{CasesOf, Root, files, list};
pub use crate::strength;
pub use crate::suite::scope::{CaseName, TestName};
pub use crate::suite::spec::{AxisSpec, Origin};

use crate::compare::{Compare, Computed, Expected};
use crate::nearest::unknown_const;
use crate::suite::action::{Action, Debt, check_apart, check_row, is_blank};
use crate::suite::subject::{Carries, Feature};

/// What the body of a check may return.
#[diagnostic::on_unimplemented(
    message = "a check returns nothing, `Expected<T>`, or a `Result` of either, not `{Self}`",
    label = "not the outcome of a check",
    note = "to compare a value with one that is known, return `crosscheck::compare::Expected::new(value, expected)`",
    note = "the `E` of a `Result` is a `std::error::Error`, a string, or `Box<dyn std::error::Error>` (without `Send` and `Sync`)",
    note = "to compare a value with the baseline's, use `#[backend_matrix]`"
)]
pub trait Verdict {
    /// What of it is compared.
    const COMPARED: Compared;

    /// The value and what is expected, where the body leaves it to us to compare them.
    ///
    /// # Errors
    /// When the body returned one.
    fn verdict(self) -> Result<Option<Box<dyn Pair>>, BoxError>;
}

impl Verdict for () {
    const COMPARED: Compared = Compared::Nothing;

    fn verdict(self) -> Result<Option<Box<dyn Pair>>, BoxError> {
        Ok(None)
    }
}

impl<E: Into<BoxError>> Verdict for Result<(), E> {
    const COMPARED: Compared = Compared::Nothing;

    fn verdict(self) -> Result<Option<Box<dyn Pair>>, BoxError> {
        self.map_err(Into::into)?.verdict()
    }
}

impl<T: Compare> Verdict for Expected<T> {
    const COMPARED: Compared = Compared::of::<T>();

    fn verdict(self) -> Result<Option<Box<dyn Pair>>, BoxError> {
        Ok(Some(Box::new(self)))
    }
}

impl<T: Compare, E: Into<BoxError>> Verdict for Result<Expected<T>, E> {
    const COMPARED: Compared = Compared::of::<T>();

    fn verdict(self) -> Result<Option<Box<dyn Pair>>, BoxError> {
        self.map_err(Into::into)?.verdict()
    }
}

/// What the body of a differential test may return.
#[diagnostic::on_unimplemented(
    message = "a `#[backend_matrix]` test returns a value that can be compared, not `{Self}`",
    label = "`crosscheck::Compare` is not implemented for this",
    note = "return a type that implements `crosscheck::Compare`, `Computed` of one, or a `Result` of either",
    note = "`crosscheck::compare::Exact(value)` compares whatever implements `PartialEq` and `Debug`",
    note = "to compare with a value that is known, return `crosscheck::compare::Expected` from a `#[conformance]`"
)]
pub trait Output {
    /// What of it is compared.
    const COMPARED: Compared;

    /// The value.
    ///
    /// # Errors
    /// When the body returned one.
    fn output(self) -> Result<Box<dyn Value>, BoxError>;
}

impl<T: Compare> Output for T {
    const COMPARED: Compared = Compared::of::<T>();

    fn output(self) -> Result<Box<dyn Value>, BoxError> {
        Computed::new(self).output()
    }
}

impl<T: Compare> Output for Computed<T> {
    const COMPARED: Compared = Compared::of::<T>();

    fn output(self) -> Result<Box<dyn Value>, BoxError> {
        Ok(Box::new(self))
    }
}

impl<T: Compare, E: Into<BoxError>> Output for Result<T, E> {
    const COMPARED: Compared = Compared::of::<T>();

    fn output(self) -> Result<Box<dyn Value>, BoxError> {
        self.map_err(Into::into)?.output()
    }
}

impl<T: Compare, E: Into<BoxError>> Output for Result<Computed<T>, E> {
    const COMPARED: Compared = Compared::of::<T>();

    fn output(self) -> Result<Box<dyn Value>, BoxError> {
        self.map_err(Into::into)?.output()
    }
}

/// What of the values of a test is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// It asserts for itself.
    Nothing,
    /// Nothing that a tolerance is for.
    Exactly,
    /// Floats too.
    Floats,
}

impl Compared {
    /// What is compared of values of a type.
    pub const fn of<T: Compare>() -> Self {
        if T::EXACT { Self::Exactly } else { Self::Floats }
    }
}

/// The tolerance that a test sets for itself, whose numbers are checked where they are written.
pub const fn bounds(rtol: f64, atol: f64) -> Tolerance {
    Tolerance::of(rtol, atol)
}

/// The same in units in the last place.
pub const fn ulps(ulps: f64) -> Tolerance {
    Tolerance::of_ulps(ulps)
}

/// Where a tolerance is written: panics, which is a compile error there, unless there is something that it is for.
#[track_caller]
pub const fn check_tolerance(compared: Compared) {
    check_compared(compared);
    let exact = matches!(compared, Compared::Exactly);
    assert!(!exact, "nothing in this value is a float, and everything else is compared exactly: remove `tolerance`");
}

/// The same for what belongs to a value, whatever it is made of.
#[track_caller]
pub const fn check_compared(compared: Compared) {
    assert!(
        !matches!(compared, Compared::Nothing),
        "this belongs to a check whose value is compared, and this one asserts for itself: return \
         `crosscheck::compare::Expected`, or a value under `#[backend_matrix]`"
    );
}

/// The same, where the numbers make sense.
#[track_caller]
pub const fn check_bounds(compared: Compared, rtol: f64, atol: f64) {
    check_tolerance(compared);
    assert!(rtol >= 0.0 && rtol.is_finite(), "`rtol` must be finite and ≥ 0, such as `1e-3`");
    assert!(atol >= 0.0 && atol.is_finite(), "`atol` must be finite and ≥ 0, such as `1e-5`");
}

/// The same, where the number makes sense.
#[track_caller]
pub const fn check_ulps(compared: Compared, ulps: f64) {
    check_tolerance(compared);
    assert!(ulps >= 0.0 && ulps.is_finite(), "`ulps` must be finite and ≥ 0, such as `4`");
}

/// A row where it is written: what is wrong with it is an error there.
#[track_caller]
pub const fn row<F: Feature>(action: Action) -> Action {
    check_row(&action, F::TRACKED);
    action
}

/// A row that stands apart, where it is written: what is wrong with it is an error there. What `tracked` demands is known where
/// the row names its subject, and else when the run starts.
#[track_caller]
pub const fn row_apart(action: Action, tracked: Option<&[Debt]>, hangs_on_all: bool, conditional: bool) -> Action {
    let tracked = match tracked {
        Some(tracked) => tracked,
        None => &[],
    };
    check_row(&action, tracked);
    check_apart(&action, hangs_on_all, conditional);
    action
}

/// The feature that a `uses` names; the first one where it names none, which [`check_marker`] refuses.
pub const fn feature<F: Feature>(marker: &str) -> F {
    match position(F::MARKERS, marker) {
        Some(at) => F::ALL[at],
        None => F::ALL[0],
    }
}

/// Where a `uses` is written: panics, which is a compile error there, unless it names a feature.
#[track_caller]
pub const fn check_marker(known: Option<&[&str]>, marker: &str) {
    check_name("marker", known, marker);
}

/// The same for each marker of each check, in a way that costs the compiler little: names are compared only where no hash is the
/// one of the marker.
#[track_caller]
pub const fn check_hashed(hashes: &[u64], hash: u64, known: Option<&[&str]>, marker: &str) {
    let (mut at, end) = (0, hashes.len());
    while at < end {
        if hashes[at] == hash {
            return;
        }
        at += 1;
    }
    check_marker(known, marker);
}

/// Where a `backends(…)` is written: panics, which is a compile error there, where the subject closes the list of backends
/// and the name is not in it.
#[track_caller]
pub const fn check_backend(known: Option<&[&str]>, name: &str) {
    check_name("backend", known, name);
}

#[track_caller]
const fn check_name(what: &str, known: Option<&[&str]>, name: &str) {
    if let Some(known) = known
        && position(known, name).is_none()
    {
        panic!("{}", unknown_const(what, name, known).as_str())
    }
}

const fn position(names: &[&str], name: &str) -> Option<usize> {
    let mut at = 0;
    while at < names.len() {
        if same(names[at], name) {
            return Some(at);
        }
        at += 1;
    }
    None
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    // Names often begin alike, and seldom end so.
    let mut at = a.len();
    while at > 0 && a[at - 1] == b[at - 1] {
        at -= 1;
    }
    at == 0
}

/// A reason that says something.
#[track_caller]
pub const fn reason(text: &'static str) -> &'static str {
    assert!(!is_blank(text), "the reason is empty");
    text
}

/// What a value implies: by its type, and `written` beside it, by position.
pub fn implied<F: Feature>(written: &[&[F]], at: usize, by_type: Option<Vec<F>>) -> Vec<F> {
    let mut features = by_type.unwrap_or_default();
    features.extend_from_slice(written.get(at).copied().unwrap_or_default());
    features
}

/// What the values of a type imply, if the type says so: the methods of [`ImpliesNothing`] are the ones that are called
/// where the type does not implement [`Carries`], because inherent ones come first.
pub struct Probe<T, F>(PhantomData<fn() -> (T, F)>);

impl<T, F> Probe<T, F> {
    /// A probe of the type.
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// A probe of the type of a value.
    pub const fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

impl<T, F> Default for Probe<T, F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Carries<F>, F: Feature> Probe<T, F> {
    /// Whether values can imply anything.
    pub fn implies(&self) -> bool {
        true
    }

    /// What a value implies.
    pub fn implied(&self, value: &T) -> Vec<F> {
        value.features().to_vec()
    }
}

/// See [`Probe`].
pub trait ImpliesNothing<T, F> {
    /// They cannot.
    fn implies(&self) -> bool;
    /// Nothing.
    fn implied(&self, value: &T) -> Vec<F>;
}

impl<T, F> ImpliesNothing<T, F> for Probe<T, F> {
    fn implies(&self) -> bool {
        false
    }

    fn implied(&self, _: &T) -> Vec<F> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_name_is_another_name() {
        for (a, b, equal) in [
            ("mlx", "mlx", true),
            ("mlx", "mlx_cpu", false),
            ("mlx_cpu", "mlx", false),
            ("mlx", "plx", false),
            ("", "", true),
        ] {
            assert_eq!(same(a, b), equal, "{a} {b}");
        }
    }

    #[test]
    #[should_panic(expected = "the reason is empty")]
    fn a_reason_says_something() {
        let _ = reason(" ");
    }
}
