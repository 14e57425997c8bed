//! What the attributes register at link time: tests, backends, exclusions, each typed by its subject.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::error::Error;

use linkme::distributed_slice;

use crate::action::Action;
use crate::compare::{Compare, Mismatch, Tolerance};
use crate::spec::{AxisSpec, BackendSpec, FeatureSpec, Origin, Row, SuiteSpec, TestSpec};
use crate::subject::{Feature, Subject, Unavailable};

/// Any error that a body returns. It is read on the thread that ran the body, so that it need not be `Send`.
pub type BoxError = Box<dyn Error>;

// The version in the names keeps two incompatible versions of this crate in one executable apart.
/// All tests of the executable.
#[distributed_slice]
pub static CROSSCHECK_TESTS_V1: [Option<&'static dyn TestElement>];
/// All backends of the executable.
#[distributed_slice]
pub static CROSSCHECK_BACKENDS_V1: [Option<&'static dyn BackendElement>];
/// All exclusions of the executable.
#[distributed_slice]
pub static CROSSCHECK_EXCLUSIONS_V1: [Option<&'static dyn ExclusionsElement>];

// Windows' linker crashes on an empty slice: each holds one element that is nothing.
#[distributed_slice(CROSSCHECK_TESTS_V1)]
static NO_TEST: Option<&'static dyn TestElement> = None;
#[distributed_slice(CROSSCHECK_BACKENDS_V1)]
static NO_BACKEND: Option<&'static dyn BackendElement> = None;
#[distributed_slice(CROSSCHECK_EXCLUSIONS_V1)]
static NO_EXCLUSIONS: Option<&'static dyn ExclusionsElement> = None;

/// A check, as `#[conformance]` and `#[backend_matrix]` register it.
pub struct Test<S: Subject + ?Sized> {
    /// The function's name.
    pub name: &'static str,
    /// Where it was written.
    pub origin: Origin,
    /// The features that it uses.
    pub uses: &'static [S::Feature],
    /// The backends it is narrowed to; `None` for all.
    pub backends: Option<&'static [&'static str]>,
    /// Its axes.
    pub axes: &'static [AxisSpec],
    /// What it runs.
    pub body: Body<S>,
}

/// Runs a body on a backend; the numbers are the positions on the axes.
pub type Run<S, T> = fn(&S, &[usize]) -> Result<T, BoxError>;

/// What a test runs, on one backend and one value of each axis (given by its position).
pub enum Body<S: ?Sized> {
    /// It asserts.
    Check(Run<S, ()>),
    /// It returns a value that is compared with the baseline's.
    Differential {
        /// Computes the value.
        run: Run<S, Box<dyn Value>>,
        /// Replaces the default tolerance of the value's type.
        tolerance: Option<Tolerance>,
    },
}

/// A backend, as `#[crosscheck::backend]` registers it.
pub struct Backend<S: Subject + ?Sized> {
    /// Its name in the matrix and in the names of cells.
    pub name: &'static str,
    /// Other names that the command line accepts.
    pub aliases: &'static [&'static str],
    /// Where it was written.
    pub origin: Origin,
    /// Opens it.
    pub open: fn() -> Result<Box<S>, Unavailable>,
}

/// What one backend cannot do, as `#[crosscheck::exclusions]` registers it.
pub struct Exclusions<F: Feature> {
    /// The backend's name.
    pub backend: &'static str,
    /// Where it was written.
    pub origin: Origin,
    /// The row of each feature.
    pub action: fn(F) -> Action,
}

/// A value that a differential test returned, its type forgotten.
pub trait Value: Any + Send {
    /// Compares with the baseline's value; `None` when that is of another type.
    fn compare_erased(&self, expected: &dyn Value, tolerance: Option<&Tolerance>) -> Option<Result<(), Mismatch>>;
}

impl<T: Compare> Value for T {
    fn compare_erased(&self, expected: &dyn Value, tolerance: Option<&Tolerance>) -> Option<Result<(), Mismatch>> {
        let expected = (expected as &dyn Any).downcast_ref::<T>()?;
        let tolerance = tolerance.copied().unwrap_or_else(|| expected.default_tolerance());
        Some(self.compare(expected, &tolerance))
    }
}

/// A [`Test`], its subject forgotten.
pub trait TestElement: Any + Sync {
    /// Where it was written.
    fn origin(&self) -> &Origin;
    /// The subject.
    fn subject(&self) -> TypeId;
    /// Gathers everything of this test's subject.
    fn gather(&self, elements: &Elements) -> Gathered;
}

/// A [`Backend`], its subject forgotten.
pub trait BackendElement: Any + Sync {
    /// Where it was written.
    fn origin(&self) -> &Origin;
}

/// [`Exclusions`], their feature type forgotten.
pub trait ExclusionsElement: Any + Sync {
    /// Where they were written.
    fn origin(&self) -> &Origin;
}

impl<S: Subject + ?Sized> TestElement for Test<S> {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn subject(&self) -> TypeId {
        TypeId::of::<S>()
    }

    fn gather(&self, elements: &Elements) -> Gathered {
        gather::<S>(elements)
    }
}

impl<S: Subject + ?Sized> BackendElement for Backend<S> {
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl<F: Feature> ExclusionsElement for Exclusions<F> {
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// Everything that was linked into the executable.
pub struct Elements {
    pub(crate) tests: Vec<&'static dyn TestElement>,
    pub(crate) backends: Vec<&'static dyn BackendElement>,
    pub(crate) exclusions: Vec<&'static dyn ExclusionsElement>,
}

impl Elements {
    /// What the linker collected.
    pub fn linked() -> Self {
        Self {
            tests: CROSSCHECK_TESTS_V1.iter().copied().flatten().collect(),
            backends: CROSSCHECK_BACKENDS_V1.iter().copied().flatten().collect(),
            exclusions: CROSSCHECK_EXCLUSIONS_V1.iter().copied().flatten().collect(),
        }
    }

    /// The crates that the elements were written in, by name.
    pub fn crates(&self) -> Vec<&'static str> {
        let tests = self.tests.iter().map(|element| element.origin());
        let backends = self.backends.iter().map(|element| element.origin());
        let exclusions = self.exclusions.iter().map(|element| element.origin());
        let mut crates: Vec<_> = tests.chain(backends).chain(exclusions).map(Origin::krate).collect();
        crates.sort_unstable();
        crates.dedup();
        crates
    }

    /// The suites, one a subject that has a test, in the order of their names.
    pub fn suites(&self) -> Vec<Gathered> {
        let mut subjects: BTreeMap<TypeId, &dyn TestElement> = BTreeMap::new();
        for test in &self.tests {
            subjects.entry(test.subject()).or_insert(*test);
        }
        let mut suites: Vec<_> = subjects.values().map(|test| test.gather(self)).collect();
        suites.sort_by_key(|suite| suite.spec.subject);
        suites
    }
}

/// A suite: its data, and the bodies behind it.
pub struct Gathered {
    /// The data.
    pub spec: SuiteSpec,
    /// The bodies.
    pub bodies: Box<dyn Bodies>,
}

/// What of a suite can be run, by position in its [`SuiteSpec`].
pub trait Bodies: Send + Sync {
    /// Opens a backend.
    ///
    /// # Errors
    /// When it is not available on this machine.
    fn open(&self, backend: usize) -> Result<Instance, Unavailable>;
    /// Runs a test's body; a check returns no value.
    ///
    /// # Errors
    /// What the body returned.
    fn call(&self, test: usize, case: &[usize], on: &Instance) -> Result<Option<Box<dyn Value>>, BoxError>;
    /// The tolerance of a differential test, where it overrides the default.
    fn tolerance(&self, test: usize) -> Option<&Tolerance>;
    /// What the subject says of an error.
    fn unimplemented_function(&self, error: &BoxError) -> Option<String>;
}

/// An open backend: a `Box<S>`.
pub type Instance = Box<dyn Any + Send + Sync>;

fn gather<S: Subject + ?Sized>(elements: &Elements) -> Gathered {
    let mut tests = of_type::<dyn TestElement, Test<S>>(&elements.tests);
    tests.sort_by_key(|test| (test.origin.path(test.name), test.origin.place()));
    let mut backends = of_type::<dyn BackendElement, Backend<S>>(&elements.backends);
    backends.sort_by_key(|backend| (backend.name != S::BASELINE, backend.name, backend.origin.place()));
    let mut exclusions = of_type::<dyn ExclusionsElement, Exclusions<S::Feature>>(&elements.exclusions);
    exclusions.sort_by_key(|exclusions| (exclusions.backend, exclusions.origin.place()));

    let spec = SuiteSpec {
        subject: std::any::type_name::<S>(),
        baseline: S::BASELINE,
        features: <S::Feature as Feature>::ALL
            .iter()
            .map(|feature| FeatureSpec { marker: feature.marker(), description: feature.description() })
            .collect(),
        tests: tests.iter().map(|test| test_spec(test)).collect(),
        backends: backends
            .iter()
            .map(|backend| BackendSpec { name: backend.name, aliases: backend.aliases, origin: backend.origin })
            .collect(),
        excluding: exclusions.iter().map(|exclusions| (exclusions.backend, exclusions.origin)).collect(),
        rows: exclusions.iter().flat_map(|exclusions| rows(exclusions)).collect(),
    };
    Gathered { spec, bodies: Box::new(Typed { tests, backends }) }
}

/// The elements that are a `T`.
fn of_type<E: ?Sized + AsAny, T: 'static>(elements: &[&'static E]) -> Vec<&'static T> {
    elements.iter().filter_map(|element| element.as_any().downcast_ref()).collect()
}

trait AsAny {
    fn as_any(&self) -> &dyn Any;
}

impl AsAny for dyn TestElement {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl AsAny for dyn BackendElement {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl AsAny for dyn ExclusionsElement {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn test_spec<S: Subject + ?Sized>(test: &Test<S>) -> TestSpec {
    TestSpec {
        path: test.origin.path(test.name),
        origin: test.origin,
        markers: test.uses.iter().map(|feature| feature.marker()).collect(),
        backends: test.backends,
        axes: test.axes,
        differential: matches!(test.body, Body::Differential { .. }),
    }
}

/// The rows of a typed matrix function, in the order in which the features are declared.
fn rows<F: Feature>(exclusions: &Exclusions<F>) -> impl Iterator<Item = Row> {
    F::ALL.iter().filter_map(|feature| {
        let action = (exclusions.action)(*feature);
        Row::of_action(exclusions.backend, feature.marker(), &action)
    })
}

struct Typed<S: Subject + ?Sized> {
    tests: Vec<&'static Test<S>>,
    backends: Vec<&'static Backend<S>>,
}

impl<S: Subject + ?Sized> Bodies for Typed<S> {
    fn open(&self, backend: usize) -> Result<Instance, Unavailable> {
        let opened: Box<S> = (self.backends[backend].open)()?;
        Ok(Box::new(opened))
    }

    fn call(&self, test: usize, case: &[usize], on: &Instance) -> Result<Option<Box<dyn Value>>, BoxError> {
        let subject: &S = on.downcast_ref::<Box<S>>().ok_or("the backend is one of another subject")?;
        match self.tests[test].body {
            Body::Check(run) => run(subject, case).map(|()| None),
            Body::Differential { run, .. } => run(subject, case).map(Some),
        }
    }

    fn tolerance(&self, test: usize) -> Option<&Tolerance> {
        match &self.tests[test].body {
            Body::Check(_) => None,
            Body::Differential { tolerance, .. } => tolerance.as_ref(),
        }
    }

    fn unimplemented_function(&self, error: &BoxError) -> Option<String> {
        let mut next: Option<&(dyn Error + 'static)> = Some(error.as_ref());
        while let Some(error) = next {
            if let Some(function) = S::unimplemented_function(error) {
                return Some(function.to_owned());
            }
            next = error.source();
        }
        None
    }
}
