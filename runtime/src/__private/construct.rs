//! What an expansion registers is made here and by no struct literal, so that a new field breaks no expansion of an older
//! version.

use std::any::TypeId;
use std::marker::PhantomData;
use std::time::Duration;

use crate::compare::Tolerance;
use crate::compare::erased::{Pair, Value};
use crate::registry::{
    Backend, BackendElement, Body, CasesOf, Exclusions, ExclusionsElement, Implements, ImplementsElement, Open,
    Outcome, Question, RowApart, Run, Runs, Test,
};
use crate::suite::action::{Action, Debt, RUN};
use crate::suite::scope::{CaseName, TestName};
use crate::suite::spec::{AxisSpec, Origin, Source};
use crate::suite::subject::{Feature, Subject, Unavailable};

impl Origin {
    /// Where an item stands.
    pub const fn new(module: &'static str, file: &'static str, line: u32) -> Self {
        Self { module, file, line }
    }
}

/// A test before anything is asked of its subject, so that a type that is not a subject is an error in one place: [`test`].
pub struct NewTest<S: ?Sized + 'static, F: 'static> {
    name: &'static str,
    origin: Origin,
    function: Option<TypeId>,
    uses: &'static [&'static str],
    backends: Option<&'static [&'static str]>,
    isolated: bool,
    timeout: Option<Duration>,
    tags: &'static [&'static str],
    of: Option<&'static str>,
    calls: &'static [&'static str],
    axes: &'static [AxisSpec],
    cases: Option<CasesOf>,
    implied: Option<fn(usize, usize) -> Vec<F>>,
    points: Option<&'static [u32]>,
    body: Body<S>,
}

impl<S: ?Sized, F> NewTest<S, F> {
    /// A test without features and axes that runs on all backends.
    pub const fn new(name: &'static str, origin: Origin, body: Body<S>) -> Self {
        Self {
            name,
            origin,
            function: None,
            uses: &[],
            backends: None,
            isolated: false,
            timeout: None,
            tags: &[],
            of: None,
            calls: &[],
            axes: &[],
            cases: None,
            implied: None,
            points: None,
            body,
        }
    }

    /// One whose function is of this type.
    pub const fn function(self, function: TypeId) -> Self {
        Self { function: Some(function), ..self }
    }

    /// One that uses the features of these markers.
    pub const fn uses(self, uses: &'static [&'static str]) -> Self {
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

    /// One whose cells may take so long.
    pub const fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// One that can be selected by these words.
    pub const fn tags(self, tags: &'static [&'static str]) -> Self {
        Self { tags, ..self }
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

    /// One with an axis whose values are cases that are made of data.
    pub const fn cases(self, cases: CasesOf) -> Self {
        Self { cases: Some(cases), ..self }
    }

    /// One whose values on its axes imply features; the numbers are the positions of axis and value.
    pub const fn implied(self, implied: fn(usize, usize) -> Vec<F>) -> Self {
        Self { implied: Some(implied), ..self }
    }

    /// One whose body calls [`reached`](super::reached): the line that those calls say they come from, and the lines where it checks
    /// something.
    pub const fn points(self, points: &'static [u32]) -> Self {
        Self { points: Some(points), ..self }
    }
}

/// The test of a subject.
pub const fn test<S: Subject + ?Sized>(test: NewTest<S, S::Feature>) -> Test<S> {
    let NewTest {
        name,
        origin,
        function,
        uses,
        backends,
        isolated,
        timeout,
        tags,
        of,
        calls,
        axes,
        cases,
        implied,
        points,
        body,
    } = test;
    Test {
        name,
        origin,
        function,
        uses,
        backends,
        isolated,
        timeout,
        tags,
        of,
        calls,
        axes,
        cases,
        implied,
        points,
        body,
    }
}

/// What arguments are checked against: what [`NotASubject`] says for types that are no subject, because inherent constants
/// come first.
pub struct Known<S: ?Sized>(PhantomData<fn(&S)>);

impl<S: Subject + ?Sized> Known<S> {
    /// The markers of its features.
    pub const MARKERS: Option<&'static [&'static str]> = Some(<S::Feature as Feature>::MARKERS);
    /// The hashes of these markers.
    pub const HASHES: &'static [u64] = <S::Feature as Feature>::HASHES;
    /// The names of its backends, where the list is closed.
    pub const BACKENDS: Option<&'static [&'static str]> = S::BACKENDS;
    /// The kinds of debt that are followed up.
    pub const TRACKED: Option<&'static [Debt]> = Some(<S::Feature as Feature>::TRACKED);
}

/// See [`Known`]: it is an error elsewhere that a type is no subject.
pub trait NotASubject {
    /// No list.
    const MARKERS: Option<&'static [&'static str]> = None;
    /// No list.
    const HASHES: &'static [u64] = &[];
    /// No list.
    const BACKENDS: Option<&'static [&'static str]> = None;
    /// No list.
    const TRACKED: Option<&'static [Debt]> = None;
}

impl<S: ?Sized> NotASubject for Known<S> {}

impl AxisSpec {
    /// An axis of this name, and what its values are called.
    pub const fn new(name: &'static str, labels: &'static [&'static str]) -> Self {
        Self { name, labels }
    }
}

impl<S: ?Sized> Body<S> {
    /// A body that asserts, or returns a value and what is expected.
    pub const fn check(run: Run<S, Option<Box<dyn Pair>>>) -> Self {
        Self { run: Runs::Check(run), tolerance: None, tolerances: &[], expects_constant: None, constants: &[] }
    }

    /// The same, of a function of the backend alone.
    pub const fn function(function: &'static dyn Outcome<S>) -> Self {
        Self { run: Runs::Function(function), tolerance: None, tolerances: &[], expects_constant: None, constants: &[] }
    }

    /// A body that returns a value to compare with the baseline's.
    pub const fn differential(run: Run<S, Box<dyn Value>>) -> Self {
        Self { run: Runs::Differential(run), tolerance: None, tolerances: &[], expects_constant: None, constants: &[] }
    }

    /// One that replaces the default tolerance.
    pub const fn tolerance(self, tolerance: Tolerance) -> Self {
        Self { tolerance: Some(tolerance), ..self }
    }

    /// One that replaces it for cells with a value of an axis, by axis and value.
    pub const fn tolerances(self, tolerances: &'static [&'static [Option<Tolerance>]]) -> Self {
        Self { tolerances, ..self }
    }

    /// One whose value may be one that a null output would agree with, for this reason.
    pub const fn expects_constant(self, reason: &'static str) -> Self {
        Self { expects_constant: Some(reason), ..self }
    }

    /// One where that holds for cells with a value of an axis, by axis and value.
    pub const fn constants(self, constants: &'static [&'static [Option<&'static str>]]) -> Self {
        Self { constants, ..self }
    }
}

impl<F: Feature> Exclusions<F> {
    /// The rows of the features of one backend.
    pub const fn new(backend: &'static str, origin: Origin, action: fn(F) -> Action) -> Self {
        Self { backend, origin, action, all: RUN, source: None }
    }

    /// With a row of the whole backend.
    pub const fn all(self, all: Action) -> Self {
        Self { all, ..self }
    }

    /// Written on these lines, in tokens of this hash.
    pub const fn source(self, first: u32, last: u32, hash: u64) -> Self {
        let source = Some(Source { file: self.origin.file, first, last, hash });
        Self { source, ..self }
    }
}

/// What no other function has.
pub const fn id_of<F: 'static>(_: &F) -> TypeId {
    TypeId::of::<F>()
}

impl TestName {
    /// The test of this function.
    pub const fn function(id: TypeId, path: &'static str) -> Self {
        Self::Function { id, path }
    }

    /// The tests of these names.
    pub const fn pattern(pattern: &'static str) -> Self {
        Self::Pattern(pattern)
    }
}

impl CaseName {
    /// The cases with one of these values on an axis.
    pub const fn axis(axis: &'static str, values: &'static [&'static [&'static str]]) -> Self {
        Self::Axis { axis, values }
    }

    /// The cases of these names.
    pub const fn patterns(patterns: &'static [&'static str]) -> Self {
        Self::Patterns(patterns)
    }
}

impl RowApart {
    /// A row of the whole backend.
    pub const fn new(backend: &'static str, origin: Origin, action: Action) -> Self {
        Self {
            backend,
            origin,
            action,
            uses: None,
            tests: &[],
            cases: &[],
            subject: None,
            question: None,
            source: None,
        }
    }

    /// One of a feature.
    pub const fn uses(self, marker: &'static str) -> Self {
        Self { uses: Some(marker), ..self }
    }

    /// One of tests.
    pub const fn tests(self, tests: &'static [TestName]) -> Self {
        Self { tests, ..self }
    }

    /// One of those cases of its tests in which each of these holds.
    pub const fn cases(self, cases: &'static [CaseName]) -> Self {
        Self { cases, ..self }
    }

    /// One of the suite of one subject.
    pub const fn of_subject<S: Subject + ?Sized>(self) -> Self {
        Self { subject: Some(TypeId::of::<S>()), ..self }
    }

    /// One that applies where the opened backend says so.
    pub const fn applies_if<S: Subject + ?Sized>(self, question: &'static Question<S>) -> Self {
        Self { question: Some(question), ..self }
    }

    /// Written on these lines, in tokens of this hash.
    pub const fn source(self, first: u32, last: u32, hash: u64) -> Self {
        let source = Some(Source { file: self.origin.file, first, last, hash });
        Self { source, ..self }
    }
}

impl<S: Subject + ?Sized> Question<S> {
    /// What this function asks.
    pub const fn new(name: &'static str, ask: fn(&S) -> bool) -> Self {
        Self { name, ask }
    }
}

/// The element of a row.
pub const fn row_element(row: &'static RowApart) -> Option<&'static dyn ExclusionsElement> {
    Some(row)
}

/// A backend before anything is asked of its subject; see [`NewTest`].
pub struct NewBackend<S: ?Sized> {
    name: &'static str,
    aliases: &'static [&'static str],
    origin: Origin,
    package: (&'static str, &'static str),
    isolated: bool,
    fresh: bool,
    device: Option<&'static str>,
    open: Open<S>,
}

impl<S: ?Sized> NewBackend<S> {
    /// A backend whose subject is what `open` makes.
    pub const fn new(name: &'static str, origin: Origin, open: fn() -> Result<Box<S>, Unavailable>) -> Self {
        Self::opened_by(name, origin, Open::One(open))
    }

    /// One for each device of a machine.
    pub const fn each(
        name: &'static str,
        origin: Origin,
        count: fn() -> Result<usize, Unavailable>,
        open: fn(usize) -> Result<Box<S>, Unavailable>,
    ) -> Self {
        Self::opened_by(name, origin, Open::Each { count, open })
    }

    const fn opened_by(name: &'static str, origin: Origin, open: Open<S>) -> Self {
        Self { name, aliases: &[], origin, package: ("", ""), isolated: false, fresh: false, device: None, open }
    }

    /// One of a crate of this name and version.
    pub const fn package(self, name: &'static str, version: &'static str) -> Self {
        Self { package: (name, version), ..self }
    }

    /// One that has other names.
    pub const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// One whose cells run in processes of their own.
    pub const fn isolated(self) -> Self {
        Self { isolated: true, ..self }
    }

    /// One that is opened for each cell anew.
    pub const fn fresh(self) -> Self {
        Self { fresh: true, ..self }
    }

    /// One whose cells have a device for themselves while they run.
    pub const fn device(self, device: &'static str) -> Self {
        Self { device: Some(device), ..self }
    }
}

/// The backend of a subject.
pub const fn backend<S: Subject + ?Sized>(backend: NewBackend<S>) -> Backend<S> {
    let NewBackend { name, aliases, origin, package, isolated, fresh, device, open } = backend;
    Backend { name, aliases, origin, package, isolated, fresh, device, open }
}

/// The devices of a machine, as a function lists them.
#[diagnostic::on_unimplemented(
    message = "`each` names a function that lists devices: `fn() -> Vec<Device>`, or a `Result<Vec<Device>, Unavailable>`",
    label = "this is no list of devices"
)]
pub trait Devices {
    /// What a device is to the function that opens a backend.
    type Device;
    /// The list.
    ///
    /// # Errors
    /// Why there is none.
    fn list(self) -> Result<Vec<Self::Device>, Unavailable>;
}

impl<D> Devices for Vec<D> {
    type Device = D;

    fn list(self) -> Result<Vec<D>, Unavailable> {
        Ok(self)
    }
}

impl<D> Devices for Result<Vec<D>, Unavailable> {
    type Device = D;

    fn list(self) -> Result<Vec<D>, Unavailable> {
        self
    }
}

/// How many devices there are.
///
/// # Errors
/// Why there is none.
pub fn count(devices: impl Devices) -> Result<usize, Unavailable> {
    Ok(devices.list()?.len())
}

/// One of the devices.
///
/// # Errors
/// Why it is not there.
pub fn nth<D: Devices>(devices: D, number: usize) -> Result<D::Device, Unavailable> {
    let devices = devices.list()?;
    let there = devices.len();
    let gone = || Unavailable::new(format!("device {number} is gone: {there} are there now"));
    devices.into_iter().nth(number).ok_or_else(gone)
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
