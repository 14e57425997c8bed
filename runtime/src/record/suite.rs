//! What a suite is made of, as far as a report has to know: a record is read where nothing of the suite is linked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::suite::action::Debt;
use crate::suite::date::Date;
use crate::suite::row::{Exclusion, Row};
use crate::suite::spec::SuiteSpec;

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
    /// Where it stands, as `file:line`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

impl SuiteRecord {
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
            packages: packages.collect(),
            features: features.collect(),
            backends: suite.backends.iter().map(|backend| backend.name.to_owned()).collect(),
            rows: suite.rows.iter().map(RowRecord::of).collect(),
        }
    }
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
            at: row.location.clone(),
        }
    }
}
