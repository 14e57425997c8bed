//! A test executable: command line, listing, running, reporting. It does what libtest does, and its flags are those of libtest.

mod args;
mod artifacts;
mod cell_report;
mod device;
mod engine;
mod fingerprints;
mod flags;
#[cfg(unix)]
mod guard;
mod in_flight;
#[cfg(unix)]
mod isolated;
mod kept;
mod lane;
mod last_run;
mod launch;
mod list;
mod listed;
mod live;
mod names;
mod nextest;
mod printer;
mod run;
mod run_log;
mod stack;
mod stop;
#[cfg(unix)]
mod strength;
mod threads;
mod words;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

use crate::execute::panics;
use crate::nearest;
use crate::plan::seen_in::not_seen;
use crate::plan::shard::Shard;
use crate::plan::unused::{leftovers, unused_rows};
use crate::plan::{Plan, Selection, plan};
use crate::record::fingerprint::fingerprint;
use crate::record::{Fingerprint, PlanRecord, SuiteRecord};
use crate::registry::check::{check, check_one, closed_lists};
use crate::registry::{Bodies, Elements};
use crate::report;
use crate::session::Session;
use crate::suite::spec::SuiteSpec;
use crate::text;

use args::{Cli, Request};
use launch::Recording;
use run::Run;
use run_log::{LastFailedError, Planned, ResumeError, ResumedRun};

/// The executable, as Cargo knows it.
#[derive(Clone, Copy, Debug)]
pub struct Executable {
    /// The package's name.
    pub package: &'static str,
    /// The test target's crate name.
    pub target: &'static str,
    /// Why only a part of the suite is linked, so that rows without a cell are not to be wondered at.
    pub partial: Option<&'static str>,
    /// Which tests it selects by their tags, where the command line does not say.
    pub tags: Option<&'static str>,
}

impl Executable {
    /// An executable with the whole of its suites.
    pub const fn new(package: &'static str, target: &'static str) -> Self {
        Self { package, target, partial: None, tags: None }
    }

    /// One that holds a part only, for this reason.
    #[must_use]
    pub const fn partial(self, reason: &'static str) -> Self {
        Self { partial: Some(crate::__private::reason(reason)), ..self }
    }

    /// One that runs the tests whose tags match, unless it is told otherwise.
    #[must_use]
    pub const fn tags(self, expression: &'static str) -> Self {
        Self { tags: Some(expression), ..self }
    }
}

/// A usage or configuration error.
const USAGE: u8 = 2;

/// The `main` of a test executable; [`crosscheck::main!`](crate::main!) calls it.
///
/// `crates` are those that stand in `main!`, each with the name that stands in front of those of its tests. The exit status is 0, 101 when a cell failed, and 2 when the command line
/// or what is registered makes no sense.
pub fn main(own: Executable, crates: &[(&'static str, Option<&'static str>)]) -> ExitCode {
    let cli = match Cli::read() {
        Ok(Some(cli)) => cli,
        Ok(None) => {
            anstream::print!("{}", Cli::help());
            return ExitCode::SUCCESS;
        }
        Err(error) => return refuse(&[error.explained()]),
    };
    // Of a worker, the run sees how it ends.
    #[cfg(unix)]
    if !cli.worker {
        guard::arm();
        return guard::settle(asked(own, crates, cli));
    }
    asked(own, crates, cli)
}

/// What the command line asks for.
fn asked(own: Executable, crates: &[(&'static str, Option<&'static str>)], mut cli: Cli) -> ExitCode {
    panics::guard();
    let named: &[&str] = &crates.iter().map(|(krate, _)| *krate).collect::<Vec<_>>();
    // A process that runs one cell needs no others: whether the whole is right, a list says, and a run of many.
    let of_one = cli.exact_name().map(|name| Elements::naming(name, crates)).filter(|one| !one.tests.is_empty());
    // Where something is wrong with it, what that is takes all to tell.
    let part =
        of_one.and_then(|elements| Asked::of(elements, &cli, &own, None).ok()).filter(|it| !it.plan.cells.is_empty());
    let is_whole = part.is_none();
    let asked = match part.map_or_else(|| Asked::of(Elements::linked().renamed(crates), &cli, &own, Some(named)), Ok) {
        Ok(asked) => asked,
        Err(errors) => return refuse(&errors),
    };
    let Asked { elements, suites, bodies, request, plan } = asked;
    #[cfg(unix)]
    if cli.worker {
        let session = Session::new(plan, bodies, request.config);
        return stack::on_a_thread(|| isolated::serve(&session, &own));
    }
    if cli.nextest_config {
        print!("{}", nextest::configuration(&suites, &own));
        return ExitCode::SUCCESS;
    }
    let mut unused: Vec<String> = Vec::new();
    if is_whole {
        unused.extend(unused_rows(&suites).iter().map(ToString::to_string));
        unused.extend(not_seen(&suites).iter().map(ToString::to_string));
    }
    if cli.matrix {
        let views =
            [report::of_plan(&plan), report::features(&plan), report::flattened(&suites, &request.selection.backends)];
        anstream::print!("{}", report::paint(&views.join("\n")));
    }
    if own.partial.is_none() && !unused.is_empty() {
        return refuse(&unused);
    }
    if cli.matrix {
        return ExitCode::SUCCESS;
    }
    if cli.libtest.list {
        let planned = listed::is_wanted(cli.libtest.ignored, &own).then(|| {
            let shard = request.selection.shard;
            let whole = shard.map(|_| crate::plan::plan(Arc::clone(&suites), &request.selection.whole()));
            of_whole(&suites, &bodies, &own);
            planned(whole.as_ref().unwrap_or(&plan), shard, cli.narrowed(&own))
        });
        let run = Run::new(own, Session::new(plan, bodies, request.config));
        let status = list::print(&run, &cli.libtest);
        planned.into_iter().for_each(|planned| listed::leave(&run, planned));
        return status;
    }
    let whole = request.selection.shard.map(|shard| {
        let whole = crate::plan::plan(Arc::clone(&suites), &request.selection.whole());
        let runs = |plan: &Plan| plan.cells.iter().any(|cell| cell.decision.runs());
        if !runs(&plan) && runs(&whole) {
            anstream::eprintln!(
                "note: shard {shard} has none to run of the {} cells that are selected",
                whole.cells.len()
            );
            cli.rests();
        }
        whole
    });
    if plan.cells.is_empty() && !cli.may_run_nothing() && !under_nextest() {
        let shard = request.selection.shard;
        return refuse(&[nothing_selected(&suites, &cli, &own, shard)]);
    }
    #[cfg(unix)]
    if let Some(least) = cli.strength {
        let session = Session::new(plan, bodies, request.config);
        return strength::run(&session, &cli, &own, least);
    }
    if is_whole {
        for krate in elements.crates().iter().filter(|krate| **krate != own.target && !named.contains(krate)) {
            anstream::eprintln!(
                "note: `{krate}` registers checks or backends, but is not named in `crosscheck::main!`"
            );
        }
        if own.partial.is_none() && !under_nextest() {
            for leftover in leftovers(&suites) {
                anstream::eprintln!("{} {}", report::paint("warning:"), text::block(&leftover.to_string()));
            }
        }
    } else if !under_nextest() {
        anstream::eprintln!(
            "note: only what these cells need was checked; `--list`, or a run of more, checks the whole suite"
        );
    }
    let fingerprint = match is_whole {
        true => of_whole(&suites, &bodies, &own),
        false => fingerprints::known(&own, || {
            let whole = Elements::linked().renamed(crates).suites();
            let (suites, bodies): (Vec<_>, Vec<_>) = whole.into_iter().map(|suite| (suite.spec, suite.bodies)).unzip();
            fingerprint_of(&suites, &bodies)
        }),
    };
    let known = match cli.resume.as_ref().map(|_| under_nextest()) {
        Some(true) => return refuse(&[ResumeError::Nextest]),
        _ => cli.resume.as_deref().map(|path| ResumedRun::read(path, &own, fingerprint)).transpose(),
    };
    let known = match known {
        Ok(known) => known,
        Err(error) => return refuse(&[error]),
    };
    if let Some(ResumedRun { path, cells, begun, torn }) = &known {
        let path = path.display().to_string();
        let path = text::line(&path);
        anstream::eprintln!("resumed: {} cells were recorded in {path}", cells.len());
        for line in torn {
            anstream::eprintln!("note: {path}:{line} is incomplete and is ignored");
        }
        let now = if cfg!(unix) { "it runs in a process of its own" } else { "it runs again, in this process" };
        for cell in begun {
            let cell = text::line(cell);
            anstream::eprintln!("note: `{cell}` was running when that run ended; now {now}");
        }
    } else if !under_nextest() {
        run_log::note_what_died(&own, fingerprint);
    }
    let suspects = known.as_ref().map(|known| known.begun.clone()).unwrap_or_default();
    let planned = (!under_nextest())
        .then(|| planned(whole.as_ref().unwrap_or(&plan), request.selection.shard, cli.narrowed(&own)));
    let session = Session::new(plan, bodies, request.config);
    let recording = Recording { fingerprint, planned, known };
    launch::run(&Arc::new(Run::new(own, session).with_workers(&cli).with_suspects(&suspects)), &cli, recording)
}

fn fingerprint_of(suites: &[SuiteSpec], bodies: &[Box<dyn Bodies>]) -> Fingerprint {
    let contents: Vec<_> = bodies.iter().flat_map(|bodies| bodies.contents()).collect();
    fingerprint(suites, &contents, &Elements::fixtures())
}

/// The same, left for the processes that run one cell each, where another build is not all that can change it.
fn of_whole(suites: &[SuiteSpec], bodies: &[Box<dyn Bodies>], own: &Executable) -> Fingerprint {
    let fingerprint = fingerprint_of(suites, bodies);
    if suites.iter().flat_map(|suite| &suite.tests).any(|test| test.data.is_some()) {
        fingerprints::keep(own, fingerprint);
    }
    fingerprint
}

/// What is linked, what is asked of it, and the plan of that.
struct Asked {
    elements: Elements,
    suites: Arc<[SuiteSpec]>,
    bodies: Vec<Box<dyn Bodies>>,
    request: Request,
    plan: Plan,
}

impl Asked {
    /// Of these elements: all that there are, where `main!` names these crates, or those of one test.
    ///
    /// # Errors
    /// Everything that is wrong with what is registered, or else with what is asked.
    fn of(elements: Elements, cli: &Cli, own: &Executable, named: Option<&[&str]>) -> Result<Self, Vec<String>> {
        let (suites, bodies): (Vec<SuiteSpec>, Vec<_>) =
            elements.suites().into_iter().map(|suite| (suite.spec, suite.bodies)).unzip();
        let mut errors = match named {
            Some(named) => check(&elements, &suites.iter().collect::<Vec<_>>(), named),
            None => suites.iter().flat_map(check_one).collect(),
        };
        match own.partial {
            None => errors.extend(closed_lists(&suites)),
            Some(_) => errors.retain(|error| !error.is_of_a_part()),
        }
        if !errors.is_empty() {
            return Err(errors.iter().map(ToString::to_string).collect());
        }
        let request = cli.request(&suites, own);
        let mut request = request.map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        // A worker is sent what it has to run.
        if let Some(path) = cli.last_failed.as_deref().filter(|_| !cli.worker) {
            let cells = last_failed(path, own, cli).map_err(|error| vec![error.to_string()])?;
            request.selection.cells = Some(cells);
        }
        let suites: Arc<[SuiteSpec]> = suites.into();
        let plan = plan(Arc::clone(&suites), &request.selection);
        Ok(Self { elements, suites, bodies, request, plan })
    }
}

/// What a record says of the whole run.
fn planned(whole: &Plan, shard: Option<Shard>, narrowed: Vec<String>) -> Planned {
    let names = whole.cells.iter().map(|cell| whole.name(cell));
    Planned {
        suites: whole
            .suites
            .iter()
            .map(if narrowed.is_empty() { SuiteRecord::of } else { SuiteRecord::whole })
            .collect(),
        plan: PlanRecord { narrowed, ..PlanRecord::of(names, shard) },
    }
}

/// The cells that `--last-failed` means.
fn last_failed(path: &Path, own: &Executable, cli: &Cli) -> Result<BTreeSet<String>, LastFailedError> {
    if under_nextest() {
        return Err(LastFailedError::Nextest);
    }
    let (path, cells) = run_log::last_failed(path, own)?;
    if cells.is_empty() && !cli.may_run_nothing() {
        return Err(LastFailedError::NoneFailed(path));
    }
    Ok(cells)
}

/// What was asked for, what there is, and what is nearest to it.
fn nothing_selected(suites: &Arc<[SuiteSpec]>, cli: &Cli, own: &Executable, shard: Option<Shard>) -> String {
    let all = plan(Arc::clone(suites), &Selection::default());
    let paths = || suites.iter().flat_map(|suite| &suite.tests).map(|test| test.path.as_str());
    let names = paths().chain(paths().flat_map(|path| path.split("::")));
    let filter = cli.libtest.filters.first().map(String::as_str);
    let near = filter.and_then(|filter| {
        // An exact name is a whole path.
        let behind = |path: &&str| path.strip_suffix(filter).is_some_and(|module| module.ends_with("::"));
        let whole = paths().find(behind).filter(|_| cli.libtest.exact);
        let name = || nearest::nearest(filter, names).map(str::to_owned);
        whole.map(str::to_owned).or_else(|| near_case(suites, filter)).or_else(name)
    });
    let hint = near.filter(|name| filter != Some(name.as_str()));
    let hint = hint.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    format!(
        "none of the {} cells matches {}{hint} (--no-tests pass accepts it)",
        all.cells.len(),
        cli.selected(own, shard)
    )
}

/// The cell, or all cells of a case, that this was probably meant to be, where it names a test with cases.
fn near_case(suites: &[SuiteSpec], given: &str) -> Option<String> {
    let behind = |path: &str| given.strip_prefix(path)?.strip_prefix("::");
    let tests = suites.iter().flat_map(|suite| &suite.tests).filter(|test| !test.axes.is_empty());
    let (test, case) =
        tests.filter_map(|test| Some((test, behind(&test.path)?))).max_by_key(|(test, _)| test.path.len())?;
    let labels: Vec<_> = (0..test.cases()).map(|case| test.case_label(case)).collect();
    let (case, backend) = match case.rsplit_once("::") {
        Some((case, backend)) if !labels.iter().any(|label| label.starts_with(backend)) => {
            (case, format!("::{backend}"))
        }
        _ => (case, String::new()),
    };
    let near = nearest::nearest(case, labels.iter().map(AsRef::as_ref))?;
    Some(format!("{}::{near}{backend}", test.path))
}

/// Prints every error; nothing was run.
fn refuse(errors: &[impl std::fmt::Display]) -> ExitCode {
    for error in errors {
        anstream::eprintln!("{} {}", report::paint("error:"), text::block(&error.to_string()));
    }
    ExitCode::from(USAGE)
}

/// Whether cargo-nextest started this process.
fn under_nextest() -> bool {
    static IS_NEXTEST: LazyLock<bool> = LazyLock::new(|| std::env::var_os("NEXTEST").is_some());
    *IS_NEXTEST
}
