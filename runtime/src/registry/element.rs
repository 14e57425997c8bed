//! What the attributes register: tests, backends, exclusions and implemented functions, each typed by its subject.

use std::any::{Any, TypeId};
use std::error::Error;
use std::time::Duration;

use super::bodies::Instance;
use super::cases::{At, CasesOf};
use crate::compare::{Pair, Tolerance, Value};
use crate::suite::action::Action;
use crate::suite::scope::{CaseName, TestName};
use crate::suite::spec::{AxisSpec, Origin, Source};
use crate::suite::subject::{Feature, Subject, Unavailable};

/// Any error that a body returns. It is read on the thread that ran the body, so that it need not be `Send`.
pub type BoxError = Box<dyn Error>;

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
    /// The type of its function.
    pub function: Option<TypeId>,
    /// The markers of the features that it uses.
    pub uses: &'static [&'static str],
    /// The backends it is narrowed to; `None` for all.
    pub backends: Option<&'static [&'static str]>,
    /// Whether its cells run in processes of their own.
    pub isolated: bool,
    /// How long its cells may take; they run in processes of their own then.
    pub timeout: Option<Duration>,
    /// What it can be selected by besides what it uses.
    pub tags: &'static [&'static str],
    /// The function of the contract that it is about.
    pub of: Option<&'static str>,
    /// The functions that its body calls on the backend.
    pub calls: &'static [&'static str],
    /// Its axes, without the one whose values are cases.
    pub axes: &'static [AxisSpec],
    /// The axis whose values are cases that are made of data.
    pub cases: Option<CasesOf>,
    /// The features that a value of an axis implies, both by position; `None` without axes.
    pub implied: Option<Implied<S::Feature>>,
    /// The line that the marks in its body say they come from, and the lines on which it checks something; `None` where nothing is known
    /// of that.
    pub points: Option<&'static [u32]>,
    /// What it runs.
    pub body: Body<S>,
}

/// The features that a value of an axis implies; the numbers are the positions of axis and value.
pub type Implied<F> = fn(usize, usize) -> Vec<F>;

/// Runs a body on a backend, for a place on the axes.
pub type Run<S, T> = fn(&S, &At<'_>) -> Result<T, BoxError>;

/// What a test runs, on one backend and one value of each axis (given by its position).
pub struct Body<S: ?Sized + 'static> {
    /// What is called.
    pub run: Runs<S>,
    /// Replaces the default tolerance of the value's type.
    pub tolerance: Option<Tolerance>,
    /// Replaces it for cells with a value of an axis, by axis and value; one axis at the most does.
    pub tolerances: &'static [&'static [Option<Tolerance>]],
    /// Why its value may be one that a null output would agree with.
    pub expects_constant: Option<&'static str>,
    /// The same for cells with a value of an axis, by axis and value; empty where there is none.
    pub constants: &'static [&'static [Option<&'static str>]],
}

/// What a body returns.
pub enum Runs<S: ?Sized + 'static> {
    /// It asserts, or returns a value and what is expected.
    Check(Run<S, Option<Box<dyn Pair>>>),
    /// The same, where it is a function of the backend alone.
    Function(&'static dyn Outcome<S>),
    /// It returns a value that is compared with the baseline's.
    Differential(Run<S, Box<dyn Value>>),
}

/// What comes of a body that asserts, or returns a value and what is expected.
pub type Judged = Result<Option<Box<dyn Pair>>, BoxError>;

/// What comes of a function of the backend alone.
pub trait Outcome<S: ?Sized>: Sync {
    /// Calls it.
    ///
    /// # Errors
    /// What it returned.
    fn on(&self, subject: &S) -> Judged;
}

/// A function of the backend alone, and what judges what it returns: data, so that nothing is compiled for the function by itself.
pub struct Function<S: ?Sized, R>(pub fn(&S) -> R, pub fn(R) -> Judged);

impl<S: ?Sized, R> Outcome<S> for Function<S, R> {
    fn on(&self, subject: &S) -> Judged {
        (self.1)((self.0)(subject))
    }
}

/// A backend, as `#[crosscheck::backend]` registers it.
pub struct Backend<S: Subject + ?Sized> {
    /// Its name in the matrix and in the names of cells.
    pub name: &'static str,
    /// Other names that the command line accepts.
    pub aliases: &'static [&'static str],
    /// Where it was written.
    pub origin: Origin,
    /// The name and the version of its crate; empty where that is not known.
    pub package: (&'static str, &'static str),
    /// Whether its cells run in processes of their own.
    pub isolated: bool,
    /// Whether it is opened for each cell anew.
    pub fresh: bool,
    /// The device that its cells have for themselves while they run.
    pub device: Option<&'static str>,
    /// Opens it.
    pub open: Open<S>,
}

/// What opens a backend.
pub enum Open<S: ?Sized> {
    /// There is one.
    One(fn() -> Result<Box<S>, Unavailable>),
    /// There is one for each device of a machine.
    Each {
        /// How many there are; it opens none.
        count: fn() -> Result<usize, Unavailable>,
        /// Opens one.
        open: fn(usize) -> Result<Box<S>, Unavailable>,
    },
}

impl<S: ?Sized> Open<S> {
    /// Opens it, or one of its kind. Where there is none, that is why.
    pub(super) fn open(&self, number: Option<usize>) -> Result<Box<S>, Unavailable> {
        match (self, number) {
            (Self::One(open), _) => open(),
            (Self::Each { open, .. }, Some(number)) => open(number),
            (Self::Each { count, open }, None) => match count()? {
                0 => Err(Unavailable::new("there is no device of this kind on this machine")),
                _ => open(0),
            },
        }
    }
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
    /// How it is written.
    pub source: Option<Source>,
}

/// One row by itself, as `#[crosscheck::exclusions]` on a constant registers it: whoever knows a fact may say it, also where
/// neither the suite nor the backend is his.
pub struct RowApart {
    /// The backend's name.
    pub backend: &'static str,
    /// Where it was written.
    pub origin: Origin,
    /// What it says.
    pub action: Action,
    /// The marker of the feature that it hangs on.
    pub uses: Option<&'static str>,
    /// The tests that it hangs on.
    pub tests: &'static [TestName],
    /// The cases of those; each has to hold.
    pub cases: &'static [CaseName],
    /// The subject whose suite it is a row of; `None` for every suite that has the backend.
    pub subject: Option<TypeId>,
    /// What the opened backend is asked: a [`Question`] to its subject.
    pub question: Option<&'static (dyn Any + Sync)>,
    /// How it is written.
    pub source: Option<Source>,
}

/// What a row asks of an opened backend.
pub struct Question<S: Subject + ?Sized> {
    /// The function, as it was written.
    pub name: &'static str,
    /// Asks.
    pub ask: fn(&S) -> bool,
}

/// The functions of a contract, and what puts faults in front of a backend of it.
pub type Faulty = (&'static [ContractFunction], fn(Instance) -> Instance);

/// A contract, as `#[crosscheck::contract]` registers it.
pub struct Contract {
    /// The name of the trait.
    pub name: &'static str,
    /// The type of its objects.
    pub subject: fn() -> TypeId,
    /// What can be wrong in it; or why nothing can, in words that go on behind "the contract".
    pub faulty: Result<Faulty, &'static str>,
}

impl Contract {
    /// A contract.
    pub const fn new(name: &'static str, subject: fn() -> TypeId, faulty: Result<Faulty, &'static str>) -> Self {
        Self { name, subject, faulty }
    }
}

impl ContractFunction {
    /// A function.
    pub const fn new(name: &'static str, arguments: &'static [&'static str]) -> Self {
        Self { name, arguments }
    }
}

/// A function of a contract that is called on `&dyn Contract`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContractFunction {
    /// Its name.
    pub name: &'static str,
    /// The names of its arguments.
    pub arguments: &'static [&'static str],
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
