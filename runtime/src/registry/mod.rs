//! What the linker collects: the elements of every suite, and the suites that they make, as data with the bodies behind it.

mod bodies;
pub(crate) mod cases;
#[cfg(feature = "harness")]
pub(crate) mod check;
mod described;
mod element;

use std::any::{Any, TypeId};
use std::collections::BTreeMap;

use linkme::distributed_slice;

#[cfg(feature = "harness")]
pub use bodies::Returned;
pub use bodies::{Bodies, Instance};
pub use cases::{At, Case, Cases, CasesError, CasesOf, Content, Holds, Root, files, list};
pub use element::Open;
pub use element::{
    Backend, Body, BoxError, Contract, ContractFunction, Exclusions, Fixture, Function, Implements, Outcome, Question,
    RowApart, Run, Runs, Test,
};

use crate::suite::action::Kind;
use crate::suite::names;
use crate::suite::row::{ALL, Condition, Row};
use crate::suite::scope::Scope;
use crate::suite::spec::{BackendSpec, FeatureSpec, Origin, SuiteSpec};
use crate::suite::subject::{Feature, Subject, Unavailable};
use bodies::{Instantiated, Typed, numbered};
use described::{named_case, test_spec};

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
/// The contracts of the executable.
#[distributed_slice]
pub static CROSSCHECK_CONTRACTS_V1: [Option<&'static Contract>];
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
#[distributed_slice(CROSSCHECK_CONTRACTS_V1)]
static NO_CONTRACT: Option<&'static Contract> = None;
#[distributed_slice(CROSSCHECK_FIXTURES_V1)]
static NO_FIXTURE: Option<&'static Fixture> = None;

/// A [`Test`], its subject forgotten.
pub trait TestElement: Any + Sync {
    /// The function's name.
    fn name(&self) -> &'static str;
    /// The function of the contract that it is about.
    fn of(&self) -> Option<&'static str>;
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

/// [`Exclusions`], their feature type forgotten, or a [`RowApart`].
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
    fn name(&self) -> &'static str {
        self.name
    }

    fn of(&self) -> Option<&'static str> {
        self.of
    }

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

impl ExclusionsElement for RowApart {
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl<S: Subject + ?Sized> ImplementsElement for Implements<S> {
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// The names of functions that are longer than this, in bytes, count as equally long.
#[cfg(feature = "harness")]
const LONG: usize = 64;

/// The last byte of a text, as a bit: 0 where there is none, which is no name.
#[cfg(feature = "harness")]
fn end(text: &str) -> u128 {
    let bytes = text.as_bytes();
    if bytes.is_empty() { 0 } else { 1 << (bytes[bytes.len() - 1] & 127) }
}

/// Everything that was linked into the executable.
pub struct Elements {
    pub(crate) tests: Vec<&'static dyn TestElement>,
    pub(crate) backends: Vec<&'static dyn BackendElement>,
    pub(crate) exclusions: Vec<&'static dyn ExclusionsElement>,
    pub(crate) implements: Vec<&'static dyn ImplementsElement>,
    /// The functions that tests are about which are left out, by subject.
    pub(crate) elsewhere: Vec<(TypeId, &'static str)>,
    /// What stands in front of the names of the tests of a crate, by its name.
    pub(crate) prefixes: Vec<(&'static str, &'static str)>,
    /// The name of the only cell, or of all cells of a case or a test, that are of interest.
    pub(crate) only: Option<String>,
}

impl Elements {
    /// What the linker collected.
    pub fn linked() -> Self {
        Self { tests: CROSSCHECK_TESTS_V1.iter().copied().flatten().collect(), ..Self::without_tests() }
    }

    fn without_tests() -> Self {
        Self {
            tests: Vec::new(),
            backends: CROSSCHECK_BACKENDS_V1.iter().copied().flatten().collect(),
            exclusions: CROSSCHECK_EXCLUSIONS_V1.iter().copied().flatten().collect(),
            implements: CROSSCHECK_IMPLEMENTS_V1.iter().copied().flatten().collect(),
            elsewhere: Vec::new(),
            prefixes: Vec::new(),
            only: None,
        }
    }

    /// The same without the tests of which no cell can have this name, or the whole of it.
    #[cfg(feature = "harness")]
    pub(crate) fn naming(cell: &str, crates: &[(&'static str, Option<&'static str>)]) -> Self {
        let parts: Vec<_> = cell.split("::").collect();
        // The last bytes of those of a length, a bit each.
        let mut ends = [0_u128; LONG];
        for part in &parts {
            ends[part.len().min(LONG - 1)] |= end(part);
        }
        let (mut tests, mut elsewhere) = (Vec::new(), Vec::new());
        // There may be many, of which one is meant: the paths of the others are not put together, nor are names compared whose
        // lengths or ends differ.
        for test in CROSSCHECK_TESTS_V1.iter() {
            let Some(test) = *test else { continue };
            let name = test.name();
            let ends = ends[name.len().min(LONG - 1)];
            if ends != 0 && ends & end(name) != 0 && parts.contains(&name) {
                tests.push(test);
            }
            if let Some(function) = test.of()
                && !elsewhere.contains(&(test.subject(), function))
            {
                elsewhere.push((test.subject(), function));
            }
        }
        let elements = Self { elsewhere, ..Self::without_tests() }.renamed(crates);
        let is_named = |test: &&dyn TestElement| {
            let rest = cell.strip_prefix(elements.path(test.origin(), test.name()).as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        let tests = tests.into_iter().filter(is_named).collect();
        Self { tests, only: Some(cell.to_owned()), ..elements }
    }

    /// With names in front of those of the tests of some crates.
    #[cfg(feature = "harness")]
    #[must_use]
    pub(crate) fn renamed(self, crates: &[(&'static str, Option<&'static str>)]) -> Self {
        let prefixes = crates.iter().filter_map(|(krate, name)| Some((*krate, (*name)?)));
        Self { prefixes: prefixes.collect(), ..self }
    }

    /// What stands in front of the names of the tests that were written here.
    fn prefix(&self, origin: &Origin) -> Option<&'static str> {
        if self.prefixes.is_empty() {
            return None;
        }
        self.prefixes.iter().find(|(krate, _)| *krate == origin.krate()).map(|(_, prefix)| *prefix)
    }

    /// The path of a test that was written here.
    fn path(&self, origin: &Origin, name: &str) -> String {
        let path = origin.path(name);
        match self.prefix(origin) {
            Some(prefix) => format!("{prefix}::{path}"),
            None => path,
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

/// Opens the backend with this name or alias, of those that are linked into the program.
///
/// ```
/// # trait Store: Send + Sync { fn get(&self, key: &str) -> Option<String>; }
/// # /// None.
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Feature {}
/// # impl crosscheck::Subject for dyn Store {
/// #     type Feature = Feature;
/// #     const BASELINE: &'static str = "empty";
/// # }
/// # struct Empty;
/// # impl Store for Empty { fn get(&self, _: &str) -> Option<String> { None } }
/// #[crosscheck::backend(name = "empty")]
/// fn empty() -> Result<Box<dyn Store>, crosscheck::Unavailable> {
///     Ok(Box::new(Empty))
/// }
///
/// let store = crosscheck::open::<dyn Store>("empty").unwrap();
/// assert_eq!(store.get("key"), None);
/// let unknown = crosscheck::open::<dyn Store>("emtpy").err().unwrap();
/// assert_eq!(unknown.to_string(), "unknown backend `emtpy`; did you mean `empty`? (known: empty)");
/// ```
///
/// # Errors
/// When no linked backend has this name (name its crate somewhere, `use the_backend as _;`, or the linker drops it), or when
/// it is not available on this machine.
pub fn open<S: Subject + ?Sized>(name: &str) -> Result<Box<S>, OpenError> {
    let elements = Elements::linked();
    let backends = of_type::<dyn BackendElement, Backend<S>>(&elements.backends);
    let mut backends = backends.into_iter().flat_map(Instantiated::all);
    let is_meant =
        |it: &Instantiated<S>| [it.name, it.backend.name].contains(&name) || it.backend.aliases.contains(&name);
    match backends.find(is_meant) {
        Some(Instantiated { backend, number, .. }) => backend.open.open(number).map_err(OpenError::Unavailable),
        None => Err(OpenError::Unknown { unknown: names::unknown_backend(&[elements.suite::<S>().spec], name) }),
    }
}

/// Why [`open`] opens no backend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// No linked backend has this name or alias.
    #[error("{unknown}")]
    #[non_exhaustive]
    Unknown {
        /// The name, the known ones and the nearest.
        unknown: String,
    },
    /// The backend is not available on this machine.
    #[error("{0}")]
    Unavailable(Unavailable),
}

/// A suite: its data, and the bodies behind it.
pub struct Gathered {
    /// The data.
    pub spec: SuiteSpec,
    /// The bodies.
    pub bodies: Box<dyn Bodies>,
}

fn gather<S: Subject + ?Sized>(elements: &Elements) -> Gathered {
    let with_path = |test: &'static Test<S>| (elements.path(&test.origin, test.name), test);
    let mut tests: Vec<_> = of_type::<dyn TestElement, Test<S>>(&elements.tests).into_iter().map(with_path).collect();
    tests.sort_by(|(path, test), (other, second)| {
        path.cmp(other).then_with(|| test.origin.place().cmp(&second.origin.place()))
    });
    let (paths, tests): (Vec<_>, Vec<_>) = tests.into_iter().unzip();
    let mut backends = of_type::<dyn BackendElement, Backend<S>>(&elements.backends);
    backends.sort_by_key(|backend| (backend.name != S::BASELINE, backend.name, backend.origin.place()));
    let backends: Vec<_> = backends.into_iter().flat_map(Instantiated::all).collect();
    let mut exclusions = of_type::<dyn ExclusionsElement, Exclusions<S::Feature>>(&elements.exclusions);
    exclusions.sort_by_key(|exclusions| (exclusions.backend, exclusions.origin.place()));
    let (apart, questions) = rows_apart::<S>(elements);
    let mut implements = of_type::<dyn ImplementsElement, Implements<S>>(&elements.implements);
    implements.sort_by_key(|implements| implements.origin.place());
    let implemented = |name| implements.iter().find(|it| it.backends.contains(&name)).map(|it| it.functions);

    let mut faults = Vec::new();
    let listings: Vec<_> = tests
        .iter()
        .zip(&paths)
        .map(|(test, path)| {
            let cases = test.cases.as_ref()?;
            let only = elements.only.as_deref().and_then(|cell| named_case(cell, path, test.axes.len(), cases.axis));
            cases.listed(only).map_err(|error| faults.push((test.origin, path.clone(), error))).ok()
        })
        .collect();
    let mut specs = Vec::with_capacity(tests.len());
    for ((test, path), listing) in tests.iter().zip(paths).zip(&listings) {
        specs.push(test_spec(test, path, listing.as_ref(), elements, &mut faults));
    }
    let spec = SuiteSpec {
        subject: std::any::type_name::<S>(),
        baseline: S::BASELINE,
        package: <S::Feature as Feature>::PACKAGE,
        terms: S::TERMS.described(),
        closed: S::BACKENDS,
        tracked: <S::Feature as Feature>::TRACKED,
        features: <S::Feature as Feature>::ALL
            .iter()
            .map(|feature| FeatureSpec { marker: feature.marker(), description: feature.description() })
            .collect(),
        tests: specs,
        faults,
        elsewhere: elements.elsewhere.iter().filter(|(of, _)| *of == TypeId::of::<S>()).map(|(_, it)| *it).collect(),
        backends: backends
            .iter()
            .map(|Instantiated { backend, number, name }| BackendSpec {
                name,
                family: number.map(|_| backend.name),
                aliases: backend.aliases,
                origin: backend.origin,
                package: backend.package,
                implements: implemented(backend.name),
                isolated: backend.isolated,
                fresh: backend.fresh,
                // Each device is one for itself.
                device: backend.device.map(|device| number.map_or(device, |number| numbered(device, number))),
            })
            .collect(),
        implementing: implements
            .iter()
            .flat_map(|it| it.backends.iter().map(|backend| (*backend, it.origin)))
            .collect(),
        excluding: exclusions.iter().map(|exclusions| (exclusions.backend, exclusions.origin)).collect(),
        apart: apart.iter().map(|(row, _)| (row.backend, row.origin)).collect(),
        unclassified: exclusions.iter().flat_map(|exclusions| unclassified(exclusions)).collect(),
        rows: exclusions
            .iter()
            .flat_map(|exclusions| rows(exclusions))
            .chain(apart.iter().map(|(row, condition)| row.to_row(*condition)))
            .collect(),
    };
    Gathered { spec, bodies: Box::new(Typed { tests, listings, backends, questions }) }
}

/// The rows that stand apart, each with its condition, and what the conditions ask.
#[expect(clippy::type_complexity, reason = "two lists that belong together for the length of one call")]
fn rows_apart<S: Subject + ?Sized>(
    elements: &Elements,
) -> (Vec<(&'static RowApart, Option<Condition>)>, Vec<&'static Question<S>>) {
    let mut rows = of_type::<dyn ExclusionsElement, RowApart>(&elements.exclusions);
    rows.sort_by_key(|row| (row.backend, row.origin.place()));
    let mut questions = Vec::new();
    let of_this_suite = rows.into_iter().filter(|row| row.subject.is_none_or(|subject| subject == TypeId::of::<S>()));
    let with_conditions = of_this_suite.filter_map(|row| {
        let Some(question) = row.question else { return Some((row, None)) };
        // A question to another subject belongs to a row of that one.
        let question = (question as &dyn Any).downcast_ref::<Question<S>>()?;
        questions.push(question);
        Some((row, Some(Condition { name: question.name, at: questions.len() - 1 })))
    });
    (with_conditions.collect(), questions)
}

impl RowApart {
    fn to_row(&self, condition: Option<Condition>) -> Row {
        let scope = match (self.uses, self.tests, self.cases) {
            (Some(marker), ..) => Scope::Feature(marker.into()),
            (None, [], _) => Scope::All,
            (None, tests, []) => Scope::Tests(tests),
            (None, tests, cases) => Scope::Cases(tests, cases),
        };
        let location = Some(self.origin.to_string());
        let source = self.source;
        Row { condition, location, source, ..Row::apart(self.backend, scope, &self.action) }
    }
}

/// The features that a matrix function leaves to its last arm.
fn unclassified<F: Feature>(exclusions: &Exclusions<F>) -> impl Iterator<Item = (&'static str, &'static str, Origin)> {
    let left = F::ALL.iter().filter(|feature| (exclusions.action)(**feature).kind == Kind::Unclassified);
    left.map(|feature| (feature.marker(), exclusions.backend, exclusions.origin))
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

/// The rows of a typed matrix function, in the order in which the features are declared; that of the whole backend comes
/// last, so that a feature's own row is the one that is named.
fn rows<F: Feature>(exclusions: &Exclusions<F>) -> impl Iterator<Item = Row> {
    let features = F::ALL.iter().map(|feature| (feature.marker(), (exclusions.action)(*feature)));
    features
        .chain([(ALL, exclusions.all)])
        .filter_map(|(marker, action)| Row::of_action(exclusions.backend, marker, &action))
        .map(|row| Row { source: exclusions.source, ..row })
}

#[cfg(all(test, feature = "harness"))]
mod tests {
    use super::*;
    use crate::suite::action::{Debt, RUN, skip};

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
    }

    const HERE: Origin = Origin { module: "suite::ops", file: "ops.rs", line: 1 };

    #[test]
    fn the_row_of_a_feature_comes_before_that_of_the_whole_backend() {
        let action = |feature: TestFeature| match feature {
            TestFeature::A => RUN,
            TestFeature::B => skip("no").because(Debt::NotYet),
        };
        let exclusions = Exclusions::new("mlx", HERE, action).all(skip("none").because(Debt::NotYet));
        let rows: Vec<_> = rows(&exclusions).map(|row| (row.marker, row.message)).collect();
        assert_eq!(rows, [("b".into(), "no".to_owned()), (ALL.into(), "none".to_owned())]);
    }

    #[test]
    fn a_crate_with_nothing_but_a_block_of_implemented_functions_counts() {
        static BLOCK: Implements<dyn Ops> = Implements::new(&["mlx", "mps"], HERE, &["add"]);
        let (tests, backends, exclusions) = (vec![], vec![], vec![]);
        let (implements, elsewhere) = (vec![&BLOCK as _], vec![]);
        let elements = Elements { tests, backends, exclusions, implements, elsewhere, prefixes: vec![], only: None };
        assert_eq!(elements.crates(), ["suite"]);
        assert_eq!(elements.suite::<dyn Ops>().spec.implementing, [("mlx", HERE), ("mps", HERE)]);
        let errors: Vec<_> = check::check(&elements, &[], &["suite"]).iter().map(ToString::to_string).collect();
        let orphan = "ops.rs:1: implemented functions for a subject or features without any test";
        assert!(errors.len() == 2 && errors[1].starts_with(orphan), "{errors:?}");
    }
}
