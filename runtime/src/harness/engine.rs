//! What the engines that start a run on several machines say of the machine's part of it.

use std::ffi::OsString;
use std::fmt;
use std::fs::OpenOptions;
use std::path::PathBuf;
use std::str::FromStr;

use crate::nearest;
use crate::plan::shard::Shard;

/// An engine, and the variables in which it says which part of the run this machine has.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Engine {
    /// What `--shard` knows it by.
    name: &'static str,
    /// The number of the part.
    index: &'static str,
    /// The number of the first one.
    first: u32,
    /// How many there are.
    count: &'static str,
}

/// The one that runs with nobody to write a flag: its protocol is taken up by itself.
const BAZEL: Engine = Engine { name: "bazel", index: "TEST_SHARD_INDEX", first: 0, count: "TEST_TOTAL_SHARDS" };
/// The file that tells Bazel that the test knows of shards.
const STATUS_FILE: &str = "TEST_SHARD_STATUS_FILE";

/// Only `--shard` takes up those of the others: they are set for jobs that were multiplied for other reasons as well.
const ENGINES: [Engine; 6] = [
    BAZEL,
    Engine { name: "bitbucket", index: "BITBUCKET_PARALLEL_STEP", first: 0, count: "BITBUCKET_PARALLEL_STEP_COUNT" },
    Engine { name: "buildkite", index: "BUILDKITE_PARALLEL_JOB", first: 0, count: "BUILDKITE_PARALLEL_JOB_COUNT" },
    Engine { name: "circleci", index: "CIRCLE_NODE_INDEX", first: 0, count: "CIRCLE_NODE_TOTAL" },
    Engine { name: "gitlab", index: "CI_NODE_INDEX", first: 1, count: "CI_NODE_TOTAL" },
    Engine { name: "semaphore", index: "SEMAPHORE_JOB_INDEX", first: 1, count: "SEMAPHORE_JOB_COUNT" },
];

/// What `--shard` was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The part itself.
    Part(Shard),
    /// Whatever the engine says.
    By(&'static Engine),
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(engine) = ENGINES.iter().find(|engine| engine.name == text) {
            return Ok(Self::By(engine));
        }
        text.parse().map(Self::Part).map_err(|error| match text.split_once(':') {
            Some(("count" | "hash" | "slice", _)) => format!(
                "`{text}` is a partition of nextest, which selects its cells itself (cargo nextest run --partition {text}); \
                 a part of the cells that are listed for it is `2/5`"
            ),
            _ => {
                let hint = nearest::unknown("engine", text, &ENGINES.map(|engine| engine.name));
                match text.starts_with(|first: char| first.is_ascii_alphabetic()) {
                    true => format!("{error}, or an engine that says it: {hint}"),
                    false => format!("{error}"),
                }
            }
        })
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part(shard) => shard.fmt(f),
            Self::By(engine) => f.write_str(engine.name),
        }
    }
}

/// Why it is not known which part this machine has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum EngineError {
    #[error("{0} is not set, and {1} is `{2}`: both are needed")]
    Half(&'static str, &'static str, String),
    #[error("--shard {0} (CROSSCHECK_SHARD): {1} and {2} are not set")]
    Neither(&'static str, &'static str, &'static str),
    #[error("{0} is `{1}`, which is not a number")]
    NoNumber(&'static str, String),
    #[error("{index} is `{at}`, and {count} is `{of}`: it goes from {first} to {last}")]
    Outside { index: &'static str, at: u32, count: &'static str, of: u32, first: u32, last: u32 },
    #[error("{0} is `0`: there is no shard")]
    None(&'static str),
    #[error("--shard {0} (CROSSCHECK_SHARD), and {1}, {2}: only one of the two can say which shard this is")]
    Both(String, String, String),
    #[error("{STATUS_FILE}: {}: {error}", path.display())]
    Status { path: PathBuf, error: String },
}

/// The part of the run that this machine has; `variable` is one of its environment.
pub(super) fn shard(
    wanted: Option<Wanted>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<Shard>, EngineError> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let shown = |name: &str| set(name).map(|value| format!("{name} is `{}`", value.to_string_lossy()));
    match (wanted, shown(BAZEL.index), shown(BAZEL.count)) {
        (None, None, None) => Ok(None),
        (None, ..) => BAZEL.shard(set),
        (Some(Wanted::By(engine)), None, None) => engine.shard(set),
        (Some(Wanted::By(engine)), ..) if *engine == BAZEL => engine.shard(set),
        (Some(Wanted::Part(shard)), None, None) => Ok(Some(shard)),
        (Some(wanted), index, count) => {
            let unset = |name: &str| format!("{name} is not set");
            let (index, count) =
                (index.unwrap_or_else(|| unset(BAZEL.index)), count.unwrap_or_else(|| unset(BAZEL.count)));
            Err(EngineError::Both(wanted.to_string(), index, count))
        }
    }
}

impl Engine {
    fn shard(&self, variable: impl Fn(&str) -> Option<OsString>) -> Result<Option<Shard>, EngineError> {
        let Self { name, index, first, count } = *self;
        let text = |name: &str| variable(name).map(|value| value.to_string_lossy().into_owned());
        let (given_index, given_count) = match (text(index), text(count)) {
            (Some(given_index), Some(given_count)) => (given_index, given_count),
            (Some(given), None) => return Err(EngineError::Half(count, index, given)),
            (None, Some(given)) => return Err(EngineError::Half(index, count, given)),
            (None, None) => return Err(EngineError::Neither(name, index, count)),
        };
        let number =
            |name, given: &str| given.parse::<u32>().map_err(|_| EngineError::NoNumber(name, given.to_owned()));
        let (at, of) = (number(index, &given_index)?, number(count, &given_count)?);
        let number = at.checked_sub(first).and_then(|before| before.checked_add(1));
        match number.and_then(|number| Shard::new(number, of)) {
            Some(shard) => Ok(Some(shard)),
            None if of == 0 => Err(EngineError::None(count)),
            None => Err(EngineError::Outside { index, at, count, of, first, last: (of - 1).saturating_add(first) }),
        }
    }
}

/// Tells Bazel that the test runs its part only: it takes a test that does not say so for one that runs everything in each.
pub(super) fn acknowledge(variable: impl Fn(&str) -> Option<OsString>) -> Result<(), EngineError> {
    let Some(path) = variable(STATUS_FILE).filter(|path| !path.is_empty()).map(PathBuf::from) else { return Ok(()) };
    let touched = OpenOptions::new().create(true).append(true).open(&path);
    touched.map(drop).map_err(|error| EngineError::Status { path, error: error.to_string() })
}

/// What Bazel's `--test_filter` selects: cells whose names contain it.
pub(super) fn filter(variable: impl Fn(&str) -> Option<OsString>) -> Option<String> {
    let given = variable("TESTBRIDGE_TEST_ONLY")?;
    Some(given.to_string_lossy().into_owned()).filter(|filter| !filter.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said where these variables are set, and nothing else is.
    fn said(wanted: Option<&str>, variables: &[(&str, &str)]) -> Result<Option<String>, String> {
        let wanted = wanted.map(|text| text.parse().unwrap());
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        shard(wanted, variable).map(|shard| shard.map(|shard| shard.to_string())).map_err(|error| error.to_string())
    }

    #[test]
    fn each_engine_counts_as_it_does() {
        for Engine { name, index, first, count } in &ENGINES {
            for number in 1..=3 {
                let at = (number - 1 + first).to_string();
                let variables = [(*index, at.as_str()), (*count, "3")];
                assert_eq!(said(Some(*name), &variables), Ok(Some(format!("{number}/3"))));
                // By itself only Bazel says it.
                let by_itself = (*name == "bazel").then(|| format!("{number}/3"));
                assert_eq!(said(None, &variables), Ok(by_itself));
                // Bazel's word stands beside nobody else's.
                let given = said(Some("1/2"), &variables);
                assert_eq!(given.is_ok(), *name != "bazel", "{given:?}");
            }
            assert_eq!(said(Some(*name), &[(*index, &first.to_string()), (*count, "1")]), Ok(Some("1/1".to_owned())));
        }
        for (name, index, at, count) in [
            ("bazel", "TEST_SHARD_INDEX", "0", "TEST_TOTAL_SHARDS"),
            ("bitbucket", "BITBUCKET_PARALLEL_STEP", "0", "BITBUCKET_PARALLEL_STEP_COUNT"),
            ("buildkite", "BUILDKITE_PARALLEL_JOB", "0", "BUILDKITE_PARALLEL_JOB_COUNT"),
            ("circleci", "CIRCLE_NODE_INDEX", "0", "CIRCLE_NODE_TOTAL"),
            ("gitlab", "CI_NODE_INDEX", "1", "CI_NODE_TOTAL"),
            ("semaphore", "SEMAPHORE_JOB_INDEX", "1", "SEMAPHORE_JOB_COUNT"),
        ] {
            assert_eq!(said(Some(name), &[(index, at), (count, "4")]), Ok(Some("1/4".to_owned())));
        }
        assert_eq!(said(Some("2/5"), &[]), Ok(Some("2/5".to_owned())));
        assert_eq!(said(None, &[]), Ok(None));
        assert_eq!(said(None, &[("TEST_SHARD_INDEX", ""), ("TEST_TOTAL_SHARDS", "")]), Ok(None));
    }

    /// For every engine, everything that its two variables can be wrong in.
    #[test]
    fn what_an_engine_cannot_mean_is_said() {
        for Engine { name, index, first, count } in &ENGINES {
            let wrong = |at: Option<&str>, of: Option<&str>| {
                let variables: Vec<_> =
                    at.map(|at| (*index, at)).into_iter().chain(of.map(|of| (*count, of))).collect();
                said(Some(*name), &variables).unwrap_err()
            };
            let neither = format!("--shard {name} (CROSSCHECK_SHARD): {index} and {count} are not set");
            assert_eq!(wrong(None, None), neither);
            assert_eq!(wrong(Some(""), Some("")), neither);
            assert_eq!(wrong(Some("1"), None), format!("{count} is not set, and {index} is `1`: both are needed"));
            assert_eq!(wrong(None, Some("3")), format!("{index} is not set, and {count} is `3`: both are needed"));
            for text in ["x", "-1", "1.0", " 1", "4294967296"] {
                assert_eq!(wrong(Some(text), Some("3")), format!("{index} is `{text}`, which is not a number"));
                assert_eq!(wrong(Some("1"), Some(text)), format!("{count} is `{text}`, which is not a number"));
            }
            assert_eq!(wrong(Some("1"), Some("0")), format!("{count} is `0`: there is no shard"));
            let last = 2 + first;
            let outside = |at: u32| format!("{index} is `{at}`, and {count} is `3`: it goes from {first} to {last}");
            assert_eq!(wrong(Some(&(last + 1).to_string()), Some("3")), outside(last + 1));
            assert_eq!(wrong(Some("4294967295"), Some("3")), outside(u32::MAX));
            if *first == 1 {
                assert_eq!(wrong(Some("0"), Some("3")), outside(0));
            }
        }
    }

    /// Whatever Bazel sets counts, asked for or not: what is wrong in it is said, and what somebody else says contradicts it.
    #[test]
    fn what_bazel_says_is_never_passed_over() {
        let values = [None, Some(""), Some("0"), Some("2"), Some("3"), Some("x"), Some("-1"), Some("4294967296")];
        let mut right = 0;
        for index in values {
            for count in values {
                let set = |value: Option<&'static str>| value.filter(|value| !value.is_empty());
                let named = [("TEST_SHARD_INDEX", index), ("TEST_TOTAL_SHARDS", count)];
                let variables: Vec<_> = named.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
                let by_itself = said(None, &variables);
                if (set(index), set(count)) == (None, None) {
                    assert_eq!(by_itself, Ok(None));
                    assert_eq!(said(Some("2/5"), &variables), Ok(Some("2/5".to_owned())));
                    continue;
                }
                assert_eq!(said(Some("bazel"), &variables), by_itself);
                let expected = match (index, count) {
                    (Some("0"), Some("2")) => Some("1/2"),
                    (Some("0"), Some("3")) => Some("1/3"),
                    (Some("2"), Some("3")) => Some("3/3"),
                    _ => None,
                };
                assert_eq!(by_itself.as_ref().ok().cloned().flatten().as_deref(), expected, "{by_itself:?}");
                right += usize::from(expected.is_some());
                let shown = named.map(|(name, value)| match set(value) {
                    Some(value) => format!("{name} is `{value}`"),
                    None => format!("{name} is not set"),
                });
                // An error names what was given.
                let named = |error: &String| shown.iter().any(|shown| error.contains(shown.as_str()));
                assert!(by_itself.as_ref().err().is_none_or(named), "{by_itself:?}");
                for given in ["1/3", "gitlab"] {
                    let both = format!(
                        "--shard {given} (CROSSCHECK_SHARD), and {}, {}: only one of the two can say which shard this is",
                        shown[0], shown[1]
                    );
                    assert_eq!(said(Some(given), &variables), Err(both));
                }
            }
        }
        assert_eq!(right, 3);
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_no_text_is_no_number() {
        use std::os::unix::ffi::OsStringExt;
        let variable = |name: &str| match name {
            "TEST_SHARD_INDEX" => Some(OsString::from_vec(vec![b'1', 0xff])),
            "TEST_TOTAL_SHARDS" => Some("3".into()),
            _ => None,
        };
        let error = shard(None, variable).unwrap_err();
        assert_eq!(error.to_string(), "TEST_SHARD_INDEX is `1\u{fffd}`, which is not a number");
    }

    #[test]
    fn what_is_neither_a_part_nor_an_engine_is_said() {
        let refused = |text: &str| text.parse::<Wanted>().unwrap_err();
        let known = "(known: bazel, bitbucket, buildkite, circleci, gitlab, semaphore)";
        let write = |text: &str| format!("invalid shard `{text}`: write `2/5` for the second of five");
        assert_eq!(
            refused("gitlba"),
            format!(
                "{}, or an engine that says it: unknown engine `gitlba`; did you mean `gitlab`? {known}",
                write("gitlba")
            )
        );
        for text in ["", "2", "0/5", "6/5", "1/2/3", "-1/5"] {
            assert_eq!(refused(text), write(text));
        }
        for text in ["count:1/2", "hash:1/2", "slice:1/2"] {
            assert!(refused(text).starts_with(&format!("`{text}` is a partition of nextest, ")), "{}", refused(text));
        }
    }
}
