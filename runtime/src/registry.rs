//! What the attributes register at link time: tests, backends, exclusions, each typed by its subject.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::error::Error;

use linkme::distributed_slice;

use crate::action::Action;
use crate::compare::{
    self, Agreement, Budget, Compare, Computed, Leaves, Mismatch, Null, Terms, Tolerance, ToleranceError,
};
use crate::spec::{ALL, AxisSpec, BackendSpec, FeatureSpec, Origin, Row, SuiteSpec, TestSpec};
use crate::subject::{Feature, Receipt, Subject, Unavailable};
use crate::unimplemented::{self, DefaultBody};

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
/// What the backends of the executable implement.
#[distributed_slice]
pub static CROSSCHECK_IMPLEMENTS_V1: [Option<&'static dyn ImplementsElement>];
/// What the suites of the executable compare with.
#[distributed_slice]
pub static CROSSCHECK_FIXTURES_V1: [Option<&'static Fixture>];

// Windows' linker crashes on an empty slice: each holds one element that is nothing.
#[distributed_slice(CROSSCHECK_TESTS_V1)]
static NO_TEST: Option<&'static dyn TestElement> = None;
#[distributed_slice(CROSSCHECK_BACKENDS_V1)]
static NO_BACKEND: Option<&'static dyn BackendElement> = None;
#[distributed_slice(CROSSCHECK_EXCLUSIONS_V1)]
static NO_EXCLUSIONS: Option<&'static dyn ExclusionsElement> = None;
#[distributed_slice(CROSSCHECK_IMPLEMENTS_V1)]
static NO_IMPLEMENTS: Option<&'static dyn ImplementsElement> = None;
#[distributed_slice(CROSSCHECK_FIXTURES_V1)]
static NO_FIXTURE: Option<&'static Fixture> = None;

/// A file that a suite compares with, as [`fixture!`](crate::fixture) registers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixture {
    /// Its name, for the order only.
    pub name: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
}

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
    /// Whether its cells run in processes of their own.
    pub isolated: bool,
    /// The function of the contract that it is about.
    pub of: Option<&'static str>,
    /// The functions that its body calls on the backend.
    pub calls: &'static [&'static str],
    /// Its axes.
    pub axes: &'static [AxisSpec],
    /// The features that a value of an axis carries, both by position; `None` without axes.
    pub carried: Option<Carried<S::Feature>>,
    /// What it runs.
    pub body: Body<S>,
}

/// The features that a value of an axis carries; the numbers are the positions of axis and value.
pub type Carried<F> = fn(usize, usize) -> Vec<F>;

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
        /// Replaces it for cells with a value of an axis, by axis and value; one axis at the most does.
        tolerances: &'static [&'static [Option<Tolerance>]],
        /// Why its value may be one that a null output would agree with.
        expects_constant: Option<&'static str>,
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
    /// Whether its cells run in processes of their own.
    pub isolated: bool,
    /// The device that its cells have for themselves while they run.
    pub device: Option<&'static str>,
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
    /// The row of the whole backend.
    pub all: Action,
}

/// Which functions of a contract some backends implement, as `#[crosscheck::implements]` reads it off an `impl` block.
pub struct Implements<S: Subject + ?Sized> {
    /// The names of the backends.
    pub backends: &'static [&'static str],
    /// Where the block stands.
    pub origin: Origin,
    /// The functions in it.
    pub functions: &'static [&'static str],
    /// Whose contract it is.
    pub subject: std::marker::PhantomData<fn(&S)>,
}

/// A value that a differential test returned, its type forgotten.
pub trait Value: Any + Send {
    /// Compares with the baseline's value.
    ///
    /// # Errors
    /// When the test gave no terms that can be met.
    fn compare_erased(
        &self,
        expected: &dyn Value,
        terms: &Terms<'_>,
    ) -> Result<Result<Agreed, Mismatch>, NotComparable>;
}

/// Why two values cannot be compared, for which no backend is to blame.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotComparable {
    /// The values are of different Rust types.
    #[error("the values are of different Rust types")]
    Type,
    /// The test sets a tolerance for a value that has a budget.
    #[error("the value has a budget, which takes the place of a tolerance: remove `tolerance` from the test")]
    Both,
    /// The budget is none.
    #[error(transparent)]
    Amount(#[from] ToleranceError),
    /// The budget is not one for the value.
    #[error("{0}")]
    Budget(Mismatch),
}

/// How a value agrees with the baseline's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreed {
    /// How well.
    pub agreement: Agreement,
    /// What the same comparison would have accepted as well, although nothing was computed for it.
    pub null: Option<Null>,
}

impl<T: Compare> Value for Computed<T> {
    fn compare_erased(
        &self,
        expected: &dyn Value,
        terms: &Terms<'_>,
    ) -> Result<Result<Agreed, Mismatch>, NotComparable> {
        let baseline = (expected as &dyn Any).downcast_ref::<Self>().ok_or(NotComparable::Type)?;
        let origin = baseline.origin.as_deref();
        let allowed = origin.and_then(|origin| origin.budget(&baseline.value));
        let budget = allowed.as_deref().map(Budget::new).transpose()?;
        if budget.is_some() && terms.overriding.is_some() {
            return Err(NotComparable::Both);
        }
        let terms = Terms { budget, ..*terms };
        let expected = Leaves::of(&baseline.value);
        match compare::compare(&Leaves::of(&self.value), &expected, &terms) {
            Ok(agreement) => {
                let null = compare::accepts_null(&expected, &terms);
                let echo = || compare::accepts_input(&expected, &origin?.inputs(), &terms);
                Ok(Ok(Agreed { agreement, null: null.or_else(echo) }))
            }
            Err(mismatch @ Mismatch::Budget { .. }) => Err(NotComparable::Budget(mismatch)),
            Err(mismatch) => Ok(Err(mismatch)),
        }
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

/// [`Implements`], the subject forgotten.
pub trait ImplementsElement: Any + Sync {
    /// Where the block stands.
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

impl<S: Subject + ?Sized> ImplementsElement for Implements<S> {
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// Everything that was linked into the executable.
pub struct Elements {
    pub(crate) tests: Vec<&'static dyn TestElement>,
    pub(crate) backends: Vec<&'static dyn BackendElement>,
    pub(crate) exclusions: Vec<&'static dyn ExclusionsElement>,
    pub(crate) implements: Vec<&'static dyn ImplementsElement>,
}

impl Elements {
    /// What the linker collected.
    pub fn linked() -> Self {
        Self {
            tests: CROSSCHECK_TESTS_V1.iter().copied().flatten().collect(),
            backends: CROSSCHECK_BACKENDS_V1.iter().copied().flatten().collect(),
            exclusions: CROSSCHECK_EXCLUSIONS_V1.iter().copied().flatten().collect(),
            implements: CROSSCHECK_IMPLEMENTS_V1.iter().copied().flatten().collect(),
        }
    }

    /// The crates that the elements were written in, by name.
    pub fn crates(&self) -> Vec<&'static str> {
        let tests = self.tests.iter().map(|element| element.origin());
        let backends = self.backends.iter().map(|element| element.origin());
        let exclusions = self.exclusions.iter().map(|element| element.origin());
        let implements = self.implements.iter().map(|element| element.origin());
        let mut crates: Vec<_> = tests.chain(backends).chain(exclusions).chain(implements).map(Origin::krate).collect();
        crates.sort_unstable();
        crates.dedup();
        crates
    }

    /// The files that the suites compare with.
    pub fn fixtures() -> Vec<&'static Fixture> {
        CROSSCHECK_FIXTURES_V1.iter().copied().flatten().collect()
    }

    /// The suite of one subject, also when it has no test.
    pub fn suite<S: Subject + ?Sized>(&self) -> Gathered {
        gather::<S>(self)
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
    /// Runs `body`, in which the contract's own default bodies count as not implemented where `implements` leaves their
    /// functions out.
    ///
    /// # Errors
    /// The function whose default body ended `body`.
    fn with_implemented(
        &self,
        implements: Option<&'static [&'static str]>,
        body: &mut dyn FnMut(),
    ) -> Result<(), DefaultBody>;
    /// What the value of a case of a differential test is judged by.
    fn terms(&self, test: usize, case: &[usize]) -> Terms<'static>;
    /// Whether the value of a test may be one that a null output would agree with.
    fn expects_constant(&self, test: usize) -> bool;
    /// What the subject says of an error.
    fn unimplemented_function(&self, error: &BoxError) -> Option<String>;
    /// What a backend ran on this thread since it was last asked.
    fn take_receipt(&self, on: &Instance) -> Option<Receipt>;
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
    let mut implements = of_type::<dyn ImplementsElement, Implements<S>>(&elements.implements);
    implements.sort_by_key(|implements| implements.origin.place());
    let implemented = |name| implements.iter().find(|it| it.backends.contains(&name)).map(|it| it.functions);

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
            .map(|backend| BackendSpec {
                name: backend.name,
                aliases: backend.aliases,
                origin: backend.origin,
                implements: implemented(backend.name),
                isolated: backend.isolated,
                device: backend.device,
            })
            .collect(),
        implementing: implements
            .iter()
            .flat_map(|it| it.backends.iter().map(|backend| (*backend, it.origin)))
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

impl AsAny for dyn ImplementsElement {
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
    let markers = |features: &[S::Feature]| features.iter().map(|feature| feature.marker()).collect::<Vec<_>>();
    let carried = test.carried.map(|carried| {
        let axes = test.axes.iter().enumerate();
        axes.map(|(axis, spec)| (0..spec.labels.len()).map(|value| markers(&carried(axis, value))).collect()).collect()
    });
    let carried: Vec<Vec<Vec<_>>> = carried.unwrap_or_default();
    TestSpec {
        path: test.origin.path(test.name),
        origin: test.origin,
        markers: markers(test.uses),
        carried: if carried.iter().flatten().all(Vec::is_empty) { Vec::new() } else { carried },
        of: test.of,
        calls: test.calls,
        backends: test.backends,
        isolated: test.isolated,
        axes: test.axes,
        differential: matches!(test.body, Body::Differential { .. }),
        terms: own_terms(test),
    }
}

/// What a test sets for the comparison itself.
fn own_terms<S: Subject + ?Sized>(test: &Test<S>) -> Vec<String> {
    let Body::Differential { tolerance, tolerances, expects_constant, .. } = &test.body else { return Vec::new() };
    let of_values = test.axes.iter().zip(*tolerances).flat_map(|(axis, values)| {
        let labels = axis.labels.iter().zip(*values);
        labels.filter_map(|(label, tolerance)| Some(format!("{label}: {}", tolerance.as_ref()?)))
    });
    let constant = expects_constant.map(|reason| format!("expects a constant ({reason})"));
    tolerance.iter().map(ToString::to_string).chain(of_values).chain(constant).collect()
}

/// The rows of a typed matrix function, in the order in which the features are declared; that of the whole backend comes
/// last, so that a feature's own row is the one that is named.
fn rows<F: Feature>(exclusions: &Exclusions<F>) -> impl Iterator<Item = Row> {
    let features = F::ALL.iter().map(|feature| (feature.marker(), (exclusions.action)(*feature)));
    features
        .chain([(ALL, exclusions.all)])
        .filter_map(|(marker, action)| Row::of_action(exclusions.backend, marker, &action))
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

    fn with_implemented(
        &self,
        implements: Option<&'static [&'static str]>,
        body: &mut dyn FnMut(),
    ) -> Result<(), DefaultBody> {
        unimplemented::with_implemented::<S>(implements, body)
    }

    fn terms(&self, test: usize, case: &[usize]) -> Terms<'static> {
        let overriding = match &self.tests[test].body {
            Body::Check(_) => None,
            Body::Differential { tolerance, tolerances, .. } => {
                let of_values = tolerances.iter().zip(case).find_map(|(values, at)| values[*at]);
                of_values.or(*tolerance)
            }
        };
        Terms { overriding, budget: None, ..S::TERMS }
    }

    fn expects_constant(&self, test: usize) -> bool {
        matches!(self.tests[test].body, Body::Differential { expects_constant: Some(_), .. })
    }

    fn take_receipt(&self, on: &Instance) -> Option<Receipt> {
        on.downcast_ref::<Box<S>>().and_then(|subject| subject.take_receipt())
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

#[cfg(all(test, feature = "harness"))]
mod tests {
    use super::*;
    use crate::action::{Debt, RUN, skip};
    use crate::compare::ToleranceError;

    trait Ops: Send + Sync {}

    #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
    enum TestFeature {
        /// The first one.
        A,
        /// The second one.
        B,
    }

    impl Subject for dyn Ops {
        type Feature = TestFeature;
        const BASELINE: &'static str = "reference";

        fn unimplemented_function<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a str> {
            error.is::<ToleranceError>().then_some("add")
        }
    }

    const HERE: Origin = Origin { module: "suite::ops", file: "ops.rs", line: 1 };

    #[test]
    fn the_row_of_a_feature_comes_before_that_of_the_whole_backend() {
        let action = |feature: TestFeature| match feature {
            TestFeature::A => RUN,
            TestFeature::B => skip("no").because(Debt::NotYet),
        };
        let exclusions = Exclusions { backend: "mlx", origin: HERE, action, all: skip("none").because(Debt::NotYet) };
        let rows: Vec<_> = rows(&exclusions).map(|row| (row.marker, row.message)).collect();
        assert_eq!(rows, [("b".into(), "no".to_owned()), (ALL.into(), "none".to_owned())]);
    }

    #[test]
    fn a_crate_with_nothing_but_a_block_of_implemented_functions_counts() {
        static BLOCK: Implements<dyn Ops> = Implements::new(&["mlx", "mps"], HERE, &["add"]);
        let (tests, backends, exclusions) = (vec![], vec![], vec![]);
        let elements = Elements { tests, backends, exclusions, implements: vec![&BLOCK] };
        assert_eq!(elements.crates(), ["suite"]);
        assert_eq!(elements.suite::<dyn Ops>().spec.implementing, [("mlx", HERE), ("mps", HERE)]);
        let errors: Vec<_> = crate::check::check(&elements, &[], &["suite"]).iter().map(ToString::to_string).collect();
        let orphan = "ops.rs:1: implemented functions for a subject or features without any test";
        assert!(errors.len() == 2 && errors[1].starts_with(orphan), "{errors:?}");
    }

    #[derive(Debug, thiserror::Error)]
    #[error("it went wrong")]
    struct Wrapped(#[source] ToleranceError);

    #[test]
    fn an_error_says_what_is_not_implemented_also_as_the_source_of_another_one() {
        let bodies = Typed::<dyn Ops> { tests: vec![], backends: vec![] };
        let cause = Tolerance::new(-1.0, 0.0).unwrap_err();
        assert_eq!(bodies.unimplemented_function(&cause.into()).as_deref(), Some("add"));
        assert_eq!(bodies.unimplemented_function(&Wrapped(cause).into()).as_deref(), Some("add"));
        assert_eq!(bodies.unimplemented_function(&"other".into()), None);
    }

    #[test]
    fn the_tolerance_of_a_test_is_not_for_values_that_are_exact() {
        let wide = Tolerance::new(0.0, 2.0).unwrap();
        let wide = Terms { overriding: Some(wide), ..Terms::DEFAULT };
        let (one, two) = (Computed::new(1.0_f32), Computed::new(2.0_f32));
        assert!(matches!(one.compare_erased(&two, &wide), Ok(Ok(_))));
        assert!(matches!(one.compare_erased(&two, &Terms::DEFAULT), Ok(Err(_))));
        let (one, two) = (Computed::new(1_i32), Computed::new(2_i32));
        assert!(matches!(one.compare_erased(&two, &wide), Ok(Err(_))));
        assert_eq!(one.compare_erased(&Computed::new(1.0_f32), &wide), Err(NotComparable::Type));
    }

    /// 1 and 2 out of themselves, where `actual` is allowed `budget`.
    fn within(actual: [f32; 2], budget: Vec<f64>) -> Result<Result<Agreed, Mismatch>, NotComparable> {
        let computed = |value: [f32; 2]| {
            let budget = budget.clone();
            let same = |[input]: [&[f32; 2]; 1]| Ok::<_, BoxError>([value[0], input[1]]);
            Computed::within([[1.0, 2.0]], same, move |_, _| budget.clone()).unwrap()
        };
        computed(actual).compare_erased(&computed([1.5, 2.0]), &Terms::DEFAULT)
    }

    #[test]
    fn a_budget_takes_the_place_of_the_tolerance() {
        assert!(matches!(within([1.75, 2.0], vec![0.25, 0.0]), Ok(Ok(Agreed { null: None, .. }))));
        assert!(matches!(within([1.75, 2.0], vec![0.125, 0.0]), Ok(Err(Mismatch::Elements(_)))));
        assert!(matches!(within([1.5, 2.0], vec![0.0]), Err(NotComparable::Budget(_))));
        let error = within([1.5, 2.0], vec![0.0, f64::NAN]).unwrap_err().to_string();
        assert_eq!(error, "a budget is of finite numbers that are not negative, not NaN (at 1)");
        let one = || Computed::within([1.0], |[one]| Ok::<_, BoxError>(*one), |_, _| vec![0.0]).unwrap();
        let both = Terms { overriding: Some(Tolerance::F32), ..Terms::DEFAULT };
        assert_eq!(one().compare_erased(&one(), &both), Err(NotComparable::Both));
    }

    #[test]
    fn an_input_that_would_pass_is_found() {
        let echo = Some(Null::Echo { input: 0 });
        assert!(matches!(within([1.5, 2.0], vec![0.5, 0.0]), Ok(Ok(Agreed { null, .. })) if null == echo));
    }
}
