//! The checks of a suite inside of an ordinary `#[test]`, for a backend whose crate has no test executable of its own for
//! them.

use std::fmt;
use std::marker::PhantomData;

use crate::check::{RegistryError, check_one};
use crate::date::Date;
use crate::execute::Observation;
use crate::judge::Outcome;
use crate::nearest;
use crate::plan::{Selection, plan};
use crate::registry::{Elements, Gathered};
use crate::session::{Conditions, Finished, Session};
use crate::spec::SuiteSpec;
use crate::subject::Subject;

/// The checks of the contract `S`, to be run on one backend, given by its name or an alias.
///
/// ```no_run
/// # trait Kernels: Send + Sync {}
/// # /// None.
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Feature {}
/// # impl crosscheck::Subject for dyn Kernels {
/// #     type Feature = Feature;
/// #     const BASELINE: &'static str = "reference";
/// # }
/// # fn f() -> Result<(), crosscheck::ConformanceError> {
/// // In a `#[test]`; the suite's crate has to be named somewhere (`use kernel_suite as _;`), or the linker drops its checks.
/// let report = crosscheck::run_conformance::<dyn Kernels>("mlx_cpu").functions(["matmul", "softmax"]).run()?;
/// println!("{report}");
/// # Ok(())
/// # }
/// ```
///
/// The exclusion matrix applies as it does everywhere. The first failure is raised again after the last check, unless
/// [`raise_on_failure(false)`](Conformance::raise_on_failure) leaves it to the caller to look at the report.
pub fn run_conformance<S: Subject + ?Sized>(backend: &str) -> Conformance<S> {
    Conformance { backend: backend.to_owned(), functions: None, raise: true, subject: PhantomData }
}

/// See [`run_conformance`].
#[must_use = "nothing is run before `run` is called"]
pub struct Conformance<S: ?Sized> {
    backend: String,
    functions: Option<Vec<String>>,
    raise: bool,
    subject: PhantomData<fn(&S)>,
}

/// What became of the checks, in the order in which they are declared: by crate, file and line. Those that the selection
/// leaves out are not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConformanceReport {
    /// The backend's own name.
    pub backend: String,
    /// A result a check and case.
    pub results: Vec<CheckResult>,
}

/// What became of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// `module::test::case::backend`.
    pub name: String,
    /// The function that it is about.
    pub function: Option<&'static str>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why; empty when it simply passed.
    pub reason: String,
}

/// Checks that could not be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConformanceError {
    /// No check of the contract is linked.
    #[error("no check of `{subject}` is linked: name the crate that holds them, `use the_suite as _;`")]
    NoChecks {
        /// The contract.
        subject: &'static str,
    },
    /// The suite does not make sense.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Registry(Vec<RegistryError>),
    /// No backend has this name or alias.
    #[error("{unknown}")]
    Backend {
        /// The name, the known ones and the nearest.
        unknown: String,
    },
    /// A selected function is one that no check is about.
    #[error("{}", .unknown.join("\n"))]
    Functions {
        /// The names, the known ones and the nearest.
        unknown: Vec<String>,
    },
    /// No body was run, so that nothing failed and nothing is known.
    #[error("no body was run on `{}`:\n{report}", report.backend)]
    NothingRan {
        /// Why each check was not.
        report: ConformanceReport,
    },
}

impl<S: Subject + ?Sized> Conformance<S> {
    /// Runs only the checks that are about one of these functions (`of = "…"`). A name that no check is about is an error,
    /// so that a slip cannot look like a success, and so is a selection of none.
    pub fn functions<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.functions.get_or_insert_default().extend(names.into_iter().map(Into::into));
        self
    }

    /// Whether the first failure is raised again after the last check, as the panic that it was or as one that says what
    /// happened. So it is without this.
    pub fn raise_on_failure(mut self, raise: bool) -> Self {
        self.raise = raise;
        self
    }

    /// Runs the checks, one after the other; none keeps the others from running.
    ///
    /// # Errors
    /// When there is nothing to run, or a name means nothing; where failures are raised, also when no body was run at all.
    ///
    /// # Panics
    /// With the first failure, unless failures are not to be raised.
    #[track_caller]
    pub fn run(self) -> Result<ConformanceReport, ConformanceError> {
        let Gathered { spec, bodies } = Elements::linked().suite::<S>();
        let selection = self.selection(&spec)?;
        let mut plan = plan([spec].into(), &selection);
        let (suites, cells) = (plan.suites.clone(), &mut plan.cells);
        cells.sort_by_key(|cell| {
            let origin = suites[cell.suite as usize].tests[cell.test as usize].origin;
            (origin.krate(), origin.file, origin.line)
        });
        let session = Session::new(plan, vec![bodies], Conditions::on(Date::today()));
        let mut report = ConformanceReport { backend: selection.backends.concat(), results: Vec::new() };
        let mut first = None;
        for cell in &session.plan.cells {
            let finished = session.run(cell);
            report.results.push(CheckResult {
                name: session.plan.name(cell),
                function: session.plan.test(cell).of,
                outcome: finished.outcome(),
                reason: finished.judgement.reason.clone(),
            });
            if finished.outcome().fails_the_run() && first.is_none() {
                first = Some((report.results.len() - 1, finished));
            }
        }
        if let Some((at, finished)) = first.filter(|_| self.raise) {
            raise(&report.results[at], finished);
        }
        if self.raise && !report.results.iter().any(|result| result.outcome.ran()) {
            return Err(ConformanceError::NothingRan { report });
        }
        Ok(report)
    }

    /// The names resolved.
    fn selection(&self, suite: &SuiteSpec) -> Result<Selection, ConformanceError> {
        if suite.tests.is_empty() {
            return Err(ConformanceError::NoChecks { subject: suite.subject });
        }
        let errors = check_one(suite);
        if !errors.is_empty() {
            return Err(ConformanceError::Registry(errors));
        }
        let backend = suite
            .backends
            .iter()
            .find(|it| it.name == self.backend || it.aliases.contains(&self.backend.as_str()))
            .ok_or_else(|| {
                let known = suite.backends.iter().flat_map(|it| std::iter::once(&it.name).chain(it.aliases));
                let known: Vec<_> = known.copied().collect();
                ConformanceError::Backend { unknown: nearest::unknown("backend", &self.backend, &known) }
            })?;
        let mut known: Vec<_> = suite.tests.iter().filter_map(|test| test.of).collect();
        known.sort_unstable();
        known.dedup();
        let functions = self.functions.clone();
        let unknown = match &functions {
            Some(names) if names.is_empty() => {
                vec![format!(
                    "no function is selected: leave `functions` out to run all checks (known: {})",
                    known.join(", ")
                )]
            }
            names => {
                let names = names.iter().flatten().filter(|name| !known.contains(&name.as_str()));
                names.map(|name| nearest::unknown("function", name, &known)).collect()
            }
        };
        if !unknown.is_empty() {
            return Err(ConformanceError::Functions { unknown });
        }
        let functions = functions.unwrap_or_default();
        Ok(Selection { backends: vec![backend.name.to_owned()], functions, ..Selection::default() })
    }
}

/// Raises a failure again: a panic goes on as the one that it was, which its hook has printed already.
#[track_caller]
fn raise(result: &CheckResult, finished: Finished) -> ! {
    match finished.observation {
        Observation::Panicked(panic) if result.outcome == Outcome::Failed => {
            eprintln!("in check `{}`", result.name);
            std::panic::resume_unwind(Box::new(panic.message))
        }
        _ => panic!("{}: {result}", result.name),
    }
}

impl ConformanceReport {
    /// The checks that fail a run.
    pub fn failures(&self) -> impl Iterator<Item = &CheckResult> {
        self.results.iter().filter(|result| result.outcome.fails_the_run())
    }
}

impl fmt::Display for ConformanceReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.results.iter().try_for_each(|result| writeln!(f, "{}: {result}", result.name))
    }
}

impl fmt::Display for CheckResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { outcome, reason, .. } = self;
        match outcome {
            Outcome::Passed => f.write_str("PASSED"),
            Outcome::XFailed => write!(f, "XFAILED ({reason})"),
            Outcome::KnownFlaky => write!(f, "PASSED (flaky: {reason})"),
            Outcome::Skipped => write!(f, "SKIPPED ({reason})"),
            Outcome::NotImplemented => f.write_str("SKIPPED (not implemented)"),
            Outcome::Unavailable => write!(f, "SKIPPED (unavailable: {reason})"),
            Outcome::Failed => write!(f, "FAILED: {reason}"),
            Outcome::XPassed
            | Outcome::XChanged
            | Outcome::Expired
            | Outcome::Vacuous
            | Outcome::Flaky
            | Outcome::TimedOut
            | Outcome::Crashed
            | Outcome::Missing => {
                write!(f, "FAILED: {outcome}: {reason}")
            }
        }
    }
}
