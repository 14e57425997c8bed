//! The command line, and the same by environment: nextest passes no arguments on when it lists.

use std::path::PathBuf;
use std::time::Duration;

use super::Executable;
use super::engine::{self, EngineError, Wanted};
use super::flags;
use super::words::{Words, WordsError};
use crate::plan::marker::{MarkerError, MarkerExpr};
use crate::plan::shard::Shard;
use crate::plan::{NameFilter, Selection};
use crate::session::RunConfig;
use crate::suite::date::Date;
use crate::suite::names;
use crate::suite::spec::SuiteSpec;

/// What is asked of an executable.
#[derive(Clone, Debug)]
pub(super) struct Cli {
    pub(super) libtest: Libtest,
    backend: Vec<String>,
    marker: Option<String>,
    tag: Option<String>,
    function: Vec<String>,
    pub(super) matrix: bool,
    require: Vec<String>,
    pub(super) run_excluded: bool,
    pub(super) headroom: bool,
    /// Whether faults are tried, and how many percent of them have to be noticed.
    pub(super) strength: Option<f64>,
    isolate: bool,
    pub(super) timeout: Option<Duration>,
    pub(super) run_timeout: Option<Duration>,
    shard: Option<Wanted>,
    /// `last`, or a record.
    pub(super) resume: Option<PathBuf>,
    /// `last`, or a record.
    pub(super) last_failed: Option<PathBuf>,
    pub(super) nextest_config: bool,
    pub(super) retries: u32,
    /// Whether to run the cells that another process sends.
    pub(super) worker: bool,
    /// How long a cell may run before it is named.
    pub(super) slow: Duration,
    no_tests: NoTests,
    today: Option<Date>,
    seed: u64,
}

/// The part of it that libtest knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Libtest {
    pub(super) filters: Vec<String>,
    pub(super) skip: Vec<String>,
    pub(super) exact: bool,
    pub(super) list: bool,
    pub(super) ignored: bool,
    pub(super) include_ignored: bool,
    /// Benchmarks only, of which there are none.
    pub(super) bench: bool,
    pub(super) format: Format,
    pub(super) color: Color,
    pub(super) threads: Option<usize>,
    pub(super) logfile: Option<PathBuf>,
}

/// What is printed of each cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    #[default]
    Pretty,
    Terse,
    Json,
}

/// Whether it has colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// What to make of a run in which no body is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NoTests {
    Pass,
    Fail,
}

/// How long a cell may run before it is named.
const SLOW: Duration = Duration::from_secs(60);

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "not a number of seconds above 0, such as `2.5`".to_owned())
}

fn percent(text: &str) -> Result<f64, String> {
    let percent = text.parse::<f64>().ok().filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| "not a number of percent from 0 to 100, such as `90`".to_owned())
}

fn times(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "not a number of times, such as `2`".to_owned())
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "not a day of the calendar, written YYYY-MM-DD".to_owned())
}

/// What was asked for.
pub(super) struct Request {
    pub(super) selection: Selection,
    pub(super) config: RunConfig,
}

/// Something on the command line or in the environment that names nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum UsageError {
    #[error("{option}: {unknown}")]
    Backend { option: &'static str, unknown: String },
    #[error("--test-threads: must be at least 1 (got 0)")]
    NoThreads,
    #[error("--isolate, --timeout: processes for cells need Unix")]
    Isolation,
    #[error("--strength: a fault can end its process, and processes for cells need Unix")]
    Strength,
    #[error(
        "--strength: nextest has a process for each cell, and faults are tried on all: run the executable without it"
    )]
    StrengthUnderNextest,
    #[error("--function (CROSSCHECK_FUNCTION): {unknown}")]
    Function { unknown: String },
    #[error("--marker (CROSSCHECK_MARKER): {0}")]
    Marker(#[from] MarkerError),
    #[error("--tag (CROSSCHECK_TAG): {0}")]
    Tag(MarkerError),
    #[error("crosscheck::main!(…; tags = \"…\"): {0}")]
    OwnTags(MarkerError),
    #[error("{0}")]
    Shard(#[from] EngineError),
}

impl Cli {
    /// The command line and the variables of this process; `None` where they ask for the help.
    ///
    /// # Errors
    /// The first thing that means nothing.
    pub(super) fn read() -> Result<Option<Self>, WordsError> {
        let words = Words::read(std::env::args_os().skip(1), |name| std::env::var_os(name))?;
        if words.help {
            return Ok(None);
        }
        let mut cli = Self::of(words)?;
        if cli.libtest.filters.is_empty() {
            cli.libtest.filters.extend(engine::filter(|name| std::env::var_os(name)));
        }
        Ok(Some(cli))
    }

    fn of(words: Words) -> Result<Self, WordsError> {
        let format = [("pretty", Format::Pretty), ("terse", Format::Terse), ("json", Format::Json)];
        let color = [("auto", Color::Auto), ("always", Color::Always), ("never", Color::Never)];
        let no_tests = [("pass", NoTests::Pass), ("fail", NoTests::Fail)];
        words.choice("Z", &[("unstable-options", ())])?;
        let format = words.choice("format", &format)?.unwrap_or_default();
        Ok(Self {
            backend: words.all("backend")?,
            marker: words.one("marker")?,
            tag: words.one("tag")?,
            function: words.all("function")?,
            matrix: words.has("matrix"),
            require: words.all("require")?,
            run_excluded: words.has("run-excluded"),
            headroom: words.has("headroom"),
            strength: words
                .has("strength")
                .then(|| words.parsed("strength", percent))
                .transpose()?
                .map(Option::unwrap_or_default),
            isolate: words.has("isolate"),
            timeout: words.parsed("timeout", seconds)?,
            run_timeout: words.parsed("run-timeout", seconds)?,
            shard: words.parsed("shard", str::parse)?,
            resume: words.path("resume").map(Into::into),
            last_failed: words.path("last-failed").map(Into::into),
            nextest_config: words.has("nextest-config"),
            retries: words.parsed("retries", times)?.unwrap_or_default(),
            worker: words.has("crosscheck-worker"),
            slow: words.parsed("crosscheck-slow", seconds)?.unwrap_or(SLOW),
            no_tests: words.choice("no-tests", &no_tests)?.unwrap_or(NoTests::Fail),
            today: words.parsed("today", day)?,
            seed: words.parsed("seed", str::parse)?.unwrap_or_default(),
            libtest: Libtest {
                skip: words.all("skip")?,
                exact: words.has("exact"),
                list: words.has("list"),
                ignored: words.has("ignored"),
                include_ignored: words.has("include-ignored"),
                bench: words.has("bench"),
                format: if words.has("quiet") { Format::Terse } else { format },
                color: words.choice("color", &color)?.unwrap_or_default(),
                threads: words.parsed("test-threads", str::parse)?,
                logfile: words.path("logfile").map(Into::into),
                filters: words.filters,
            },
        })
    }

    /// What `--help` prints.
    pub(super) fn help() -> String {
        flags::help()
    }

    /// Resolves names and markers against what is registered.
    pub(super) fn request(&self, suites: &[SuiteSpec], own: &Executable) -> Result<Request, Vec<UsageError>> {
        let mut errors = Vec::new();
        let mut backends = |option, given: &[String]| {
            let mut backends = Vec::new();
            for name in given {
                match names::backend(suites, name) {
                    Ok(found) => backends.extend(found.into_iter().map(str::to_owned)),
                    Err(unknown) => errors.push(UsageError::Backend { option, unknown }),
                }
            }
            backends
        };
        let (required, backends) = (
            backends("--require (CROSSCHECK_REQUIRE)", &self.require),
            backends("--backend (CROSSCHECK_BACKEND)", &self.backend),
        );
        let marker = self.marker.as_deref().map(|expr| MarkerExpr::parse(expr, &names::markers(suites))).transpose();
        let marker = marker.map_err(|error| errors.push(error.into())).unwrap_or_default();
        let of_tags = |expr| MarkerExpr::parse_of("tag", expr, &names::tags(suites));
        let tags = match (self.tag.as_deref(), own.tags) {
            (Some(given), _) => of_tags(given).map(Some).map_err(UsageError::Tag),
            (None, Some(default)) => of_tags(default).map(Some).map_err(UsageError::OwnTags),
            (None, None) => Ok(None),
        };
        let tags = tags.map_err(|error| errors.push(error)).unwrap_or_default();
        let unknown = self.function.iter().filter_map(|name| names::function(suites, name).err());
        errors.extend(unknown.map(|unknown| UsageError::Function { unknown }));
        if self.libtest.threads == Some(0) {
            errors.push(UsageError::NoThreads);
        }
        if self.isolates_all() && !cfg!(unix) {
            errors.push(UsageError::Isolation);
        }
        if self.strength.is_some() && !cfg!(unix) {
            errors.push(UsageError::Strength);
        }
        if self.strength.is_some() && super::under_nextest() {
            errors.push(UsageError::StrengthUnderNextest);
        }
        let variable = |name: &str| std::env::var_os(name);
        let shard = engine::shard(self.shard, variable).and_then(|shard| {
            // A worker is one of a test that has said so.
            let tells = shard.is_some() && !self.worker;
            if tells { engine::acknowledge(variable).map(|()| shard) } else { Ok(shard) }
        });
        let shard = shard.map_err(|error| errors.push(error.into())).unwrap_or_default();
        if !errors.is_empty() {
            return Err(errors);
        }
        let names = NameFilter {
            filters: self.libtest.filters.clone(),
            skip: self.libtest.skip.clone(),
            exact: self.libtest.exact,
        };
        let selection = Selection {
            backends,
            marker,
            tags,
            functions: self.function.clone(),
            names,
            cells: None,
            shard,
            run_excluded: self.run_excluded,
            contained: cfg!(unix),
        };
        let today = self.today.unwrap_or_else(Date::today);
        Ok(Request { selection, config: RunConfig { required, today, seed: self.seed } })
    }

    /// The name of the cell, or test, that nothing more than is asked for.
    pub(super) fn exact_name(&self) -> Option<&str> {
        let [name] = self.libtest.filters.as_slice() else { return None };
        let views = self.libtest.list || self.matrix || self.nextest_config || self.worker || self.strength.is_some();
        let others = self.resume.is_some() || self.last_failed.is_some() || self.shard.is_some();
        (self.libtest.exact && !views && !others).then_some(name)
    }

    /// The functions that were named.
    #[cfg(unix)]
    pub(super) fn functions(&self) -> &[String] {
        &self.function
    }

    /// Whether rows are judged on a day that was asked for.
    pub(super) fn is_of_another_day(&self) -> bool {
        self.today.is_some()
    }

    /// Whether every cell runs in a process of its own.
    pub(super) fn isolates_all(&self) -> bool {
        self.isolate || self.timeout.is_some()
    }

    /// How long a cell in a process of its own may take.
    pub(super) fn limit(&self) -> Duration {
        self.timeout.unwrap_or(Duration::from_secs(60))
    }

    /// Whether a run in which no body is run is a good one.
    pub(super) fn may_run_nothing(&self) -> bool {
        self.no_tests == NoTests::Pass
    }

    /// What was selected, in words, for an error.
    pub(super) fn selected(&self, own: &Executable, shard: Option<Shard>) -> String {
        let shard = shard.map(|shard| format!("--shard {shard}"));
        self.narrowed(own).into_iter().chain(shard).collect::<Vec<_>>().join(", ")
    }

    /// This shard has nothing to run, and others have: it is a good one all the same.
    pub(super) fn rests(&mut self) {
        self.no_tests = NoTests::Pass;
    }

    /// What of the suite is left out on all machines together.
    pub(super) fn narrowed(&self, own: &Executable) -> Vec<String> {
        let filters = self.libtest.filters.iter().map(|filter| format!("`{filter}`"));
        let backends = self.backend.iter().map(|name| format!("--backend {name}"));
        let marker = self.marker.iter().map(|expr| format!("--marker \"{expr}\""));
        let tag = self.tag.iter().map(|expr| format!("--tag \"{expr}\""));
        let of_its_own = own.tags.iter().filter(|_| self.tag.is_none());
        let tag = tag.chain(of_its_own.map(|expr| format!("--tag \"{expr}\" (by default here)")));
        let functions = self.function.iter().map(|name| format!("--function {name}"));
        let skip = self.libtest.skip.iter().map(|filter| format!("--skip {filter}"));
        let last_failed = self.last_failed.iter().map(|_| "--last-failed".to_owned());
        filters.chain(backends).chain(functions).chain(marker).chain(tag).chain(skip).chain(last_failed).collect()
    }
}
