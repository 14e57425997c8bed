//! What the comparisons allow, as far as tests and subjects set it themselves.

use std::collections::{BTreeMap, BTreeSet};

use crate::records::Run;

/// A test of which comparisons allow something else.
#[derive(Clone, Debug, PartialEq)]
pub struct TermsChange {
    /// The test.
    pub test: String,
    /// What it set, without its reason; `None` where that was nothing.
    pub old: Option<String>,
    /// What it sets.
    pub new: Option<String>,
    /// Whether that allows more, or might.
    pub is_looser: bool,
}

/// Of the tests that are in both runs, in their order.
pub fn changes(old: &Run, new: &Run) -> Vec<TermsChange> {
    let (before, after) = (by_test(old), by_test(new));
    let tests = after.iter().filter_map(|(test, new)| Some((test, before.get(test)?, new)));
    let changes = tests.flat_map(|(test, old, new)| {
        let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        keys.into_iter().filter_map(move |key| {
            let (old, new) = (old.get(key).copied(), new.get(key).copied());
            (old != new).then(|| TermsChange {
                test: if key.is_empty() { (*test).to_owned() } else { format!("{test}, {key}") },
                old: old.map(ToOwned::to_owned),
                new: new.map(ToOwned::to_owned),
                is_looser: is_looser(old.map(Measure::of), new.map(Measure::of)),
            })
        })
    });
    changes.collect()
}

/// What each test sets, by the value of an axis that it is set for.
type Terms<'a> = BTreeMap<&'a str, &'a str>;

fn by_test(run: &Run) -> BTreeMap<&str, Terms<'_>> {
    let cells = run.cells.iter().map(|cell| (cell.test.as_str(), &cell.terms));
    // Records of older versions do not say it of the subject.
    let subjects = run.suites.iter().map(|suite| (suite.subject.as_str(), &suite.terms));
    let subjects = subjects.filter(|(_, terms)| !terms.is_empty());
    let mut tests: BTreeMap<&str, Terms<'_>> = BTreeMap::new();
    for (test, terms) in cells.chain(subjects) {
        tests.entry(test).or_default().extend(terms.iter().map(|term| split(term)));
    }
    tests
}

/// What it is set for, and what is set, without the reason.
fn split(term: &str) -> (&str, &str) {
    const BEGINNINGS: [&str; 3] = ["rtol ", "nothing but equality", "expects a constant"];
    let begins = |text: &str| BEGINNINGS.iter().any(|it| text.starts_with(it)) || ulps(text).is_some();
    let (key, set) = match term.split_once(": ") {
        Some((key, set)) if !begins(term) => (key, set),
        _ => ("", term),
    };
    (key, set.split_once(" (").map_or(set, |(set, _)| set))
}

/// What is allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Measure {
    Exact,
    Bounds {
        rtol: f64,
        atol: f64,
    },
    Ulps(f64),
    /// Whatever would also agree with a value that is always the same.
    Constant,
    /// How strict a rule for zeros or subnormals is.
    Rule(u8),
    /// It is written in a way that this version does not know.
    Unknown,
}

impl Measure {
    fn of(text: &str) -> Self {
        let bounds = || {
            let (rtol, atol) = text.strip_prefix("rtol ")?.split_once(", atol ")?;
            Some(Self::Bounds { rtol: rtol.parse().ok()?, atol: atol.parse().ok()? })
        };
        match text {
            "nothing but equality" => Self::Exact,
            "expects a constant" => Self::Constant,
            "may be flushed to 0" => Self::Rule(0),
            "-0 agrees with 0" | "as the tolerance says" => Self::Rule(1),
            "-0 does not agree with 0" | "must be kept" => Self::Rule(2),
            _ => bounds().or_else(|| ulps(text).map(Self::Ulps)).unwrap_or(Self::Unknown),
        }
    }
}

fn ulps(text: &str) -> Option<f64> {
    text.split_once(" units in the last place")?.0.parse().ok()
}

/// Whether more is allowed, or cannot be shown not to be.
fn is_looser(old: Option<Measure>, new: Option<Measure>) -> bool {
    use Measure::{Bounds, Constant, Exact, Rule, Ulps};
    match (old, new) {
        (_, Some(Exact)) => false,
        (Some(Exact), _) => true,
        // The default is what a test that sets something has left, for more as a rule.
        (Some(_), None) => false,
        (Some(Bounds { rtol, atol }), Some(Bounds { rtol: other_rtol, atol: other_atol })) => {
            other_rtol > rtol || other_atol > atol
        }
        (Some(Ulps(ulps)), Some(Ulps(other))) => other > ulps,
        (Some(Rule(rule)), Some(Rule(other))) => other < rule,
        (Some(Constant), Some(Constant)) | (None, None) => false,
        (None | Some(_), Some(_)) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_what_it_is_set_for_and_what_is_set() {
        for (term, key, set) in [
            ("rtol 1e-3, atol 0e0", "", "rtol 1e-3, atol 0e0"),
            ("rtol 1e-3, atol 0e0 (a: b (c))", "", "rtol 1e-3, atol 0e0"),
            ("f16: 4 units in the last place (it adds: in another order)", "f16", "4 units in the last place"),
            ("0.5 units in the last place", "", "0.5 units in the last place"),
            ("nothing but equality (x: y)", "", "nothing but equality"),
            ("expects a constant (zeros: all of them)", "", "expects a constant"),
            ("f16: expects a constant (zeros)", "f16", "expects a constant"),
            ("zeros: -0 does not agree with 0", "zeros", "-0 does not agree with 0"),
            ("subnormals: may be flushed to 0", "subnormals", "may be flushed to 0"),
        ] {
            assert_eq!(split(term), (key, set));
            assert_ne!(Measure::of(set), Measure::Unknown, "{term}");
        }
        assert_eq!(Measure::of("whatever"), Measure::Unknown);
    }

    #[test]
    fn what_is_wider_or_cannot_be_compared_is_looser() {
        let bounds = |rtol, atol| Some(Measure::Bounds { rtol, atol });
        let (ulps, exact, constant) = (|ulps| Some(Measure::Ulps(ulps)), Some(Measure::Exact), Some(Measure::Constant));
        for (old, new, looser) in [
            (bounds(1e-3, 0.0), bounds(1e-2, 0.0), true),
            (bounds(1e-3, 0.0), bounds(1e-4, 1e-9), true),
            (bounds(1e-3, 1e-3), bounds(1e-3, 1e-4), false),
            (ulps(2.0), ulps(4.0), true),
            (ulps(4.0), ulps(2.0), false),
            (ulps(4.0), bounds(1e-9, 0.0), true),
            (exact, ulps(1.0), true),
            (exact, None, true),
            (ulps(1.0), exact, false),
            (None, exact, false),
            (None, ulps(1.0), true),
            (None, constant, true),
            (constant, None, false),
            (ulps(9.0), None, false),
            (Some(Measure::Rule(2)), Some(Measure::Rule(1)), true),
            (Some(Measure::Rule(0)), Some(Measure::Rule(1)), false),
            (Some(Measure::Unknown), Some(Measure::Unknown), true),
        ] {
            assert_eq!(is_looser(old, new), looser, "{old:?} to {new:?}");
        }
    }
}
