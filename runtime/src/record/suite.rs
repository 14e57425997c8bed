//! What a suite is made of, as far as a report has to know: a record is read where nothing of the suite is linked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::sorted;
use crate::suite::action::Debt;
use crate::suite::date::Date;
use crate::suite::expectation::Bounds;
use crate::suite::row::{Exclusion, Row};
use crate::suite::spec::{BackendSpec, SuiteSpec, TestSpec};

/// What one suite is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuiteRecord {
    /// The subject's type.
    pub subject: String,
    /// The backend whose values the others are compared with.
    pub baseline: String,
    /// The crate that declares the features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageRecord>,
    /// What values have to agree in, where a test does not say otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<String>,
    /// The features, in the order of declaration.
    pub features: Vec<FeatureRecord>,
    /// The names of the backends, the baseline first.
    pub backends: Vec<String>,
    /// The crates that register them, by the name of the backend.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub packages: BTreeMap<String, PackageRecord>,
    /// The exclusion matrix, in the order in which its rows decide among equals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowRecord>,
    /// The tests that have axes; all of them where `cells` is recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<TestRecord>,
    /// How many cells it has in all, where some were left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cells: Option<usize>,
    /// Where backends and their matrix functions stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<PlaceRecord>,
}

/// A test. Its cases are every combination of the values of its axes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRecord {
    /// `module::test`.
    pub test: String,
    /// Its axes.
    pub axes: Vec<AxisRecord>,
    /// The backends that it runs on, where these are not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backends: Option<Vec<String>>,
}

/// An axis of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AxisRecord {
    /// The parameter's name.
    pub name: String,
    /// What each value is called in the names of cells.
    pub values: Vec<String>,
}

/// Where a backend is registered, or a matrix function of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceRecord {
    /// The backend, as rows name it.
    pub backend: String,
    /// Whether it is a matrix function that stands there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub matrix: bool,
    /// The backends that rows name so, where they are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub each: Vec<String>,
    /// Where, as `file:line`.
    pub at: String,
}

/// A crate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageRecord {
    /// Its name, as Cargo knows it.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl PackageRecord {
    fn of((name, version): (&str, &str)) -> Option<Self> {
        (!name.is_empty()).then(|| Self { name: name.to_owned(), version: version.to_owned() })
    }
}

/// A feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureRecord {
    /// Its name in attributes and reports.
    pub marker: String,
    /// Its doc comment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// A row of the exclusion matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowRecord {
    /// The backend.
    pub backend: String,
    /// What it hangs on: a marker, `all`, or tests and cases.
    pub row: String,
    /// What it does: `skip`, `xfail`, `flaky`, `baseline_wrong` or `run`.
    pub action: String,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What the opened backend is asked, for the row to apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Why it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debt: Option<Debt>,
    /// Where it is followed up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<String>,
    /// The version since which it is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The last day on which it excuses anything, as `2027-01-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The cell in which the fault is to be seen, as `module::test::case`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_in: Option<String>,
    /// How the body has to fail, as it is written: `.by(Mismatch).ulps(2.0..=8.0)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expects: Option<String>,
    /// Whether it expects a mismatch of any size.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unbounded: bool,
    /// Where it stands, as `file:line`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The item that it is written in: a matrix function, or a constant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRecord>,
}

/// How a row is written, to find it again and to see that it has not changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// The file, as the compiler was given it.
    pub file: String,
    /// The first and the last line, from 1.
    pub lines: (u32, u32),
    /// A hash (FNV-1a) over the tokens of the attribute's arguments and of the item, in hexadecimal digits.
    pub hash: String,
}

impl SuiteRecord {
    /// The record of a suite, with all that its cells are made of: where a run has left some out, nothing else says which.
    pub(crate) fn whole(suite: &SuiteSpec) -> Self {
        let cells = suite.tests.iter().map(|test| test.cases() as usize * backends_of(suite, test).count());
        let tests = suite.tests.iter().map(|test| TestRecord::within(suite, test));
        Self { cells: Some(cells.sum()), tests: tests.collect(), ..Self::of(suite) }
    }

    /// The record of a suite.
    pub(crate) fn of(suite: &SuiteSpec) -> Self {
        let features = suite.features.iter().map(|feature| FeatureRecord {
            marker: feature.marker.to_owned(),
            description: feature.description.to_owned(),
        });
        let packages = suite
            .backends
            .iter()
            .filter_map(|backend| Some((backend.name.to_owned(), PackageRecord::of(backend.package)?)));
        Self {
            subject: suite.subject.to_owned(),
            baseline: suite.baseline.to_owned(),
            package: PackageRecord::of(suite.package),
            terms: suite.terms.clone(),
            packages: sorted::map(packages),
            features: features.collect(),
            backends: suite.backends.iter().map(|backend| backend.name.to_owned()).collect(),
            rows: suite.rows.iter().map(RowRecord::of).collect(),
            cells: None,
            tests: suite.tests.iter().filter(|test| !test.axes.is_empty()).map(TestRecord::of).collect(),
            places: places(suite),
        }
    }
}

impl SuiteRecord {
    /// The names of all of its cells; none where the record does not hold what they are made of.
    pub fn cell_names(&self) -> Option<Vec<String>> {
        let names = self.tests.iter().flat_map(|test| {
            let cases = test.case_labels();
            let backends = test.backends.as_ref().unwrap_or(&self.backends);
            let of_case = |case: String| {
                let case = if case.is_empty() { case } else { format!("::{case}") };
                backends.iter().map(|backend| format!("{}{case}::{backend}", test.test)).collect::<Vec<_>>()
            };
            cases.into_iter().flat_map(of_case).collect::<Vec<_>>()
        });
        let names: Vec<_> = names.collect();
        (self.cells == Some(names.len())).then_some(names)
    }
}

fn backends_of<'a>(suite: &'a SuiteSpec, test: &'a TestSpec) -> impl Iterator<Item = &'a BackendSpec> {
    suite.backends.iter().filter(|backend| test.runs_on(backend.declared(), suite.baseline))
}

impl TestRecord {
    fn within(suite: &SuiteSpec, test: &TestSpec) -> Self {
        let backends: Vec<_> = backends_of(suite, test).map(|backend| backend.name.to_owned()).collect();
        Self { backends: (backends.len() < suite.backends.len()).then_some(backends), ..Self::of(test) }
    }

    /// What its cases are called, in their order; nothing where it has no axes.
    fn case_labels(&self) -> Vec<String> {
        self.axes.iter().fold(vec![String::new()], |before, axis| {
            let with = |label: &String| -> Vec<_> {
                let joint = if label.is_empty() { "" } else { "_" };
                axis.values.iter().map(|value| format!("{label}{joint}{value}")).collect()
            };
            before.iter().flat_map(with).collect()
        })
    }

    pub(crate) fn of(test: &TestSpec) -> Self {
        let axes = test.axes.iter().map(|axis| AxisRecord {
            name: axis.name.to_owned(),
            values: axis.labels.iter().map(|label| (*label).to_owned()).collect(),
        });
        Self { test: test.path.clone(), axes: axes.collect(), backends: None }
    }
}

fn places(suite: &SuiteSpec) -> Vec<PlaceRecord> {
    let mut backends: Vec<PlaceRecord> = Vec::new();
    for backend in &suite.backends {
        let declared = backend.declared();
        match backends.iter_mut().find(|it| it.backend == declared) {
            Some(family) => family.each.push(backend.name.to_owned()),
            None => backends.push(PlaceRecord {
                backend: declared.to_owned(),
                matrix: false,
                each: backend.family.map(|_| backend.name.to_owned()).into_iter().collect(),
                at: backend.origin.to_string(),
            }),
        }
    }
    let matrices = suite.excluding.iter().map(|(backend, origin)| PlaceRecord {
        backend: (*backend).to_owned(),
        matrix: true,
        each: Vec::new(),
        at: origin.to_string(),
    });
    backends.into_iter().chain(matrices).collect()
}

/// What a row expects of a failure; none where any will do.
fn expects(kind: &Exclusion) -> Option<String> {
    let (failure, text, bounds) = match kind {
        Exclusion::XFail { failure, text, bounds } => (*failure, text, bounds),
        Exclusion::BaselineWrong { text, bounds } => (None, text, bounds),
        Exclusion::Skip | Exclusion::Flaky | Exclusion::Run => return None,
    };
    let end = |value: f64| if value.is_infinite() { "f64::INFINITY".to_owned() } else { format!("{value:?}") };
    let range = |name: &str, bounds: Option<(f64, f64)>| {
        bounds.map(|(least, greatest)| format!(".{name}({}..={})", end(least), end(greatest)))
    };
    let by = failure.map(|failure| format!(".by({failure:?})"));
    let saying = text.as_ref().map(|text| format!(".saying({text:?})"));
    let calls = [by, saying, range("ulps", bounds.ulps), range("share", bounds.share)];
    Some(calls.into_iter().flatten().collect::<String>()).filter(|calls| !calls.is_empty())
}

impl RowRecord {
    fn of(row: &Row) -> Self {
        let action = match row.kind {
            Exclusion::Skip => "skip",
            Exclusion::XFail { .. } => "xfail",
            Exclusion::Flaky => "flaky",
            Exclusion::BaselineWrong { .. } => "baseline_wrong",
            Exclusion::Run => "run",
        };
        Self {
            backend: row.backend.clone().into_owned(),
            row: row.marker.clone().into_owned(),
            action: action.to_owned(),
            reason: row.message.clone(),
            condition: row.condition.map(|condition| condition.name.to_owned()),
            debt: row.debt,
            tracking: row.tracking.clone().map(Into::into),
            since: row.since.clone().map(Into::into),
            until: row.until.as_ref().map(Date::to_string),
            seen_in: row.seen_in.clone().map(Into::into),
            expects: expects(&row.kind),
            unbounded: row.bounds() == Some(Bounds::ANY),
            at: row.location.clone(),
            source: row.source.map(|source| SourceRecord {
                file: source.file.to_owned(),
                lines: (source.first, source.last),
                hash: format!("{:016x}", source.hash),
            }),
        }
    }
}
