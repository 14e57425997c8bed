//! The flags of a test executable: those of libtest, and those of conformance with the variables that stand for them.

/// A flag.
#[derive(Debug)]
pub(super) struct Flag {
    /// Its name; one of one letter has no other.
    pub(super) name: &'static str,
    pub(super) short: Option<char>,
    pub(super) takes: Takes,
    pub(super) variable: Option<&'static str>,
    /// What the help says; nothing hides it.
    help: &'static str,
}

/// What stands behind a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    /// A value, called so in the help.
    Value(&'static str),
    /// A value, each time the flag is given.
    Values(&'static str),
    /// Values, with commas between them, each time the flag is given.
    List(&'static str),
    /// A value, or `last`.
    OrLast(&'static str),
    /// A value behind `=`, or none.
    Perhaps(&'static str),
}
use Takes::{List, Nothing, OrLast, Perhaps, Value, Values};

impl Flag {
    const fn new(name: &'static str, takes: Takes, help: &'static str) -> Self {
        Self { name, short: None, takes, variable: None, help }
    }

    const fn short(self, short: char) -> Self {
        Self { short: Some(short), ..self }
    }

    const fn or(self, variable: &'static str) -> Self {
        Self { variable: Some(variable), ..self }
    }

    /// Whether the help has it.
    pub(super) fn is_shown(&self) -> bool {
        !self.help.is_empty()
    }

    /// As it is typed: `--backend <NAME>`.
    pub(super) fn shown(&self) -> String {
        let name = if self.name.len() == 1 { format!("-{}", self.name) } else { format!("--{}", self.name) };
        match self.takes {
            Nothing => name,
            Value(value) | Values(value) | List(value) => format!("{name} <{value}>"),
            OrLast(value) => format!("{name} [<{value}>]"),
            Perhaps(value) => format!("{name}[=<{value}>]"),
        }
    }
}

/// Those of libtest.
const LIBTEST: [Flag; 15] = [
    Flag::new("include-ignored", Nothing, "Run ignored tests as well"),
    Flag::new("ignored", Nothing, "Run ignored tests only"),
    Flag::new("test", Nothing, "Run tests and not benchmarks"),
    Flag::new("bench", Nothing, "Run benchmarks instead of tests"),
    Flag::new("list", Nothing, "List all tests and benchmarks"),
    Flag::new("nocapture", Nothing, "No-op: nothing is captured that is printed in this process"),
    Flag::new("show-output", Nothing, "No-op: nothing is captured that is printed in this process"),
    Flag::new("Z", Value("unstable-options"), "No-op, for flags of libtest that are unstable there"),
    Flag::new("exact", Nothing, "Match filters exactly: a cell, or all cells of a test"),
    Flag::new("quiet", Nothing, "Print a character a cell instead of a line, like `--format terse`").short('q'),
    Flag::new("test-threads", Value("N"), "How many cells run at a time"),
    Flag::new("logfile", Value("PATH"), "Write what is printed of each cell to this file instead of standard output"),
    Flag::new("skip", Values("FILTER"), "Skip cells whose names contain this (may be given several times)"),
    Flag::new("color", Value("auto|always|never"), "Whether the lines of cells have colours"),
    Flag::new("format", Value("pretty|terse|json"), "A line a cell, a character, or events as JSON"),
];

/// Those of conformance.
const CONFORMANCE: [Flag; 22] = [
    Flag::new("backend", List("NAME"), "Run only on this backend (a name or an alias; may be given several times)")
        .or("CROSSCHECK_BACKEND"),
    Flag::new("marker", Value("EXPR"), "Run only tests whose markers match, such as `dynamic_offsets and not float64`")
        .or("CROSSCHECK_MARKER"),
    Flag::new(
        "tag",
        Value("EXPR"),
        "Run only tests whose tags match, such as `not slow`; replaces what the executable selects by itself",
    )
    .or("CROSSCHECK_TAG"),
    Flag::new(
        "function",
        List("NAME"),
        "Run only tests that are about this function of the contract (may be given several times)",
    )
    .or("CROSSCHECK_FUNCTION"),
    Flag::new("matrix", Nothing, "Print the plan as a feature × backend table and run nothing").or("CROSSCHECK_MATRIX"),
    Flag::new("require", List("NAME"), "Fail when this backend is not available here (may be given several times)")
        .or("CROSSCHECK_REQUIRE"),
    Flag::new(
        "run-excluded",
        Nothing,
        "Run everything as if the exclusion matrix were empty, and say which of its rows are stale",
    )
    .or("CROSSCHECK_RUN_EXCLUDED"),
    Flag::new(
        "headroom",
        Nothing,
        "Say at the end how much of what is allowed the values of each function used, on each backend",
    )
    .or("CROSSCHECK_HEADROOM"),
    Flag::new(
        "strength",
        Perhaps("PERCENT"),
        "Put faults into the baseline, one at a time, and say which of them no check notices; fail below so many percent",
    ),
    Flag::new(
        "isolate",
        Nothing,
        "Run every cell in a process of its own, not only those of backends and rows that say so",
    )
    .or("CROSSCHECK_ISOLATE"),
    Flag::new(
        "timeout",
        Value("SECONDS"),
        "How long a cell in a process of its own may take; given here, every cell is one (60 without it)",
    )
    .or("CROSSCHECK_TIMEOUT"),
    Flag::new("run-timeout", Value("SECONDS"), "How long the whole run may take; what is running then has timed out")
        .or("CROSSCHECK_RUN_TIMEOUT"),
    Flag::new(
        "shard",
        Value("K/N"),
        "Run a part of the cells: `2/5` is the second of five, and `gitlab` what GitLab's variables say (or those of `bazel`, \
         `bitbucket`, `buildkite`, `circleci`, `semaphore`)",
    )
    .or("CROSSCHECK_SHARD"),
    Flag::new("resume", OrLast("RECORD"), "Resume a run that did not finish: the last one, or the one of this record")
        .or("CROSSCHECK_RESUME"),
    Flag::new(
        "last-failed",
        OrLast("RECORD"),
        "Run only the cells that failed the last run, or the one of this record",
    )
    .or("CROSSCHECK_LAST_FAILED"),
    Flag::new(
        "nextest-config",
        Nothing,
        "Print the configuration that keeps nextest from running two cells of one device at a time",
    ),
    Flag::new(
        "retries",
        Value("N"),
        "How often a cell that fails the run is run again; one that passes then is flaky, which fails the run as well",
    )
    .or("CROSSCHECK_RETRIES"),
    Flag::new("crosscheck-worker", Nothing, ""),
    Flag::new("crosscheck-slow", Value("SECONDS"), ""),
    Flag::new("no-tests", Value("pass|fail"), "What to make of a run in which no body is run")
        .or("CROSSCHECK_NO_TESTS"),
    Flag::new("today", Value("DAY"), "The day on which exclusions are judged, as YYYY-MM-DD, instead of today (UTC)")
        .or("CROSSCHECK_TODAY"),
    Flag::new("seed", Value("N"), "Draw other random inputs, in the checks that take their seed from crosscheck")
        .or("CROSSCHECK_SEED"),
];

/// All flags.
pub(super) fn all() -> impl Iterator<Item = &'static Flag> {
    const { &LIBTEST }.iter().chain(const { &CONFORMANCE })
}

/// How an executable is called.
pub(super) const USAGE: &str = "[OPTIONS] [FILTER]...";

/// What `--help` prints.
pub(super) fn help() -> String {
    let mut text = format!(
        "Runs the conformance checks that are linked into this executable\n\nUSAGE: {USAGE}\n\nArguments:\n  [FILTER]...\n          \
         Run only cells whose names contain one of these\n"
    );
    for (title, flags) in [("Options", &LIBTEST[..]), ("Conformance", &CONFORMANCE)] {
        text.push_str(&format!("\n{title}:\n"));
        for flag in flags.iter().filter(|flag| flag.is_shown()) {
            let short = flag.short.map_or_else(|| "    ".to_owned(), |short| format!("-{short}, "));
            let short = if flag.name.len() == 1 { "" } else { &short };
            let variable = flag.variable.map(|name| format!(" [env: {name}=]")).unwrap_or_default();
            text.push_str(&format!("  {short}{}\n          {}{variable}\n", flag.shown(), flag.help));
        }
    }
    text
}
