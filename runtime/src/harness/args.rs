//! The command line, and the same by environment: nextest passes no arguments on when it lists.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{FalseyValueParser, Resettable};
use clap::{Arg, CommandFactory, FromArgMatches, Parser};

use super::Executable;
use super::engine::{self, EngineError, Wanted};
use crate::plan::marker::{MarkerError, MarkerExpr};
use crate::plan::shard::Shard;
use crate::plan::{NameFilter, Selection};
use crate::session::RunConfig;
use crate::suite::date::Date;
use crate::suite::names;
use crate::suite::spec::SuiteSpec;

/// Runs the conformance checks that are linked into this executable.
#[derive(Clone, Debug, Parser)]
#[command(disable_version_flag = true)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) libtest: libtest_mimic::Arguments,

    /// More filters; a cell is run when its name contains any of them
    #[arg(value_name = "FILTERS")]
    more_filters: Vec<String>,

    /// Run only on this backend (a name or an alias; may be given several times)
    #[arg(long, value_name = "NAME", env = "CROSSCHECK_BACKEND", value_delimiter = ',', help_heading = "Conformance")]
    backend: Vec<String>,

    /// Run only tests whose markers match, such as `dynamic_offsets and not float64`
    #[arg(long, value_name = "EXPR", env = "CROSSCHECK_MARKER", help_heading = "Conformance")]
    marker: Option<String>,

    /// Run only tests whose tags match, such as `not slow`; replaces what the executable selects by itself
    #[arg(long, value_name = "EXPR", env = "CROSSCHECK_TAG", help_heading = "Conformance")]
    tag: Option<String>,

    /// Run only tests that are about this function of the contract (may be given several times)
    #[arg(long, value_name = "NAME", env = "CROSSCHECK_FUNCTION", value_delimiter = ',', help_heading = "Conformance")]
    function: Vec<String>,

    /// Print the plan as a feature × backend table and run nothing
    #[arg(long, env = "CROSSCHECK_MATRIX", value_parser = FalseyValueParser::new(), help_heading = "Conformance")]
    pub(super) matrix: bool,

    /// Fail when this backend is not available here (may be given several times)
    #[arg(long, value_name = "NAME", env = "CROSSCHECK_REQUIRE", value_delimiter = ',', help_heading = "Conformance")]
    require: Vec<String>,

    /// Run everything as if the exclusion matrix were empty, and say which of its rows are stale
    #[arg(long, env = "CROSSCHECK_RUN_EXCLUDED", value_parser = FalseyValueParser::new(), help_heading = "Conformance")]
    pub(super) run_excluded: bool,

    /// Say at the end how much of what is allowed the values of each function used, on each backend
    #[arg(long, env = "CROSSCHECK_HEADROOM", value_parser = FalseyValueParser::new(), help_heading = "Conformance")]
    pub(super) headroom: bool,

    /// Run every cell in a process of its own, not only those of backends and rows that say so
    #[arg(long, env = "CROSSCHECK_ISOLATE", value_parser = FalseyValueParser::new(), help_heading = "Conformance")]
    isolate: bool,

    /// How long a cell in a process of its own may take; given here, every cell is one (60 without it)
    #[arg(long, env = "CROSSCHECK_TIMEOUT", value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, help_heading = "Conformance")]
    pub(super) timeout: Option<Duration>,

    /// How long the whole run may take; what is running then has timed out
    #[arg(long, env = "CROSSCHECK_RUN_TIMEOUT", value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, help_heading = "Conformance")]
    pub(super) run_timeout: Option<Duration>,

    /// Run a part of the cells: `2/5` is the second of five, and `gitlab` what GitLab's variables say (or those of `bazel`,
    /// `bitbucket`, `buildkite`, `circleci`, `semaphore`)
    #[arg(long, env = "CROSSCHECK_SHARD", value_name = "K/N", help_heading = "Conformance")]
    shard: Option<Wanted>,

    /// Resume a run that did not finish: the last one, or the one of this record
    #[arg(long, env = "CROSSCHECK_RESUME", value_name = "RECORD", num_args = 0..=1, default_missing_value = "last", help_heading = "Conformance")]
    pub(super) resume: Option<PathBuf>,

    /// Run only the cells that failed the last run, or the one of this record
    #[arg(long, env = "CROSSCHECK_LAST_FAILED", value_name = "RECORD", num_args = 0..=1, default_missing_value = "last", conflicts_with = "resume", help_heading = "Conformance")]
    pub(super) last_failed: Option<PathBuf>,

    /// Print the configuration that keeps nextest from running two cells of one device at a time
    #[arg(long, help_heading = "Conformance")]
    pub(super) nextest_config: bool,

    /// How often a cell that fails the run is run again; one that passes then is flaky, which fails the run as well
    #[arg(long, env = "CROSSCHECK_RETRIES", value_name = "N", default_value_t = 0, value_parser = times, allow_negative_numbers = true, help_heading = "Conformance")]
    pub(super) retries: u32,

    /// Run the cells that another process sends
    #[arg(long = "crosscheck-worker", hide = true)]
    pub(super) worker: bool,

    /// How long a cell may run before it is named
    #[arg(long = "crosscheck-slow", default_value = "60", value_parser = seconds, hide = true)]
    pub(super) slow: Duration,

    /// What to make of a run in which no body is run
    #[arg(
        long,
        env = "CROSSCHECK_NO_TESTS",
        value_name = "ACTION",
        default_value = "fail",
        help_heading = "Conformance"
    )]
    no_tests: NoTests,

    /// The day on which exclusions are judged, as YYYY-MM-DD, instead of today (UTC)
    #[arg(long, env = "CROSSCHECK_TODAY", value_name = "DAY", value_parser = day, help_heading = "Conformance")]
    today: Option<Date>,

    /// Draw other random inputs, in the checks that take their seed from crosscheck
    #[arg(long, env = "CROSSCHECK_SEED", value_name = "N", default_value_t = 0, help_heading = "Conformance")]
    seed: u64,
}

/// What to make of a run in which no body is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum NoTests {
    Pass,
    Fail,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "not a number of seconds above 0, such as `2.5`".to_owned())
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
    /// The command line of this process.
    pub(super) fn read() -> Self {
        // A variable that is set to nothing means the same as one that is not set.
        let is_empty = |arg: &Arg| arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
        let command = Self::command().mut_args(|arg| if is_empty(&arg) { arg.env(Resettable::Reset) } else { arg });
        let mut cli = Self::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit());
        if cli.libtest.filter.is_none() {
            cli.libtest.filter = engine::filter(|name| std::env::var_os(name));
        }
        cli
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
        if self.libtest.test_threads == Some(0) {
            errors.push(UsageError::NoThreads);
        }
        if self.isolates_all() && !cfg!(unix) {
            errors.push(UsageError::Isolation);
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
        let filters = self.libtest.filter.iter().chain(&self.more_filters).cloned().collect();
        let names = NameFilter { filters, skip: self.libtest.skip.clone(), exact: self.libtest.exact };
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
        let filters = self.libtest.filter.iter().chain(&self.more_filters).map(|filter| format!("`{filter}`"));
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
