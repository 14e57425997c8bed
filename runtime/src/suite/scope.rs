//! What a row of the exclusion matrix hangs on: a backend, a feature, tests, or cases of tests.

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;

use super::row::ALL;
#[cfg(feature = "harness")]
use super::spec::TestSpec;

/// What a row hangs on.
#[derive(Clone, Debug, PartialEq)]
pub enum Scope {
    /// Its whole backend.
    All,
    /// What uses a feature, by the marker.
    Feature(Cow<'static, str>),
    /// Every case of some tests.
    Tests(&'static [TestName]),
    /// Some cases of some tests: those in which each of these holds.
    Cases(&'static [TestName], &'static [CaseName]),
}

/// How near a row is to the cells on which it decides, the narrowest first.
#[cfg(feature = "harness")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Cases of tests.
    Case,
    /// Tests.
    Test,
    /// A feature.
    Feature,
    /// The whole backend.
    All,
}

/// Which tests a row means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestName {
    /// The function, whatever it is called: its type, and the path as it was written.
    Function {
        /// Its type, of which no other function is.
        id: TypeId,
        /// The path.
        path: &'static str,
    },
    /// `module::test`, in which `*` stands for any part.
    Pattern(&'static str),
}

/// Which cases a row means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseName {
    /// The value of an axis is one of these.
    Axis {
        /// The axis.
        axis: &'static str,
        /// The values, each as it may be called: by its label, or as it was written.
        values: &'static [&'static [&'static str]],
    },
    /// What a case is called is one of these, in which `*` stands for any part.
    Patterns(&'static [&'static str]),
}

impl Scope {
    /// What a marker, or [`ALL`], stands for.
    pub(crate) fn of_marker(marker: Cow<'static, str>) -> Self {
        if marker == ALL { Self::All } else { Self::Feature(marker) }
    }

    /// How narrow it is.
    #[cfg(feature = "harness")]
    pub fn level(&self) -> Level {
        match self {
            Self::All => Level::All,
            Self::Feature(_) => Level::Feature,
            Self::Tests(_) => Level::Test,
            Self::Cases(..) => Level::Case,
        }
    }

    /// The tests that it names, where it names any.
    #[cfg(feature = "harness")]
    pub(crate) fn tests(&self) -> Option<&'static [TestName]> {
        match self {
            Self::All | Self::Feature(_) => None,
            Self::Tests(tests) | Self::Cases(tests, _) => Some(tests),
        }
    }
}

/// As a row is called: the marker, or `norm::rms_norm, case(dtype = f16)`.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |f: &mut fmt::Formatter<'_>, tests: &[TestName]| {
            let names: Vec<_> = tests.iter().map(TestName::written).collect();
            f.write_str(&names.join(" | "))
        };
        match self {
            Self::All => f.write_str(ALL),
            Self::Feature(marker) => f.write_str(marker),
            Self::Tests(tests) => listed(f, tests),
            Self::Cases(tests, cases) => {
                listed(f, tests)?;
                let cases: Vec<_> = cases.iter().map(ToString::to_string).collect();
                write!(f, ", case({})", cases.join(", "))
            }
        }
    }
}

impl TestName {
    /// As it was written.
    pub(crate) fn written(&self) -> &'static str {
        match self {
            Self::Function { path, .. } => path,
            Self::Pattern(pattern) => pattern,
        }
    }

    /// Whether it means this test.
    #[cfg(feature = "harness")]
    pub(crate) fn means(&self, test: &TestSpec) -> bool {
        match self {
            Self::Function { id, .. } => test.function == Some(*id),
            Self::Pattern(pattern) => fits(pattern, test.own_path()) || fits(pattern, &test.path),
        }
    }
}

#[cfg(feature = "harness")]
impl CaseName {
    /// Whether it means this case of the test.
    pub(crate) fn means(&self, test: &TestSpec, case: u32) -> bool {
        match self {
            Self::Axis { axis, values } => {
                let Some(at) = test.axes.iter().position(|it| it.name == *axis) else { return false };
                let label = test.axes[at].labels[test.position(case, at)];
                values.iter().any(|names| names.iter().any(|name| fits(name, label)))
            }
            Self::Patterns(patterns) => {
                let label = test.case_label(case);
                patterns.iter().any(|pattern| fits(pattern, &label))
            }
        }
    }
}

impl fmt::Display for CaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Axis { axis, values } => {
                let values: Vec<_> = values.iter().filter_map(|names| names.first().copied()).collect();
                write!(f, "{axis} = {}", values.join(" | "))
            }
            Self::Patterns(patterns) => {
                let quoted: Vec<_> = patterns.iter().map(|pattern| format!("\"{pattern}\"")).collect();
                f.write_str(&quoted.join(", "))
            }
        }
    }
}

/// Whether the pattern, in which `*` stands for any part, fits the whole of the text.
#[cfg(feature = "harness")]
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    let Some(mut rest) = rest.strip_suffix(last) else { return false };
    // Each part at the first place that is left: what a later one takes up, the next ones lack.
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

#[cfg(all(test, feature = "harness"))]
mod tests {
    use super::*;

    /// The definition, a character at a time.
    fn fits_slowly(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), _) => {
                fits_slowly(rest, text) || text.split_first().is_some_and(|(_, text)| fits_slowly(pattern, text))
            }
            (Some((a, pattern)), Some((b, text))) => a == b && fits_slowly(pattern, text),
            _ => false,
        }
    }

    /// Every pattern of up to five characters on every text of up to four.
    #[test]
    fn a_star_stands_for_any_part() {
        let words = |letters: &[u8], longest: usize| {
            let mut words = vec![String::new()];
            let mut last = words.clone();
            for _ in 0..longest {
                last = last.iter().flat_map(|w| letters.iter().map(move |l| format!("{w}{}", *l as char))).collect();
                words.extend(last.iter().cloned());
            }
            words
        };
        let texts = words(b"ab", 4);
        for pattern in words(b"ab*", 5) {
            for text in &texts {
                let expected = fits_slowly(pattern.as_bytes(), text.as_bytes());
                assert_eq!(fits(&pattern, text), expected, "{pattern:?} {text:?}");
            }
        }
    }
}
