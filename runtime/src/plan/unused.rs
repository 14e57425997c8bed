//! What has become useless: rows of the matrix that decide on no cell, features that no test uses, backends that no
//! test runs on. Judged over everything that is linked, whatever was selected.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::ops::ControlFlow;

use super::resolve::{Column, Resolution, Resolver, disputed, shadowed};
use crate::nearest;
use crate::sorted;
use crate::suite::row::{Exclusion, Row};
use crate::suite::scope::{CaseName, Scope, TestName, fits};
use crate::suite::spec::{BackendSpec, FeatureSpec, Origin, SuiteSpec, TestSpec};

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
    /// No test uses the feature, or no case is as the row says.
    NoTest,
    /// The tests in question do not run on the backend.
    NoCell,
    /// The backend does not implement what the tests in question are about.
    NotImplemented,
    /// It says of a backend that is not the baseline that it is a wrong one.
    NoBaseline {
        /// The baseline.
        baseline: &'static str,
    },
    /// It says that the baseline's values are wrong where nothing is compared with them.
    NotCompared,
    /// Another row decides on each cell.
    Overruled,
    /// It lets cells run that run without it.
    OverridesNothing,
    /// Another row always decides first.
    Shadowed {
        /// That row, in words.
        by: String,
    },
    /// Something that it names is not there.
    Unknown {
        /// What it names, the nearest and the known ones.
        unknown: String,
    },
}

impl fmt::Display for UnusedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, why } = self;
        write!(f, "{row} decides on no cell: ")?;
        match why {
            Unused::Shadowed { by } => write!(f, "{by} always comes first; delete one of them"),
            Unused::NoTest => f.write_str("no test uses the feature, or is as it says; delete it"),
            Unused::NoCell => f.write_str("no test that it hangs on runs there; delete it"),
            Unused::NotImplemented => {
                f.write_str("the backend does not implement the functions in question, which needs no row; delete it")
            }
            Unused::NoBaseline { baseline } => write!(
                f,
                "`baseline_wrong` is a row of the baseline, which is `{baseline}`: write it for that, or expect a failure here \
                 (`xfail`)"
            ),
            Unused::NotCompared => {
                f.write_str("nothing is compared with the baseline there: of a check, expect a failure (`xfail`)")
            }
            Unused::Overruled => f.write_str("each cell that it hangs on is decided by another row; delete it"),
            Unused::OverridesNothing => {
                f.write_str("`RUN` overrides a wider row, and without this one each cell would run as well; delete it")
            }
            Unused::Unknown { unknown } => f.write_str(unknown),
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
    /// A feature that a backend has not classified.
    Unclassified {
        /// Its marker.
        marker: &'static str,
        /// The backend.
        backend: &'static str,
        /// Where its matrix function stands.
        origin: Origin,
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
            Self::Unclassified { marker, backend, origin } => {
                write!(f, "{origin}: new feature `{marker}` of the suite is not classified by `{backend}`")
            }
            Self::Backend { name, origin } => write!(f, "{origin}: no test runs on the backend `{name}`"),
        }
    }
}

/// The rows of a suite that decide on cells.
fn used_rows(suite: &SuiteSpec) -> BTreeSet<usize> {
    let mut rows: BTreeSet<usize> = BTreeSet::new();
    // As a rule each row has its cell soon, and the others need not be looked at.
    let all = suite.rows.iter().filter(|row| row.is_of_its_backend()).count();
    each_cell(suite, &Resolver::new(suite), |_, _, _, resolution| {
        rows.extend(resolution.rows());
        if rows.len() < all { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    rows.retain(|at| suite.rows[*at].kind != Exclusion::Run);
    let disputed = disputed(suite);
    rows.extend(disputed.values());
    let overriding = (0..suite.rows.len()).filter(|at| suite.rows[*at].kind == Exclusion::Run);
    rows.extend(overriding.filter(|at| overrides(suite, *at, &disputed)));
    rows
}

/// Which cases of a test have a resolution.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cases {
    /// All, because they are alike.
    All,
    /// This one.
    One(u32),
}

/// Calls `look` with the backend, the test, the case and the resolution of each cell, until it has seen enough; where cases are
/// alike, of one of them.
fn each_cell<'a>(
    suite: &'a SuiteSpec,
    resolver: &Resolver<'a>,
    mut look: impl FnMut(&'static str, &'a TestSpec, Cases, &Resolution) -> ControlFlow<()>,
) {
    for test in &suite.tests {
        let columns: Vec<_> = resolver.columns(test).collect();
        let is_alike = columns.iter().all(Column::is_alike);
        for case in 0..if is_alike { test.cases().min(1) } else { test.cases() } {
            let marked = resolver.marked(&columns, test, case);
            for column in columns.iter().filter(|column| case == 0 || !column.is_alike()) {
                let cases = if column.is_alike() { Cases::All } else { Cases::One(case) };
                let resolution = column.resolve(resolver, &marked, test, case);
                if look(column.backend.declared(), test, cases, &resolution).is_break() {
                    return;
                }
            }
        }
    }
}

/// Whether a row that lets cells run changes what is done with any of them.
fn overrides(suite: &SuiteSpec, at: usize, disputed_with: &HashMap<(u32, u32), usize>) -> bool {
    let row = &suite.rows[at];
    let mut deciding = BTreeSet::new();
    each_cell(suite, &Resolver::new(suite), |backend, test, cases, resolution| {
        if resolution.rows().contains(&at) {
            deciding.insert((backend, test.path.as_str(), cases));
        }
        ControlFlow::Continue(())
    });
    let others = |other: &Row| other.is_of_its_backend() && !std::ptr::eq(other, row);
    let mut changes = false;
    each_cell(suite, &Resolver::over(suite, others), |backend, test, cases, resolution| {
        let excludes = resolution.rows().iter().any(|at| suite.rows[*at].kind != Exclusion::Run);
        let decided = |cases| deciding.contains(&(backend, test.path.as_str(), cases));
        changes |= excludes
            && match cases {
                Cases::One(_) => decided(Cases::All) || decided(cases),
                Cases::All => decided(Cases::All) || (0..test.cases()).any(|case| decided(Cases::One(case))),
            };
        if changes { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let without = || {
        let rows = suite.rows.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, row)| row.clone());
        disputed(&SuiteSpec { rows: rows.collect(), ..suite.clone() })
    };
    changes || row.backend == suite.baseline && without().len() != disputed_with.len()
}

/// Whether the row hangs on this case, whatever the backend.
fn hangs_on(row: &Row, test: &TestSpec, case: u32) -> bool {
    let names = |tests: &[TestName]| tests.iter().any(|name| name.means(test));
    match &row.scope {
        Scope::All => true,
        Scope::Feature(marker) => test.markers_of(case).contains(&marker.as_ref()),
        Scope::Tests(tests) => names(tests),
        Scope::Cases(tests, cases) => names(tests) && cases.iter().all(|name| name.means(test, case)),
    }
}

/// Why a row that nothing shadows decides on no cell.
fn why_unused(suite: &SuiteSpec, row: &Row) -> Unused {
    let (mut anywhere, mut compared, mut there, mut asked) = (false, false, false, false);
    let resolver = Resolver::new(suite);
    for test in &suite.tests {
        let columns: Vec<_> = resolver.columns(test).collect();
        for case in (0..test.cases()).filter(|case| hangs_on(row, test, *case)) {
            compared |= test.differential;
            let marked = resolver.marked(&columns, test, case);
            for column in &columns {
                let here = row.backend == column.backend.declared();
                anywhere = true;
                there |= here;
                asked |=
                    here && !matches!(column.resolve(&resolver, &marked, test, case), Resolution::NotImplemented(_));
            }
        }
    }
    match &row.kind {
        _ if !anywhere => Unused::NoTest,
        Exclusion::BaselineWrong { .. } if row.backend != suite.baseline => {
            Unused::NoBaseline { baseline: suite.baseline }
        }
        Exclusion::BaselineWrong { .. } if !compared => Unused::NotCompared,
        Exclusion::BaselineWrong { .. } => Unused::Overruled,
        _ if !there => Unused::NoCell,
        _ if !asked => Unused::NotImplemented,
        Exclusion::Run => Unused::OverridesNothing,
        _ => Unused::Overruled,
    }
}

/// What a row names that is in none of the suites that it is a row of.
fn unknown(row: &Row, suites: &[&SuiteSpec]) -> Option<String> {
    // Only where they are needed: there may be many.
    let tests = || suites.iter().flat_map(|suite| &suite.tests).collect::<Vec<_>>();
    match &row.scope {
        Scope::All => None,
        Scope::Feature(marker) => {
            let mut known: Vec<_> = suites.iter().flat_map(|suite| &suite.features).map(|it| it.marker).collect();
            known.dedup();
            // A suite out of data declares none.
            (!known.is_empty() && !known.contains(&marker.as_ref()))
                .then(|| nearest::unknown("feature", marker, &known))
        }
        Scope::Tests(names) => unknown_test(names, &tests()),
        Scope::Cases(names, cases) => {
            let tests = tests();
            unknown_test(names, &tests).or_else(|| {
                let named = |test: &&&TestSpec| names.iter().any(|name| name.means(test));
                let tests: Vec<_> = tests.iter().filter(named).copied().collect();
                cases.iter().find_map(|case| unknown_case(case, &tests))
            })
        }
    }
}

fn unknown_test(names: &[TestName], tests: &[&TestSpec]) -> Option<String> {
    let name = names.iter().find(|name| !tests.iter().any(|test| name.means(test)))?;
    let known = tests.iter().map(|test| test.path.as_str());
    let count = tests.len();
    let given = name.written();
    Some(match name {
        TestName::Function { .. } => {
            let name = given.rsplit("::").next().unwrap_or(given);
            let of_name = known.clone().find(|path| path.rsplit("::").next() == Some(name));
            let hint = of_name.or_else(|| nearest::nearest(given, known));
            let hint = hint.map(|hint| format!("; did you mean that of `{hint}`?")).unwrap_or_default();
            format!("the function `{given}` is no check of the suite{hint} (`--list` shows those that are: {count})")
        }
        TestName::Pattern(_) => {
            // A part of the name, or the name of a module, is a common guess.
            let wider = [format!("*{given}"), format!("{given}::*"), format!("*{given}*")];
            let wider = wider.iter().find(|wider| tests.iter().any(|test| fits(wider, &test.path)));
            let hint = nearest::nearest(given, known).or(wider.map(String::as_str));
            let hint = hint.map(|hint| format!("; did you mean `{hint}`?")).unwrap_or_default();
            let what = if given.contains('*') { "no test fits the pattern" } else { "unknown test" };
            format!("{what} `{given}`{hint} (`--list` shows the tests that there are: {count})")
        }
    })
}

/// What is unknown of a case of these tests.
fn unknown_case(case: &CaseName, tests: &[&TestSpec]) -> Option<String> {
    match case {
        CaseName::Axis { axis, values } => {
            let mut axes: Vec<_> = tests.iter().flat_map(|test| test.axes).map(|it| it.name).collect();
            axes.sort_unstable();
            axes.dedup();
            if axes.is_empty() {
                return Some(format!("`case({axis} = …)` names an axis, and what the row names has none"));
            }
            if !axes.contains(axis) {
                return Some(nearest::unknown("axis", axis, &axes));
            }
            let of_axis = tests.iter().flat_map(|test| test.axes).filter(|it| it.name == *axis);
            let mut labels: Vec<_> = of_axis.flat_map(|it| it.labels).copied().collect();
            labels.sort_unstable();
            labels.dedup();
            let is_known = |name: &&str| labels.iter().any(|label| fits(name, label));
            let unknown = values.iter().find(|names| !names.iter().any(is_known))?.first().copied().unwrap_or_default();
            let what = format!("value of `{axis}`");
            Some(match labels.len() {
                0..=FEW => nearest::unknown(&what, unknown, &labels),
                _ => format!("unknown {what} `{unknown}`{}", hint_and_some(unknown, &labels)),
            })
        }
        CaseName::Patterns(patterns) => {
            let labels = tests.iter().flat_map(|test| (0..test.cases()).map(|case| test.case_label(case)));
            let labels = sorted::set(labels);
            let unknown = patterns.iter().find(|pattern| !labels.iter().any(|label| fits(pattern, label)))?;
            let labels: Vec<_> = labels.iter().map(AsRef::as_ref).collect();
            Some(match labels.as_slice() {
                [""] => format!("no case fits `{unknown}` (the tests have one case each, without a name)"),
                labels => format!("no case fits `{unknown}`{}", hint_and_some(unknown, labels)),
            })
        }
    }
}

/// So many names are shown of those that are known.
const FEW: usize = 12;

/// The nearest of some names, and the first of them.
fn hint_and_some(given: &str, known: &[&str]) -> String {
    let hint = nearest::nearest(given, known.iter().copied());
    let hint = hint.map(|hint| format!("; did you mean `{hint}`?")).unwrap_or_default();
    let more = known.len().saturating_sub(FEW);
    let more = if more > 0 { format!(", … and {more} more") } else { String::new() };
    format!("{hint} (known: {}{more})", known[..known.len().min(FEW)].join(", "))
}

/// The rows that decide on no cell of any suite. Suites that share a type of features share its rows.
pub fn unused_rows(suites: &[SuiteSpec]) -> Vec<UnusedRow> {
    let mut rows: Vec<(&Row, Option<Unused>)> = Vec::new();
    for suite in suites {
        let used = used_rows(suite);
        let shadowed = sorted::map(shadowed(&suite.rows));
        for (at, row) in suite.rows.iter().enumerate() {
            let why = (!used.contains(&at)).then(|| match shadowed.get(&at) {
                Some(by) => Unused::Shadowed { by: suite.rows[*by].describe() },
                None => why_unused(suite, row),
            });
            match rows.iter_mut().find(|(other, _)| *other == row) {
                None => rows.push((row, why)),
                // Used by one of them; or unused, for the better of two reasons.
                Some((_, known)) if why.is_none() || known.as_ref() < why.as_ref() && known.is_some() => *known = why,
                Some(_) => {}
            }
        }
    }
    let with_names = rows.into_iter().map(|(row, why)| {
        let suites: Vec<_> = suites.iter().filter(|suite| suite.rows.contains(row)).collect();
        let unknown = unknown(row, &suites).map(|unknown| Unused::Unknown { unknown });
        (row, unknown.or(why))
    });
    with_names.filter_map(|(row, why)| Some(UnusedRow { row: row.describe(), why: why? })).collect()
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
        let features = suite.features.iter().filter(|feature| !is_used(feature));
        left.extend(features.map(|feature| Leftover::Feature { marker: feature.marker, subject: suite.subject }));
        // Suites that share features share the function that leaves one to its last arm.
        for (marker, backend, origin) in suite.unclassified.iter().copied() {
            let unclassified = Leftover::Unclassified { marker, backend, origin };
            if suite.backends.iter().any(|it| it.declared() == backend) && !left.contains(&unclassified) {
                left.push(unclassified);
            }
        }
        let has_cells = |test: &TestSpec, name: &str| test.cases() > 0 && test.runs_on(name, suite.baseline);
        let unused = |name: &str| name != suite.baseline && !suite.tests.iter().any(|test| has_cells(test, name));
        let backends = suite.backends.iter().filter(|backend| unused(backend.declared()));
        let origin = |backend: &BackendSpec| backend.origin.to_string();
        left.extend(backends.map(|it| Leftover::Backend { name: it.name, origin: origin(it) }));
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::row::ALL;
    use crate::suite::spec::AxisSpec;

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
        // The row of a feature comes before that of the whole backend, whatever they say.
        assert_eq!(reasons(vec![row("mlx", "a", Exclusion::XFAIL), row("mlx", ALL, Exclusion::Skip)]), []);
        assert_eq!(
            reasons(vec![row("mlx", "a", Exclusion::XFAIL), row("mlx", "a", Exclusion::Skip)]),
            [("row `a` of `mlx`".to_owned(), Unused::Shadowed { by: "row `a` of `mlx`".to_owned() })],
        );
    }

    /// A row of tests or cases.
    fn narrow(backend: &str, scope: Scope, kind: Exclusion) -> Row {
        let marker = scope.to_string().into();
        Row { scope, marker, ..row(backend, "-", kind) }
    }

    const ONE: &[TestName] = &[TestName::Pattern("ops::one")];
    const TWO: &[TestName] = &[TestName::Pattern("ops::two")];
    const DTYPES: &[TestName] = &[TestName::Pattern("ops::dt*")];
    const F64: &[CaseName] = &[CaseName::Axis { axis: "dtype", values: &[&["f64"]] }];

    fn why(rows: Vec<Row>) -> Vec<String> {
        unused_rows(&[suite(rows)]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_row_of_tests_or_cases_is_reported_as_that_of_a_feature_is() {
        let skip = |backend, scope| narrow(backend, scope, Exclusion::Skip);
        for used in [
            skip("mlx", Scope::Tests(ONE)),
            skip("metal", Scope::Cases(DTYPES, F64)),
            skip("mlx", Scope::Cases(DTYPES, &[CaseName::Patterns(&["n_1_f*"])])),
        ] {
            assert_eq!(why(vec![used.clone()]), [""; 0], "{used:?}");
        }
        assert_eq!(
            why(vec![skip("metal", Scope::Tests(TWO))]),
            ["row `ops::two` of `metal` decides on no cell: no test that it hangs on runs there; delete it"]
        );
        let quantized = Scope::Tests(&[TestName::Pattern("ops::quantized")]);
        assert!(why(vec![skip("mlx", quantized)])[0].contains("does not implement the functions in question"));
        assert_eq!(
            why(vec![skip("mlx", Scope::Tests(ONE)), narrow("mlx", Scope::Tests(ONE), Exclusion::XFAIL)]),
            [
                "row `ops::one` of `mlx` decides on no cell: row `ops::one` of `mlx` always comes first; delete one of them"
            ]
        );
        // Each of its cells has a row of its own.
        let cases = |label| skip("mlx", Scope::Cases(DTYPES, label));
        let rows = vec![cases(F64), cases(&[CaseName::Patterns(&["*f32"])]), skip("mlx", Scope::Tests(DTYPES))];
        assert_eq!(
            why(rows),
            [
                "row `ops::dt*` of `mlx` decides on no cell: each cell that it hangs on is decided by another row; delete it"
            ]
        );
    }

    /// Everything that a row can name, misnamed in each way.
    #[test]
    fn a_name_that_is_not_there_is_reported_with_the_nearest() {
        let id = std::any::TypeId::of::<u8>();
        let tests = |names| Scope::Tests(names);
        let cases = |cases| Scope::Cases(DTYPES, cases);
        for (scope, text) in [
            (
                Scope::Feature("qq".into()),
                "row `qq` of `mlx` decides on no cell: unknown feature `qq` (known: a, b, c, d, q)",
            ),
            (
                tests(&[TestName::Pattern("ops::twoo")]),
                "row `ops::twoo` of `mlx` decides on no cell: unknown test `ops::twoo`; did you mean `ops::two`? (`--list` \
                 shows the tests that there are: 4)",
            ),
            (
                tests(&[TestName::Pattern("two")]),
                "row `two` of `mlx` decides on no cell: unknown test `two`; did you mean `*two`? (`--list` shows the tests that there \
                 are: 4)",
            ),
            (
                tests(&[TestName::Pattern("ops")]),
                "row `ops` of `mlx` decides on no cell: unknown test `ops`; did you mean `ops::*`? (`--list` shows the tests that \
                 there are: 4)",
            ),
            // Also where another name of the row is there.
            (
                tests(&[TestName::Pattern("ops::one"), TestName::Pattern("nothing*")]),
                "row `ops::one | nothing*` of `mlx` decides on no cell: no test fits the pattern `nothing*` (`--list` shows the \
                 tests that there are: 4)",
            ),
            (
                Scope::Tests(Box::leak(Box::new([TestName::Function { id, path: "suite::other::one" }]))),
                "row `suite::other::one` of `mlx` decides on no cell: the function `suite::other::one` is no check of the suite; did \
                 you mean that of `ops::one`? (`--list` shows those that are: 4)",
            ),
            (
                cases(&[CaseName::Axis { axis: "dtyp", values: &[&["f64"]] }]),
                "row `ops::dt*, case(dtyp = f64)` of `mlx` decides on no cell: unknown axis `dtyp`; did you mean `dtype`? (known: \
                 dtype, n)",
            ),
            (
                cases(&[CaseName::Axis { axis: "dtype", values: &[&["f64"], &["f65"]] }]),
                "row `ops::dt*, case(dtype = f64 | f65)` of `mlx` decides on no cell: unknown value of `dtype` `f65`; did you mean \
                 `f64`? (known: f32, f64)",
            ),
            (
                cases(&[CaseName::Patterns(&["n_1_f6"])]),
                "row `ops::dt*, case(\"n_1_f6\")` of `mlx` decides on no cell: no case fits `n_1_f6`; did you mean `n_1_f64`? (known: \
                 n_1_f32, n_1_f64)",
            ),
            (
                Scope::Cases(ONE, F64),
                "row `ops::one, case(dtype = f64)` of `mlx` decides on no cell: `case(dtype = …)` names an axis, and what the row \
                 names has none",
            ),
            (
                Scope::Cases(ONE, &[CaseName::Patterns(&["f64"])]),
                "row `ops::one, case(\"f64\")` of `mlx` decides on no cell: no case fits `f64` (the tests have one case each, without \
                 a name)",
            ),
        ] {
            assert_eq!(why(vec![narrow("mlx", scope, Exclusion::Skip)]), [text]);
        }
    }

    #[test]
    fn what_overrides_nothing_is_stale() {
        let run = |scope| narrow("mlx", scope, Exclusion::Run);
        let overrides_nothing = |name: &str| {
            format!(
                "row `{name}` of `mlx` decides on no cell: `RUN` overrides a wider row, and without this one each cell would run as \
                 well; delete it"
            )
        };
        assert_eq!(why(vec![run(Scope::Tests(ONE))]), [overrides_nothing("ops::one")]);
        for wide in [row("mlx", "a", Exclusion::XFAIL), row("mlx", ALL, Exclusion::Skip)] {
            assert_eq!(why(vec![wide, run(Scope::Tests(ONE))]), [""; 0]);
        }
        // Of one case, where the others are decided by the wider row.
        let wide = narrow("mlx", Scope::Tests(DTYPES), Exclusion::Skip);
        assert_eq!(why(vec![wide.clone(), run(Scope::Cases(DTYPES, F64))]), [""; 0]);
        // One that another `RUN` has overridden already.
        let all = row("mlx", ALL, Exclusion::Skip);
        let twice = vec![all, run(Scope::Tests(DTYPES)), run(Scope::Cases(DTYPES, F64))];
        assert_eq!(why(twice), [overrides_nothing("ops::dt*, case(dtype = f64)")]);
        // What decides on the one case is narrower.
        let narrower = narrow("mlx", Scope::Cases(DTYPES, &[CaseName::Patterns(&["*f32"])]), Exclusion::Skip);
        assert_eq!(why(vec![narrower, run(Scope::Tests(DTYPES))]), [overrides_nothing("ops::dt*")]);
        // What is no wider, but of the same level, decides itself.
        let same = narrow("mlx", Scope::Tests(&[TestName::Pattern("*::one")]), Exclusion::Skip);
        assert_eq!(why(vec![same, run(Scope::Tests(ONE))]), [overrides_nothing("ops::one")]);
    }

    /// A condition that is false here is not stale, nor is what decides where it is.
    #[test]
    fn both_branches_of_a_condition_are_used() {
        let condition = Some(crate::suite::row::Condition { name: "asked", at: 0 });
        let conditional = Row { condition, ..row("mlx", "a", Exclusion::Skip) };
        assert_eq!(why(vec![conditional.clone(), row("mlx", "a", Exclusion::XFAIL)]), [""; 0]);
        let unreached = vec![row("mlx", "a", Exclusion::Skip), Row { condition, ..row("mlx", "a", Exclusion::XFAIL) }];
        assert!(why(unreached)[0].contains("always comes first"));
    }

    #[test]
    fn a_wrong_baseline_is_a_row_of_the_baseline_and_of_what_is_compared_with_it() {
        let wrong = |backend, scope| {
            let kind = Exclusion::BaselineWrong { text: None, bounds: crate::suite::expectation::Bounds::ANY };
            narrow(backend, scope, kind)
        };
        let compared = |rows: Vec<Row>| {
            let mut suite = suite(rows);
            suite.tests[2].differential = true;
            unused_rows(&[suite]).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(compared(vec![wrong("reference", Scope::Cases(DTYPES, F64))]), [""; 0]);
        assert!(
            compared(vec![wrong("mlx", Scope::Tests(DTYPES))])[0]
                .contains("`baseline_wrong` is a row of the baseline, which is `reference`")
        );
        assert!(
            compared(vec![wrong("reference", Scope::Tests(ONE))])[0]
                .contains("nothing is compared with the baseline there")
        );
        // A narrower `RUN` takes some of it back, and a row of the baseline's own checks has nothing to do with it.
        let back = narrow("reference", Scope::Cases(DTYPES, F64), Exclusion::Run);
        let own = row("reference", "a", Exclusion::XFAIL);
        assert_eq!(compared(vec![wrong("reference", Scope::Tests(DTYPES)), back, own]), [""; 0]);
    }

    #[test]
    fn a_row_that_one_of_two_suites_uses_is_used() {
        let rows = vec![row("mlx", "a", Exclusion::Skip), row("mlx", "d", Exclusion::Skip)];
        let other = SuiteSpec { rows: rows.clone(), ..SuiteSpec::new("dyn Other", "other") };
        for suites in [[suite(rows.clone()), other.clone()], [other, suite(rows)]] {
            let unused: Vec<_> = unused_rows(&suites).iter().map(ToString::to_string).collect();
            assert_eq!(
                unused,
                ["row `d` of `mlx` decides on no cell: no test uses the feature, or is as it says; delete it"]
            );
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
    fn a_feature_that_is_left_to_the_last_arm_is_left_over_where_the_backend_is() {
        let unclassified = vec![("a", "mlx", HERE), ("a", "nobody", HERE)];
        let suites = [SuiteSpec { unclassified, ..suite(vec![]) }];
        let left: Vec<_> = leftovers(&suites).iter().map(ToString::to_string).collect();
        assert_eq!(left[1], "ops.rs:1: new feature `a` of the suite is not classified by `mlx`", "{left:?}");
        assert_eq!(left.len(), 3, "{left:?}");
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
