//! What the attributes expand to. Not part of the public interface.

use std::marker::PhantomData;

pub use core::option::Option::{None, Some};
pub use linkme;

pub use crate::compare::Tolerance;
pub use crate::compare::erased::Value;
pub use crate::execute::context::{DefaultBody, default_body};
pub use crate::registry::{
    Backend, BackendElement, Body, BoxError, CROSSCHECK_BACKENDS_V1 as BACKENDS,
    CROSSCHECK_EXCLUSIONS_V1 as EXCLUSIONS, CROSSCHECK_FIXTURES_V1 as FIXTURES, CROSSCHECK_IMPLEMENTS_V1 as IMPLEMENTS,
    CROSSCHECK_TESTS_V1 as TESTS, Exclusions, ExclusionsElement, Fixture, Implements, ImplementsElement, Test,
    TestElement,
};
pub use crate::suite::spec::{AxisSpec, Origin};

use crate::compare::{Compare, Computed};
use crate::nearest::unknown_const;
use crate::registry::Run;
use crate::suite::action::{Action, RUN, check_row, is_blank};
use crate::suite::subject::{Carries, Feature, Subject, Unavailable};

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
    note = "return a type that implements `crosscheck::Compare`, `Computed` of one, or a `Result` of either"
)]
pub trait Output {
    /// Whether the value is compared exactly, whatever a tolerance says.
    const EXACT: bool;

    /// The value.
    ///
    /// # Errors
    /// When the body returned one.
    fn output(self) -> Result<Box<dyn Value>, BoxError>;
}

impl<T: Compare> Output for T {
    const EXACT: bool = T::EXACT;

    fn output(self) -> Result<Box<dyn Value>, BoxError> {
        Computed::new(self).output()
    }
}

impl<T: Compare> Output for Computed<T> {
    const EXACT: bool = T::EXACT;

    fn output(self) -> Result<Box<dyn Value>, BoxError> {
        Ok(Box::new(self))
    }
}

impl<T: Compare, E: Into<BoxError>> Output for Result<T, E> {
    const EXACT: bool = T::EXACT;

    fn output(self) -> Result<Box<dyn Value>, BoxError> {
        self.map_err(Into::into)?.output()
    }
}

impl<T: Compare, E: Into<BoxError>> Output for Result<Computed<T>, E> {
    const EXACT: bool = T::EXACT;

    fn output(self) -> Result<Box<dyn Value>, BoxError> {
        self.map_err(Into::into)?.output()
    }
}

// What an expansion registers is made by these and by no struct literal, so that a new field breaks no expansion of an
// older version.

impl Origin {
    /// Where an item stands.
    pub const fn new(module: &'static str, file: &'static str, line: u32) -> Self {
        Self { module, file, line }
    }
}

/// A test before anything is asked of its subject, so that a subject that is none is an error in one place: [`test`].
pub struct NewTest<S: ?Sized, F: 'static> {
    name: &'static str,
    origin: Origin,
    uses: &'static [F],
    backends: Option<&'static [&'static str]>,
    isolated: bool,
    of: Option<&'static str>,
    calls: &'static [&'static str],
    axes: &'static [AxisSpec],
    implied: Option<fn(usize, usize) -> Vec<F>>,
    body: Body<S>,
}

impl<S: ?Sized, F> NewTest<S, F> {
    /// A test without features and axes that runs on all backends.
    pub const fn new(name: &'static str, origin: Origin, body: Body<S>) -> Self {
        Self {
            name,
            origin,
            uses: &[],
            backends: None,
            isolated: false,
            of: None,
            calls: &[],
            axes: &[],
            implied: None,
            body,
        }
    }

    /// One that uses features.
    pub const fn uses(self, uses: &'static [F]) -> Self {
        Self { uses, ..self }
    }

    /// One that is narrowed to these backends.
    pub const fn backends(self, backends: &'static [&'static str]) -> Self {
        Self { backends: Some(backends), ..self }
    }

    /// One whose cells run in processes of their own.
    pub const fn isolated(self) -> Self {
        Self { isolated: true, ..self }
    }

    /// One about a function of the contract.
    pub const fn of(self, function: &'static str) -> Self {
        Self { of: Some(function), ..self }
    }

    /// One whose body calls these functions of the contract.
    pub const fn calls(self, calls: &'static [&'static str]) -> Self {
        Self { calls, ..self }
    }

    /// One with axes.
    pub const fn axes(self, axes: &'static [AxisSpec]) -> Self {
        Self { axes, ..self }
    }

    /// One whose values on its axes imply features; the numbers are the positions of axis and value.
    pub const fn implied(self, implied: fn(usize, usize) -> Vec<F>) -> Self {
        Self { implied: Some(implied), ..self }
    }
}

/// The test of a subject.
pub const fn test<S: Subject + ?Sized>(test: NewTest<S, S::Feature>) -> Test<S> {
    let NewTest { name, origin, uses, backends, isolated, of, calls, axes, implied, body } = test;
    Test { name, origin, uses, backends, isolated, of, calls, axes, implied, body }
}

/// The element of a test.
pub const fn test_element<S: Subject + ?Sized>(test: &'static Test<S>) -> Option<&'static dyn TestElement> {
    Some(test)
}

/// What arguments are checked against: what [`NotASubject`] says for types that are no subject, because inherent constants
/// come first.
pub struct Known<S: ?Sized>(PhantomData<fn(&S)>);

impl<S: Subject + ?Sized> Known<S> {
    /// The markers of its features.
    pub const MARKERS: Option<&'static [&'static str]> = Some(<S::Feature as Feature>::MARKERS);
    /// The names of its backends, where the list is closed.
    pub const BACKENDS: Option<&'static [&'static str]> = S::BACKENDS;
}

/// See [`Known`]: it is an error elsewhere that a type is no subject.
pub trait NotASubject {
    /// No list.
    const MARKERS: Option<&'static [&'static str]> = None;
    /// No list.
    const BACKENDS: Option<&'static [&'static str]> = None;
}

impl<S: ?Sized> NotASubject for Known<S> {}

impl AxisSpec {
    /// An axis of this name, and what its values are called.
    pub const fn new(name: &'static str, labels: &'static [&'static str]) -> Self {
        Self { name, labels }
    }
}

impl<S: ?Sized> Body<S> {
    /// A body that asserts.
    pub const fn check(run: Run<S, ()>) -> Self {
        Self::Check(run)
    }

    /// A body that returns a value to compare.
    pub const fn differential(run: Run<S, Box<dyn Value>>) -> Self {
        Self::Differential { run, tolerance: None, tolerances: &[], expects_constant: None }
    }

    /// One that replaces the default tolerance; a body that asserts has none.
    pub const fn tolerance(mut self, of_the_test: Tolerance) -> Self {
        if let Self::Differential { tolerance, .. } = &mut self {
            *tolerance = Some(of_the_test);
        }
        self
    }

    /// One that replaces it for cells with a value of an axis, by axis and value.
    pub const fn tolerances(mut self, of_values: &'static [&'static [Option<Tolerance>]]) -> Self {
        if let Self::Differential { tolerances, .. } = &mut self {
            *tolerances = of_values;
        }
        self
    }

    /// One whose value may be one that a null output would agree with, for this reason.
    pub const fn expects_constant(mut self, reason: &'static str) -> Self {
        if let Self::Differential { expects_constant, .. } = &mut self {
            *expects_constant = Some(reason);
        }
        self
    }
}

impl<F: Feature> Exclusions<F> {
    /// The rows of the features of one backend.
    pub const fn new(backend: &'static str, origin: Origin, action: fn(F) -> Action) -> Self {
        Self { backend, origin, action, all: RUN }
    }

    /// With a row of the whole backend.
    pub const fn all(self, all: Action) -> Self {
        Self { all, ..self }
    }
}

/// A backend before anything is asked of its subject; see [`NewTest`].
pub struct NewBackend<S: ?Sized> {
    name: &'static str,
    aliases: &'static [&'static str],
    origin: Origin,
    isolated: bool,
    device: Option<&'static str>,
    open: fn() -> Result<Box<S>, Unavailable>,
}

impl<S: ?Sized> NewBackend<S> {
    /// A backend whose subject is what `open` makes.
    pub const fn new(name: &'static str, origin: Origin, open: fn() -> Result<Box<S>, Unavailable>) -> Self {
        Self { name, aliases: &[], origin, isolated: false, device: None, open }
    }

    /// One that has other names.
    pub const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// One whose cells run in processes of their own.
    pub const fn isolated(self) -> Self {
        Self { isolated: true, ..self }
    }

    /// One whose cells have a device for themselves while they run.
    pub const fn device(self, device: &'static str) -> Self {
        Self { device: Some(device), ..self }
    }
}

/// The backend of a subject.
pub const fn backend<S: Subject + ?Sized>(backend: NewBackend<S>) -> Backend<S> {
    let NewBackend { name, aliases, origin, isolated, device, open } = backend;
    Backend { name, aliases, origin, isolated, device, open }
}

/// The element of a backend.
pub const fn backend_element<S: Subject + ?Sized>(backend: &'static Backend<S>) -> Option<&'static dyn BackendElement> {
    Some(backend)
}

impl<S: Subject + ?Sized> Implements<S> {
    /// The functions that a block implements for these backends.
    pub const fn new(backends: &'static [&'static str], origin: Origin, functions: &'static [&'static str]) -> Self {
        implements(backends, origin, functions)
    }
}

/// The functions that a block implements for these backends.
pub const fn implements<S: Subject + ?Sized>(
    backends: &'static [&'static str],
    origin: Origin,
    functions: &'static [&'static str],
) -> Implements<S> {
    Implements { backends, origin, functions, subject: PhantomData }
}

/// The element of a block.
pub const fn implements_element<S: Subject + ?Sized>(
    block: &'static Implements<S>,
) -> Option<&'static dyn ImplementsElement> {
    Some(block)
}

/// The tolerance that a test sets for itself.
pub const fn tolerance(rtol: f64, atol: f64, reason: &'static str) -> Tolerance {
    Tolerance::overriding(rtol, atol, reason)
}

/// Where a tolerance is written: panics, which is a compile error there, unless it makes sense for a value that is compared
/// exactly or not.
#[track_caller]
pub const fn check_tolerance(exact: bool, rtol: f64, atol: f64) {
    assert!(!exact, "integers and truth values are compared exactly: remove `tolerance`");
    assert!(rtol >= 0.0 && rtol.is_finite(), "`rtol` must be finite and ≥ 0, such as `1e-3`");
    assert!(atol >= 0.0 && atol.is_finite(), "`atol` must be finite and ≥ 0, such as `1e-5`");
}

/// A row where it is written: what is wrong with it is an error there.
#[track_caller]
pub const fn row<F: Feature>(action: Action) -> Action {
    check_row(&action, F::TRACKED);
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
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
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
        for (a, b, equal) in [("mlx", "mlx", true), ("mlx", "mlx_cpu", false), ("mlx_cpu", "mlx", false)] {
            assert_eq!(same(a, b), equal, "{a} {b}");
        }
    }

    #[test]
    #[should_panic(expected = "the reason is empty")]
    fn a_reason_says_something() {
        let _ = reason(" ");
    }
}
