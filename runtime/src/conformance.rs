//! The checks of a suite inside of an ordinary `#[test]`, for a backend whose crate has no test executable of its own for
//! them.

use std::fmt;
use std::marker::PhantomData;

use crate::execute::Observation;
use crate::judge::{Finished, Outcome};
use crate::plan::{Selection, plan};
use crate::record::{CellRecord, judge_constants};
use crate::registry::check::{LINKER, check_one};
use crate::registry::{Elements, Gathered};
use crate::session::{RunConfig, Session};
use crate::suite::date::Date;
use crate::suite::names;
use crate::suite::spec::SuiteSpec;
use crate::suite::subject::Subject;

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
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConformanceReport {
    /// The backend's own name.
    pub backend: String,
    /// What became of each check and case.
    pub cells: Vec<CellRecord>,
}

/// Why checks could not be run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConformanceError {
    /// No check of the contract is linked.
    #[error("no check of `{subject}` is linked: {LINKER}name the crate that holds them, `use the_suite as _;`")]
    #[non_exhaustive]
    NoChecks {
        /// The contract.
        subject: &'static str,
    },
    /// What is registered makes no sense, such as two tests of one name.
    #[error("{}", .errors.join("\n"))]
    #[non_exhaustive]
    Registry {
        /// Everything that is wrong.
        errors: Vec<String>,
    },
    /// No backend has this name or alias.
    #[error("{unknown}")]
    #[non_exhaustive]
    Backend {
        /// The name, the known ones and the nearest.
        unknown: String,
    },
    /// A selected function is one that no check is about.
    #[error("{}", .unknown.join("\n"))]
    #[non_exhaustive]
    Functions {
        /// The names, the known ones and the nearest.
        unknown: Vec<String>,
    },
    /// No body was run, so that nothing failed and nothing is known.
    #[error("no body was run on `{}`:\n{report}", report.backend)]
    #[non_exhaustive]
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
        let session = Session::new(plan, vec![bodies], RunConfig::on(Date::today()));
        let mut report = ConformanceReport { backend: selection.backends.concat(), cells: Vec::new() };
        let mut first = None;
        for cell in &session.plan.cells {
            let finished = session.run(cell);
            report.cells.push(CellRecord::new(&session.plan, cell, &finished));
            if finished.outcome().fails_the_run() && first.is_none() {
                first = Some((report.cells.len() - 1, finished));
            }
        }
        judge_constants(&mut report.cells);
        let failing = report.cells.iter().position(|cell| cell.outcome.fails_the_run());
        if let Some(at) = failing.filter(|_| self.raise) {
            let finished = first.filter(|(first, _)| *first == at).map(|(_, finished)| finished);
            raise(&report.cells[at], finished);
        }
        if self.raise && !report.cells.iter().any(|cell| cell.outcome.ran()) {
            return Err(ConformanceError::NothingRan { report });
        }
        Ok(report)
    }

    /// The names resolved.
    fn selection(&self, suite: &SuiteSpec) -> Result<Selection, ConformanceError> {
        if suite.tests.is_empty() {
            return Err(ConformanceError::NoChecks { subject: suite.subject });
        }
        let errors: Vec<_> = check_one(suite).iter().map(ToString::to_string).collect();
        if !errors.is_empty() {
            return Err(ConformanceError::Registry { errors });
        }
        let suites = std::slice::from_ref(suite);
        let backends =
            names::backend(suites, &self.backend).map_err(|unknown| ConformanceError::Backend { unknown })?;
        let backends = backends.into_iter().map(str::to_owned).collect();
        let Some(functions) = self.functions.clone() else {
            return Ok(Selection { backends, ..Selection::default() });
        };
        let mut unknown: Vec<_> = functions.iter().filter_map(|name| names::function(suites, name).err()).collect();
        if functions.is_empty() {
            let known = names::functions(suites).join(", ");
            unknown.push(format!("no function is selected: leave out `functions` to run all checks (known: {known})"));
        }
        if !unknown.is_empty() {
            return Err(ConformanceError::Functions { unknown });
        }
        Ok(Selection { backends, functions, ..Selection::default() })
    }
}

/// Raises a failure again: a panic goes on as the one that it was, which its hook has printed already.
#[track_caller]
fn raise(cell: &CellRecord, finished: Option<Finished>) -> ! {
    match finished.map(|finished| finished.observation) {
        Some(Observation::Panicked(panic)) if cell.outcome == Outcome::Failed => {
            eprintln!("in check `{}`", cell.name);
            std::panic::resume_unwind(Box::new(panic.message))
        }
        _ => panic!("{cell}"),
    }
}

impl ConformanceReport {
    /// The checks that fail a run.
    pub fn failures(&self) -> impl Iterator<Item = &CellRecord> {
        self.cells.iter().filter(|cell| cell.outcome.fails_the_run())
    }
}

impl fmt::Display for ConformanceReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cells.iter().try_for_each(|cell| writeln!(f, "{cell}"))
    }
}
