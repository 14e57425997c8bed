//! What has become useless: rows of the matrix that decide on no cell, features that no test uses, backends that no
//! test runs on. Judged over everything that is linked, whatever was selected.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::resolve::{Resolution, Resolver, shadowed};
use crate::suite::row::{ALL, Row};
use crate::suite::spec::{BackendSpec, FeatureSpec, SuiteSpec};

/// A row that decides on no cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedRow {
    /// The row, in words.
    pub row: String,
    /// Why it decides on nothing.
    pub why: Unused,
}

/// Why a row decides on no cell; the greater reason says more, where suites that share features differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unused {
    /// No test uses the feature.
    NoTest,
    /// The tests that use the feature do not run on the backend.
    NoCell,
    /// The backend does not implement what the tests that use the feature are about.
    NotImplemented,
    /// Where a cell uses the feature, the row of another one of its features decides.
    Overruled,
    /// Another row always decides first.
    Shadowed {
        /// That row, in words.
        by: String,
    },
}

impl fmt::Display for UnusedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, why } = self;
        write!(f, "{row} decides on no cell: ")?;
        match why {
            Unused::Shadowed { by } => write!(f, "{by} always comes first; delete one of them"),
            Unused::NoTest => f.write_str("no test uses the feature; delete it"),
            Unused::NoCell => f.write_str("no test that uses the feature runs there; delete it"),
            Unused::NotImplemented => {
                f.write_str("the backend does not implement the functions in question, which needs no row; delete it")
            }
            Unused::Overruled => {
                f.write_str("each cell that uses the feature is decided by the row of another feature; delete it")
            }
        }
    }
}

/// Something that is probably left over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leftover {
    /// A feature that no test uses.
    Feature {
        /// Its marker.
        marker: &'static str,
        /// The subject.
        subject: &'static str,
    },
    /// A backend on which no test has a cell.
    Backend {
        /// Its name.
        name: &'static str,
        /// Where it is registered, as `file:line`.
        origin: String,
    },
}

impl fmt::Display for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Feature { marker, subject } => write!(f, "no test of `{subject}` uses the feature `{marker}`"),
            Self::Backend { name, origin } => write!(f, "{origin}: no test runs on the backend `{name}`"),
        }
    }
}

/// What each row of a suite decides on.
struct Use {
    rows: BTreeSet<usize>,
    /// The cells of each (backend, marker): how many there are, and on how many a row is asked.
    cells: BTreeMap<(&'static str, &'static str), (usize, usize)>,
    backends: BTreeSet<&'static str>,
}

impl Use {
    fn of(suite: &SuiteSpec) -> Self {
        let mut found = Self { rows: BTreeSet::new(), cells: BTreeMap::new(), backends: BTreeSet::new() };
        let resolver = Resolver::new(suite);
        for test in &suite.tests {
            // Without markers on values, all cases are alike.
            let cases = if test.implied.is_empty() { test.cases().min(1) } else { test.cases() };
            for column in resolver.columns(test) {
                found.backends.insert(column.backend.name);
                for case in 0..cases {
                    let resolution = column.resolve(&resolver, test, case);
                    if let Resolution::Row(Some(row)) = resolution {
                        found.rows.insert(row);
                    }
                    for marker in test.markers_of(case).into_iter().chain([ALL]) {
                        let (all, asked) = found.cells.entry((column.backend.name, marker)).or_default();
                        *all += 1;
                        *asked += usize::from(matches!(resolution, Resolution::Row(_)));
                    }
                }
            }
        }
        found
    }

    /// Why a row that nothing shadows decides on no cell.
    fn why_unused(&self, row: &Row) -> Unused {
        let cells = |on: Option<&str>| {
            let wanted = |name: &str, used: &str| used == row.marker && on.is_none_or(|on| on == name);
            let of_marker = self.cells.iter().filter(|((name, used), _)| wanted(name, used));
            of_marker.fold((0, 0), |sum, (_, cells)| (sum.0 + cells.0, sum.1 + cells.1))
        };
        match (cells(None), cells(Some(&row.backend))) {
            ((0, _), _) => Unused::NoTest,
            (_, (0, _)) => Unused::NoCell,
            (_, (_, 0)) => Unused::NotImplemented,
            _ => Unused::Overruled,
        }
    }
}

/// The rows that decide on no cell of any suite. Suites that share a type of features share its rows.
pub fn unused_rows(suites: &[SuiteSpec]) -> Vec<UnusedRow> {
    let mut rows: Vec<(&Row, Option<Unused>)> = Vec::new();
    for suite in suites {
        let found = Use::of(suite);
        let shadowed: BTreeMap<_, _> = shadowed(&suite.rows).into_iter().collect();
        for (at, row) in suite.rows.iter().enumerate() {
            let why = (!found.rows.contains(&at)).then(|| match shadowed.get(&at) {
                Some(by) => Unused::Shadowed { by: suite.rows[*by].describe() },
                None => found.why_unused(row),
            });
            match rows.iter_mut().find(|(other, _)| *other == row) {
                None => rows.push((row, why)),
                // Used by one of them; or unused, for the better of two reasons.
                Some((_, known)) if why.is_none() || known.as_ref() < why.as_ref() && known.is_some() => *known = why,
                Some(_) => {}
            }
        }
    }
    rows.into_iter().filter_map(|(row, why)| Some(UnusedRow { row: row.describe(), why: why? })).collect()
}

/// The features and backends that no test has to do with. A feature counts where any of the suites that have it uses it; the
/// baseline has cells of its own only where a test asserts, and is never left over.
pub fn leftovers(suites: &[SuiteSpec]) -> Vec<Leftover> {
    let uses = |suite: &SuiteSpec, marker: &str| {
        suite.tests.iter().any(|test| test.markers.contains(&marker) || test.implies(marker))
    };
    let is_used = |feature: &FeatureSpec| {
        suites.iter().any(|suite| suite.features.contains(feature) && uses(suite, feature.marker))
    };
    let mut left = Vec::new();
    for suite in suites {
        let found = Use::of(suite);
        let features = suite.features.iter().filter(|feature| !is_used(feature));
        left.extend(features.map(|feature| Leftover::Feature { marker: feature.marker, subject: suite.subject }));
        let unused = |name: &str| name != suite.baseline && !found.backends.contains(name);
        let backends = suite.backends.iter().filter(|backend| unused(backend.name));
        let origin = |backend: &BackendSpec| backend.origin.to_string();
        left.extend(backends.map(|it| Leftover::Backend { name: it.name, origin: origin(it) }));
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::row::Exclusion;
    use crate::suite::spec::{AxisSpec, Origin, TestSpec};

    const HERE: Origin = Origin { module: "suite::ops", file: "ops.rs", line: 1 };

    fn row(backend: &str, marker: &str, kind: Exclusion) -> Row {
        Row::new(backend, marker, kind, "no").unwrap()
    }

    fn test(name: &str, markers: &[&'static str]) -> TestSpec {
        TestSpec { markers: markers.to_vec(), ..TestSpec::new(format!("ops::{name}"), HERE) }
    }

    /// `a` is used everywhere, `b` on `mlx` only, `c` by one value of an axis; `d` nowhere, and no test runs on `idle`.
    fn suite(rows: Vec<Row>) -> SuiteSpec {
        const AXES: &[AxisSpec] =
            &[AxisSpec { name: "n", labels: &["n_1"] }, AxisSpec { name: "dtype", labels: &["f32", "f64"] }];
        let implied = vec![vec![vec![]], vec![vec![], vec!["c"]]];
        let f64 = TestSpec { axes: AXES, implied, ..test("dtypes", &[]) };
        let quantized = TestSpec { of: Some("quantize"), calls: &["add"], ..test("quantized", &["q"]) };
        let tests = [test("one", &["a"]), test("two", &["a", "b"]), f64, quantized];
        let mlx = BackendSpec { implements: Some(&["add"]), ..BackendSpec::new("mlx", HERE) };
        let narrowed: &[&[&str]] =
            &[&["reference", "mlx", "metal"], &["mlx"], &["mlx", "metal"], &["reference", "mlx"]];
        SuiteSpec {
            features: ["a", "b", "c", "d", "q"].map(|marker| FeatureSpec { marker, description: marker }).to_vec(),
            backends: vec![
                BackendSpec::new("reference", HERE),
                BackendSpec::new("idle", HERE),
                BackendSpec::new("metal", HERE),
                mlx,
            ],
            tests: tests
                .into_iter()
                .zip(narrowed)
                .map(|(test, backends)| TestSpec { backends: Some(backends), ..test })
                .collect(),
            rows,
            ..SuiteSpec::new("dyn Ops", "reference")
        }
    }

    fn reasons(rows: Vec<Row>) -> Vec<(String, Unused)> {
        unused_rows(&[suite(rows)]).into_iter().map(|unused| (unused.row, unused.why)).collect()
    }

    #[test]
    fn a_row_that_decides_is_not_reported_whatever_its_kind() {
        let rows = ["a", "c"]
            .iter()
            .flat_map(|marker| [Exclusion::Skip, Exclusion::XFAIL].map(|kind| row("mlx", marker, kind)));
        for row in rows {
            assert_eq!(reasons(vec![row.clone()]), [], "{row:?}");
        }
        assert_eq!(reasons(vec![row("metal", ALL, Exclusion::Skip)]), []);
    }

    #[test]
    fn each_row_that_decides_on_nothing_is_reported_with_the_reason() {
        let one = |backend, marker| reasons(vec![row(backend, marker, Exclusion::XFAIL)]).pop().map(|(_, why)| why);
        assert_eq!(one("mlx", "d"), Some(Unused::NoTest));
        assert_eq!(one("metal", "b"), Some(Unused::NoCell));
        assert_eq!(one("idle", ALL), Some(Unused::NoCell));
        assert_eq!(one("mlx", "q"), Some(Unused::NotImplemented));
        assert_eq!(
            reasons(vec![row("mlx", "a", Exclusion::XFAIL), row("mlx", "b", Exclusion::XFAIL)]),
            [("row `b` of `mlx`".to_owned(), Unused::Overruled)],
        );
        assert_eq!(
            reasons(vec![row("mlx", "a", Exclusion::XFAIL), row("mlx", ALL, Exclusion::Skip)]),
            [("row `a` of `mlx`".to_owned(), Unused::Shadowed { by: "row `all` of `mlx`".to_owned() })],
        );
    }

    #[test]
    fn a_row_that_one_of_two_suites_uses_is_used() {
        let rows = vec![row("mlx", "a", Exclusion::Skip), row("mlx", "d", Exclusion::Skip)];
        let other = SuiteSpec { rows: rows.clone(), ..SuiteSpec::new("dyn Other", "other") };
        for suites in [[suite(rows.clone()), other.clone()], [other, suite(rows)]] {
            let unused: Vec<_> = unused_rows(&suites).iter().map(ToString::to_string).collect();
            assert_eq!(unused, ["row `d` of `mlx` decides on no cell: no test uses the feature; delete it"]);
        }
    }

    #[test]
    fn the_suite_that_has_the_backend_says_why_a_row_is_unused() {
        let rows = vec![row("mlx", "a", Exclusion::XFAIL), row("mlx", "b", Exclusion::XFAIL)];
        // It uses both features, and has no such backend.
        let other = SuiteSpec {
            backends: vec![BackendSpec::new("other", HERE)],
            tests: vec![test("t", &["a", "b"])],
            rows: rows.clone(),
            ..SuiteSpec::new("dyn Other", "other")
        };
        for suites in [[suite(rows.clone()), other.clone()], [other, suite(rows)]] {
            let unused: Vec<_> = unused_rows(&suites).into_iter().map(|unused| (unused.row, unused.why)).collect();
            assert_eq!(unused, [("row `b` of `mlx`".to_owned(), Unused::Overruled)]);
        }
    }

    #[test]
    fn of_two_reasons_the_one_that_says_more_is_given() {
        let rows = vec![row("mlx", "a", Exclusion::XFAIL), row("mlx", "b", Exclusion::XFAIL)];
        // It has no test with the features at all.
        let other = SuiteSpec { rows: rows.clone(), ..SuiteSpec::new("dyn Other", "other") };
        for suites in [[suite(rows.clone()), other.clone()], [other, suite(rows)]] {
            let unused: Vec<_> = unused_rows(&suites).into_iter().map(|unused| (unused.row, unused.why)).collect();
            assert_eq!(unused, [("row `b` of `mlx`".to_owned(), Unused::Overruled)]);
        }
    }

    #[test]
    fn what_no_test_has_to_do_with_is_left_over() {
        let left: Vec<_> = leftovers(&[suite(vec![])]).iter().map(ToString::to_string).collect();
        assert_eq!(left, ["no test of `dyn Ops` uses the feature `d`", "ops.rs:1: no test runs on the backend `idle`"],);
        // A type of features that two suites share is used by either.
        let features = suite(vec![]).features.split_off(3);
        let user = SuiteSpec { features, tests: vec![test("t", &["d"])], ..SuiteSpec::new("dyn Other", "other") };
        let left: Vec<_> = leftovers(&[suite(vec![]), user]).iter().map(ToString::to_string).collect();
        assert!(!left.iter().any(|text| text.contains("`d`")), "{left:?}");
        // One that only has the same name is another one, and a baseline without a cell of its own is still needed.
        let namesake = SuiteSpec {
            features: vec![FeatureSpec { marker: "d", description: "another one" }],
            backends: vec![BackendSpec::new("other", HERE), BackendSpec::new("chip", HERE)],
            tests: vec![TestSpec { differential: true, ..test("t", &["d"]) }],
            ..SuiteSpec::new("dyn Other", "other")
        };
        assert_eq!(leftovers(&[suite(vec![]), namesake]), leftovers(&[suite(vec![])]));
    }
}
