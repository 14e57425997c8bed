//! The bodies behind a suite's data, by position: what can be run, whatever its subject is.

use std::any::{Any, TypeId};
use std::collections::BTreeSet;
use std::error::Error;
use std::panic::catch_unwind;
use std::sync::{Mutex, PoisonError};

use super::CROSSCHECK_CONTRACTS_V1;
use super::cases::{At, Listing};
use super::element::{Backend, Body, BoxError, Contract, Open, Question, Runs, Test};
use crate::compare::{Pair, Terms, Value};
use crate::suite::subject::{Receipt, Subject, Unavailable};

/// What of a suite can be run, by position in its [`SuiteSpec`](crate::suite::spec::SuiteSpec).
pub trait Bodies: Send + Sync {
    /// Opens a backend.
    ///
    /// # Errors
    /// When it is not available on this machine.
    fn open(&self, backend: usize) -> Result<Instance, Unavailable>;
    /// Asks an open backend what a row's condition is, by its position among the suite's.
    fn ask(&self, condition: usize, on: &Instance) -> bool;
    /// What an open backend says of itself.
    fn about(&self, on: &Instance) -> Option<String>;
    /// Runs a test's body.
    ///
    /// # Errors
    /// What the body returned.
    fn call(&self, test: usize, case: &[usize], on: &Instance) -> Result<Returned, BoxError>;
    /// The subject, whose default bodies are not an implementation of a backend's own.
    fn subject(&self) -> TypeId;
    /// What the value of a case of a test is judged by.
    fn terms(&self, test: usize, case: &[usize]) -> Terms<'static>;
    /// Whether the value of a case of a test may be one that a null output would agree with.
    fn expects_constant(&self, test: usize, case: &[usize]) -> bool;
    /// A hash over what each case is made of that is made of data, in the order of the tests.
    fn contents(&self) -> Vec<u64>;
    /// The lines on which the body of a test checks something; `None` where nothing is known of that.
    fn points(&self, test: usize) -> Option<&'static [u32]>;
    /// Whether the marks in the body of a test say that they come from this line of this file.
    fn has_mark(&self, test: usize, place: (&str, u32)) -> bool;
    /// Whether those of any test do.
    fn is_mark(&self, place: (&str, u32)) -> bool;
    /// What the subject says of an error.
    fn unimplemented_function(&self, error: &BoxError) -> Option<String>;
    /// The contract that the subject is, where `#[crosscheck::contract]` stands on it.
    fn contract(&self) -> Option<&'static Contract> {
        None
    }
    /// What a backend ran on this thread since it was last asked.
    fn take_receipt(&self, on: &Instance) -> Option<Receipt>;
}

/// What a body returned.
pub enum Returned {
    /// Nothing: it has asserted.
    Nothing,
    /// A value, to compare with the baseline's.
    Value(Box<dyn Value>),
    /// A value and what is expected.
    Pair(Box<dyn Pair>),
}

/// An open backend: a `Box<S>`.
pub type Instance = Box<dyn Any + Send + Sync>;

/// A backend, or one of those that one constructor makes of it.
pub(super) struct Instantiated<S: Subject + ?Sized> {
    pub(super) backend: &'static Backend<S>,
    /// Which of the machine's devices it is; `None` where there is one backend only.
    pub(super) number: Option<usize>,
    pub(super) name: &'static str,
}

impl<S: Subject + ?Sized> Instantiated<S> {
    /// All that there are on this machine; where there is no device, one that says so when it is opened.
    pub(super) fn all(backend: &'static Backend<S>) -> Vec<Self> {
        let plain = || vec![Self { backend, number: None, name: backend.name }];
        let Open::Each { count, .. } = &backend.open else { return plain() };
        // What a list of devices cannot do, it says again when one of them is opened.
        match catch_unwind(*count) {
            Ok(Ok(many @ 1..)) => {
                let one = |number| Self { backend, number: Some(number), name: numbered(backend.name, number) };
                (0..many).map(one).collect()
            }
            _ => plain(),
        }
    }
}

/// `name_0`. Names are static: the few that a machine has are kept as long as it runs, each once.
pub(super) fn numbered(name: &'static str, number: usize) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let name = format!("{name}_{number}");
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    match names.get(name.as_str()) {
        Some(known) => known,
        None => {
            let name: &'static str = name.leak();
            names.insert(name);
            name
        }
    }
}

/// The bodies of one subject, in the order of its suite's data.
pub(super) struct Typed<S: Subject + ?Sized> {
    pub(super) tests: Vec<&'static Test<S>>,
    /// The cases of those that are made of data.
    pub(super) listings: Vec<Option<Listing>>,
    pub(super) backends: Vec<Instantiated<S>>,
    pub(super) questions: Vec<&'static Question<S>>,
}

impl<S: Subject + ?Sized> Typed<S> {
    /// The cases of a test that are made of data, and which one is meant.
    fn data(&self, test: usize, case: &[usize]) -> Option<(&Listing, usize)> {
        let axis = self.tests[test].cases.as_ref()?.axis;
        Some((self.listings[test].as_ref()?, case[axis]))
    }
}

impl<S: Subject + ?Sized> Bodies for Typed<S> {
    fn open(&self, backend: usize) -> Result<Instance, Unavailable> {
        let Instantiated { backend, number, .. } = &self.backends[backend];
        let opened: Box<S> = backend.open.open(*number)?;
        Ok(Box::new(opened))
    }

    fn ask(&self, condition: usize, on: &Instance) -> bool {
        on.downcast_ref::<Box<S>>().is_some_and(|subject| (self.questions[condition].ask)(subject))
    }

    fn about(&self, on: &Instance) -> Option<String> {
        on.downcast_ref::<Box<S>>().and_then(|subject| subject.about())
    }

    fn call(&self, test: usize, case: &[usize], on: &Instance) -> Result<Returned, BoxError> {
        let subject: &S = on.downcast_ref::<Box<S>>().ok_or("the backend is one of another subject")?;
        let at = &At::new(case, self.listings[test].as_ref());
        Ok(match self.tests[test].body.run {
            Runs::Check(run) => run(subject, at)?.map_or(Returned::Nothing, Returned::Pair),
            Runs::Function(function) => function.on(subject)?.map_or(Returned::Nothing, Returned::Pair),
            Runs::Differential(run) => Returned::Value(run(subject, at)?),
        })
    }

    fn subject(&self) -> TypeId {
        TypeId::of::<S>()
    }

    fn terms(&self, test: usize, case: &[usize]) -> Terms<'static> {
        let Body { tolerance, tolerances, .. } = &self.tests[test].body;
        let of_values = tolerances.iter().zip(case).find_map(|(values, at)| values.get(*at).copied().flatten());
        let of_case = self.data(test, case).and_then(|(listing, at)| listing.tolerance(at));
        Terms { overriding: of_case.or(of_values).or(*tolerance), budget: None, ..S::TERMS }
    }

    fn expects_constant(&self, test: usize, case: &[usize]) -> bool {
        let Body { expects_constant, constants, .. } = &self.tests[test].body;
        let of_values = constants.iter().zip(case).any(|(values, at)| values.get(*at).is_some_and(Option::is_some));
        let of_case = || self.data(test, case).is_some_and(|(listing, at)| listing.expects_constant(at));
        expects_constant.is_some() || of_values || of_case()
    }

    fn contents(&self) -> Vec<u64> {
        self.listings.iter().flatten().flat_map(Listing::contents).collect()
    }

    fn points(&self, test: usize) -> Option<&'static [u32]> {
        self.tests[test].points.map(|points| points.get(1..).unwrap_or_default())
    }

    fn has_mark(&self, test: usize, (file, line): (&str, u32)) -> bool {
        let Test { origin, points, .. } = self.tests[test];
        origin.file == file && points.and_then(<[u32]>::first) == Some(&line)
    }

    fn is_mark(&self, place: (&str, u32)) -> bool {
        (0..self.tests.len()).any(|test| self.has_mark(test, place))
    }

    fn contract(&self) -> Option<&'static Contract> {
        let mut contracts = CROSSCHECK_CONTRACTS_V1.iter().copied().flatten();
        contracts.find(|contract| (contract.subject)() == TypeId::of::<S>())
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

#[cfg(test)]
mod tests {
    use super::*;

    trait Ops: Send + Sync {}

    /// None.
    #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
    enum NoFeature {}

    impl Subject for dyn Ops {
        type Feature = NoFeature;
        const BASELINE: &'static str = "reference";

        fn unimplemented_function<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a str> {
            error.is::<Cause>().then_some("add")
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("no device")]
    struct Cause;

    #[derive(Debug, thiserror::Error)]
    #[error("it went wrong")]
    struct Wrapped(#[source] Cause);

    #[test]
    fn an_error_says_what_is_not_implemented_also_as_the_source_of_another_one() {
        let bodies = Typed::<dyn Ops> { tests: vec![], listings: vec![], backends: vec![], questions: vec![] };
        assert_eq!(bodies.unimplemented_function(&Cause.into()).as_deref(), Some("add"));
        assert_eq!(bodies.unimplemented_function(&Wrapped(Cause).into()).as_deref(), Some("add"));
        assert_eq!(bodies.unimplemented_function(&"other".into()), None);
    }
}
