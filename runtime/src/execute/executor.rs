//! Runs a cell and tells what happened. It decides nothing.

use std::collections::HashMap;
use std::hash::Hasher;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::context::{self, Announce, DefaultBody, Ended, Phase};
use super::float_state;
use super::observation::{Listed, Observation};
use super::panics::{Panic, Panics, catch};
use crate::compare::{Agreed, Mismatch, NotComparable, Value};
use crate::hash::Fnv;
#[cfg(unix)]
use crate::registry::Contract;
use crate::registry::{Bodies, BoxError, Instance, Returned};
use crate::strength;
use crate::suite::row::Condition;
use crate::suite::spec::SuiteSpec;
use crate::suite::subject::Receipt;
use crate::text;

/// Runs the cells of one suite; opens each backend once, except those that are opened for each cell.
pub struct Executor {
    bodies: Box<dyn Bodies>,
    /// The name of each backend.
    backends: Vec<&'static str>,
    /// The functions that each backend implements.
    implements: Vec<Option<&'static [&'static str]>>,
    baseline: Option<usize>,
    /// Whether each backend is opened for each cell.
    fresh: Vec<bool>,
    opened: Vec<OnceLock<Result<Instance, OpenError>>>,
    /// The backend that has a fault, by what it is known by.
    #[cfg(unix)]
    faulty: Mutex<Option<(String, Arc<Instance>)>>,
    /// What backends were asked, by backend and condition: once.
    answers: Mutex<HashMap<(usize, usize), Result<bool, String>>>,
}

/// An open backend: the one that all cells share, or one of this cell's own.
enum Opened<'a> {
    Shared(&'a Instance),
    Own(Instance),
    /// That has the fault which is tried.
    #[cfg_attr(not(unix), expect(dead_code, reason = "a fault is tried in a process of its own"))]
    Faulty(Arc<Instance>),
}

impl Deref for Opened<'_> {
    type Target = Instance;

    fn deref(&self) -> &Instance {
        match self {
            Self::Shared(instance) => instance,
            Self::Own(instance) => instance,
            Self::Faulty(instance) => instance,
        }
    }
}

/// A cell of the executor's suite, by position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CellOf<'a> {
    pub(crate) test: usize,
    /// The position on each axis.
    pub(crate) case: &'a [usize],
    pub(crate) backend: usize,
    /// Whether the value is compared with the baseline's.
    pub(crate) differential: bool,
}

/// What became of a cell.
pub(crate) struct Executed {
    pub(crate) observation: Observation,
    /// What is expected, as text, where it is a number or a few, of which the case's own comparison tells little.
    pub(crate) scalar: Option<String>,
    /// What the backend said of itself behind its turn.
    pub(crate) about: Option<String>,
}

/// Why a backend is not open.
#[derive(Clone, Debug)]
enum OpenError {
    Unavailable(String),
    Panicked(String),
}

impl Executor {
    /// An executor for the suite.
    pub(crate) fn new(spec: &SuiteSpec, bodies: Box<dyn Bodies>) -> Self {
        let backends: Vec<_> = spec.backends.iter().map(|backend| backend.name).collect();
        Self {
            bodies,
            baseline: backends.iter().position(|name| *name == spec.baseline),
            implements: spec.backends.iter().map(|backend| backend.implements).collect(),
            fresh: spec.backends.iter().map(|backend| backend.fresh).collect(),
            opened: backends.iter().map(|_| OnceLock::new()).collect(),
            #[cfg(unix)]
            faulty: Mutex::default(),
            answers: Mutex::default(),
            backends,
        }
    }

    /// Why a backend is not available here; opens it when it is.
    pub(crate) fn unavailable(&self, backend: usize) -> Option<String> {
        match self.open(backend) {
            Err(OpenError::Unavailable(reason)) => Some(reason),
            Ok(opened) => {
                // That it cannot be dropped is for the cells to find out.
                let _ = self.close(opened, Panics::Expected);
                None
            }
            Err(OpenError::Panicked(_)) => None,
        }
    }

    /// Asks a backend whether a condition holds, once.
    ///
    /// # Errors
    /// What is observed of a cell that depends on the answer, where there is none.
    pub(crate) fn ask(&self, backend: usize, condition: Condition) -> Result<bool, Box<Observation>> {
        let opened = self.open(backend).map_err(|error| match error {
            OpenError::Unavailable(reason) => Box::new(Observation::Unavailable { reason }),
            OpenError::Panicked(message) => Box::new(Observation::SetupFailed { message }),
        })?;
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let ask = || float_state::guarded(|| catch(Panics::Unexpected, || self.bodies.ask(condition.at, &opened))).0;
        let answer = answers.entry((backend, condition.at)).or_insert_with(|| {
            ask().map_err(|panic| format!("the condition `{}` {}", condition.name, panic.describe()))
        });
        let answer = answer.clone().map_err(|message| Box::new(Observation::SetupFailed { message }));
        // That it cannot be dropped is for the cells to find out.
        let _ = self.close(opened, Panics::Expected);
        answer
    }

    /// What an open backend says of itself.
    pub(crate) fn about(&self, backend: usize) -> Option<String> {
        let opened = self.open(backend).ok()?;
        let said = self.said(&opened);
        let _ = self.close(opened, Panics::Expected);
        said
    }

    fn said(&self, opened: &Opened<'_>) -> Option<String> {
        let said = float_state::guarded(|| catch(Panics::Unexpected, || self.bodies.about(opened))).0;
        said.ok().flatten().map(text::cut)
    }

    /// Runs a cell; a panic of its body is printed where it is not expected. `announce` is called when everything that comes
    /// before the body is done.
    pub(crate) fn run(&self, cell: CellOf<'_>, panics: Panics, announce: Option<&Announce>) -> Executed {
        let (mut scalar, mut about) = (None, None);
        let opened = self.open(cell.backend);
        let observation = self.observe(cell, opened, panics, announce, &mut scalar, &mut about);
        Executed { observation, scalar: scalar.map(short_value), about }
    }

    /// The contract of the suite.
    #[cfg(unix)]
    pub(crate) fn contract(&self) -> Option<&'static Contract> {
        self.bodies.contract()
    }

    /// Runs a cell on a backend that has the fault of this process; `of` is what that is known by, so that another fault has a
    /// backend of its own. A contract that can have no faults is not asked for one.
    #[cfg(unix)]
    pub(crate) fn run_faulty(&self, cell: CellOf<'_>, of: &str, announce: Option<&Announce>) -> Observation {
        let opened = self.open_faulty(cell.backend, of);
        self.observe(cell, opened, Panics::Expected, announce, &mut None, &mut None)
    }

    /// What comes next has a backend of its own: the one before may have been left in any state.
    #[cfg(unix)]
    pub(crate) fn forget_faulty(&self) {
        let kept = self.faulty.lock().unwrap_or_else(PoisonError::into_inner).take();
        let _ = catch(Panics::Expected, || drop(kept));
    }

    #[cfg(unix)]
    fn open_faulty(&self, backend: usize, of: &str) -> Result<Opened<'_>, OpenError> {
        let faulty = |instance| match self.contract().map(|contract| contract.faulty) {
            Some(Ok((_, faulty))) => faulty(instance),
            _ => instance,
        };
        if self.fresh[backend] {
            return self.construct(backend).map(|instance| Opened::Faulty(Arc::new(faulty(instance))));
        }
        let mut kept = self.faulty.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, instance)) = kept.as_ref().filter(|(known, _)| known == of) {
            return Ok(Opened::Faulty(Arc::clone(instance)));
        }
        let instance = Arc::new(faulty(self.construct(backend)?));
        *kept = Some((of.to_owned(), Arc::clone(&instance)));
        Ok(Opened::Faulty(instance))
    }

    /// The same; `scalar` is what is expected, as soon as that is known, and `about` what the backend says of itself.
    fn observe(
        &self,
        cell: CellOf<'_>,
        opened: Result<Opened<'_>, OpenError>,
        panics: Panics,
        announce: Option<&Announce>,
        scalar: &mut Option<String>,
        about: &mut Option<String>,
    ) -> Observation {
        let opened = match opened {
            Ok(opened) => opened,
            Err(OpenError::Unavailable(reason)) => return Observation::Unavailable { reason },
            Err(OpenError::Panicked(message)) => return Observation::SetupFailed { message },
        };
        let observation = self.run_on(&opened, cell, panics, announce, scalar);
        *about = self.said(&opened);
        match (self.close(opened, panics), observation) {
            // What failed first is what there is to see.
            (Err(panic), Observation::Returned { .. } | Observation::CheckedNothing { .. }) => {
                Observation::Panicked(panic.noted("the backend was dropped"))
            }
            (_, observation) => observation,
        }
    }

    /// Drops a backend that is the cell's own.
    fn close(&self, opened: Opened<'_>, panics: Panics) -> Result<(), Box<Panic>> {
        match opened {
            Opened::Shared(_) => Ok(()),
            Opened::Own(instance) => float_state::guarded(|| catch(panics, || drop(instance))).0,
            Opened::Faulty(instance) => float_state::guarded(|| catch(panics, || drop(instance))).0,
        }
    }

    fn run_on(
        &self,
        instance: &Opened<'_>,
        cell: CellOf<'_>,
        panics: Panics,
        announce: Option<&Announce>,
        scalar: &mut Option<String>,
    ) -> Observation {
        let CellOf { test, case, backend, differential } = cell;
        // The baseline goes first, so that a fault in it is never taken for one of the backend.
        let expected = match self.expected(test, case, differential) {
            Ok(expected) => expected,
            Err(message) => return Observation::SetupFailed { message },
        };
        let is_judged_with_others = !self.bodies.expects_constant(test, case);
        let of_number = |number: &dyn Fn() -> Option<String>| {
            catch(Panics::Unexpected, || if is_judged_with_others { number() } else { None }).ok().flatten()
        };
        *scalar = expected.as_ref().and_then(|expected| of_number(&|| expected.scalar()));
        if let Some(announce) = announce {
            announce(Phase::Body);
        }
        let expected_to_fail = panics == Panics::Expected;
        // What this thread left behind is no evidence.
        let _ = catch(Panics::Unexpected, || self.bodies.take_receipt(instance));
        let is_faulty = matches!(instance, Opened::Faulty(_));
        let call = || catch(panics, || self.call(cell, instance));
        let body = || if is_faulty { strength::within(call) } else { call() };
        let (ended, left_changed) = float_state::guarded(|| context::with_body(announce, expected_to_fail, body));
        let Ended { returned, phase, has_checked, elsewhere } = ended;
        // A mark outside of all checks is in a helper, and any check may have called that.
        let counts = |place: &context::Place| self.bodies.has_mark(test, *place) || !self.bodies.is_mark(*place);
        let has_checked = has_checked || elsewhere.iter().any(counts);
        match returned {
            Err(panic) if phase == Phase::SetUp => Observation::SetupFailed { message: before_the_body(&panic) },
            Err(panic) => Observation::Panicked(*panic),
            Ok(Err(DefaultBody(function))) => self.not_implemented(backend, function.to_owned()),
            Ok(Ok(Err(error))) if phase == Phase::SetUp => {
                Observation::SetupFailed { message: text::cut(with_sources(&error)) }
            }
            // The error is the user's code as well.
            Ok(Ok(Err(error))) => {
                let read = catch(panics, || match self.bodies.unimplemented_function(&error) {
                    Some(function) => self.not_implemented(backend, text::cut(function)),
                    None => Observation::Errored { message: with_sources(&error) },
                });
                read.unwrap_or_else(|panic| Observation::Panicked(*panic))
            }
            Ok(Ok(Ok(actual))) => match catch(Panics::Unexpected, || {
                if let Returned::Pair(pair) = &actual {
                    *scalar = of_number(&|| pair.scalar());
                }
                (self.bodies.take_receipt(instance), self.compare(test, case, actual, expected))
            }) {
                Ok((_, Ok(None | Some(Ok(_))))) if let Some(what) = left_changed => Observation::LeftChanged { what },
                Ok((receipt, Ok(None))) if !has_checked && let Some(points) = self.bodies.points(test) => {
                    Observation::CheckedNothing { points, receipt: receipt.map(short) }
                }
                Ok((receipt, Ok(comparison))) => Observation::Returned { comparison, receipt: receipt.map(short) },
                Ok((_, Err(error))) => {
                    Observation::SetupFailed { message: text::cut(format!("nothing can be compared: {error}")) }
                }
                Err(panic) => Observation::SetupFailed { message: format!("the comparison {}", panic.describe()) },
            },
        }
    }

    /// The pairs of these backends, by position, of which the values agree; a backend that returns none is left out of the
    /// list that comes back with them. Nothing is run where there are less than three of them.
    #[cfg(unix)]
    pub(crate) fn vote(&self, test: usize, case: &[usize], backends: &[usize]) -> (Vec<usize>, Vec<(usize, usize)>) {
        let open = backends.iter().filter_map(|backend| Some((*backend, self.open(*backend).ok()?)));
        let open: Vec<_> = open.collect();
        if open.len() < 3 {
            return (open.into_iter().map(|(backend, _)| backend).collect(), Vec::new());
        }
        let value = |backend: usize, opened: Opened<'_>| {
            let cell = CellOf { test, case, backend, differential: true };
            // Whatever it says was said before.
            let called = float_state::guarded(|| catch(Panics::Expected, || self.call(cell, &opened))).0;
            let _ = self.close(opened, Panics::Expected);
            match called.ok()?.ok()?.ok()? {
                Returned::Value(value) => Some(value),
                Returned::Nothing | Returned::Pair(_) => None,
            }
        };
        let values: Vec<_> =
            open.into_iter().filter_map(|(backend, opened)| Some((backend, value(backend, opened)?))).collect();
        let agrees = |a: usize, b: usize| {
            let ((_, expected), (_, actual)) = (&values[a], &values[b]);
            let compared = catch(Panics::Expected, || {
                actual.as_ref().compare_erased(expected.as_ref(), &self.bodies.terms(test, case))
            });
            matches!(compared, Ok(Ok(Ok(_))))
        };
        let pairs = (0..values.len()).flat_map(|a| (a + 1..values.len()).map(move |b| (a, b)));
        let agree = pairs.filter(|(a, b)| agrees(*a, *b)).collect();
        (values.into_iter().map(|(backend, _)| backend).collect(), agree)
    }

    /// What it means that a backend says this of a function.
    fn not_implemented(&self, backend: usize, function: String) -> Observation {
        let listed = match self.implements[backend] {
            Some(list) if list.contains(&function.as_str()) => Listed::Yes,
            Some(_) => Listed::No,
            None => Listed::NoList,
        };
        Observation::NotImplemented { function, listed }
    }

    /// Calls the body; the contract's own default bodies count as not implemented where the backend leaves them out.
    fn call(&self, cell: CellOf<'_>, on: &Instance) -> Result<Result<Returned, BoxError>, DefaultBody> {
        let CellOf { test, case, backend, .. } = cell;
        let subject = self.bodies.subject();
        context::with_implemented(subject, self.implements[backend], || self.bodies.call(test, case, on))
    }

    fn compare(
        &self,
        test: usize,
        case: &[usize],
        actual: Returned,
        expected: Option<Box<dyn Value>>,
    ) -> Result<Option<Result<Agreed, Mismatch>>, NotComparable> {
        let terms = || self.bodies.terms(test, case);
        let comparison = match (actual, expected) {
            (Returned::Value(actual), Some(expected)) => actual.compare_erased(expected.as_ref(), &terms())?,
            (Returned::Pair(pair), _) => pair.compare_erased(&terms())?,
            (Returned::Nothing, _) | (Returned::Value(_), None) => return Ok(None),
        };
        Ok(Some(comparison.map(|agreed| match self.bodies.expects_constant(test, case) {
            true => Agreed { null: None, ..agreed },
            false => agreed,
        })))
    }

    /// The baseline's value for a differential test.
    fn expected(&self, test: usize, case: &[usize], differential: bool) -> Result<Option<Box<dyn Value>>, String> {
        if !differential {
            return Ok(None);
        }
        let baseline = self.baseline.ok_or("the suite's baseline is not registered")?;
        let name = self.backends[baseline];
        let opened = self.open(baseline).map_err(|error| match error {
            OpenError::Unavailable(reason) => format!("the baseline `{name}` is not available: {reason}"),
            OpenError::Panicked(message) => message,
        })?;
        let call = || self.bodies.call(test, case, &opened).map_err(|error| text::cut(with_sources(&error)));
        let body = || catch(Panics::Unexpected, call);
        let Ended { returned, phase, .. } = float_state::guarded(|| context::with_body(None, false, body)).0;
        let closed = self.close(opened, Panics::Unexpected);
        match (returned, phase) {
            (Ok(Ok(returned)), _) => match (closed, returned) {
                (Ok(()), Returned::Value(value)) => Ok(Some(value)),
                (Ok(()), Returned::Nothing | Returned::Pair(_)) => Ok(None),
                (Err(panic), _) => Err(format!("the baseline `{name}` was dropped, and that {}", panic.describe())),
            },
            (Ok(Err(error)), Phase::SetUp) => Err(error),
            (Ok(Err(error)), Phase::Body) => Err(format!("the baseline `{name}` returned an error: {error}")),
            (Err(panic), Phase::SetUp) => Err(before_the_body(&panic)),
            (Err(panic), Phase::Body) => Err(format!("the baseline `{name}` {}", panic.describe())),
        }
    }

    fn open(&self, backend: usize) -> Result<Opened<'_>, OpenError> {
        if self.fresh[backend] {
            return self.construct(backend).map(Opened::Own);
        }
        let opened = self.opened[backend].get_or_init(|| self.construct(backend));
        opened.as_ref().map(Opened::Shared).map_err(Clone::clone)
    }

    fn construct(&self, backend: usize) -> Result<Instance, OpenError> {
        match float_state::guarded(|| catch(Panics::Unexpected, || self.bodies.open(backend))).0 {
            Ok(Ok(instance)) => Ok(instance),
            Ok(Err(unavailable)) => Err(OpenError::Unavailable(text::cut(unavailable.to_string()))),
            Err(panic) => {
                let name = self.backends[backend];
                Err(OpenError::Panicked(format!("the constructor of `{name}` {}", panic.describe())))
            }
        }
    }
}

/// What became of a check of which a fixture has failed, on whichever backend.
fn before_the_body(panic: &Panic) -> String {
    format!("what comes before the body (a fixture, or a value of its case) {}", panic.describe())
}

/// A value that is long by its beginning and a hash, because it is kept for each cell.
fn short_value(value: String) -> String {
    const KEPT: usize = 48;
    let Some((end, _)) = value.char_indices().nth(KEPT) else { return value };
    let mut hasher = Fnv::default();
    hasher.write(value.as_bytes());
    format!("{}… ({:016x})", &value[..end], hasher.finish())
}

/// A receipt whose words are as short as other texts of a cell.
fn short(receipt: Receipt) -> Receipt {
    let mut room = 2 * text::KEPT;
    let mut fallbacks: Vec<_> = receipt
        .fallbacks
        .iter()
        .map_while(|what| {
            let kept = (room > 0).then(|| text::cut(what))?;
            room = room.saturating_sub(kept.len());
            Some(kept)
        })
        .collect();
    let more = receipt.fallbacks.len() - fallbacks.len();
    fallbacks.extend((more > 0).then(|| format!("{more} more")));
    Receipt { device: text::cut(receipt.device), fallbacks, ..receipt }
}

/// The error and what caused it, without repeating a source that the error's own text already holds.
fn with_sources(error: &BoxError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let cause = source.to_string();
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
        next = source.source();
    }
    text
}
