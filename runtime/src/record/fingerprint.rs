//! What a suite is made of, as one number: records of several machines are of one run only where it is the same.

use std::fmt;
use std::hash::Hasher;

use serde::{Deserialize, Serialize};

use crate::hash::Fnv;
use crate::registry::Fixture;
use crate::suite::spec::{BackendSpec, SuiteSpec, TestSpec};

/// What a suite is made of, as a hash over its names, features, tolerances and fixtures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Fingerprint(pub u64);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        u64::from_str_radix(&text, 16).map(Self)
    }
}

/// A hash (FNV-1a) over the names of subjects, baselines, backends, features, tests and cases, over what the tests use and are
/// about, over their tolerances, over the fixtures, and over what cases are made of, which are `contents`: a hash each, in the order
/// of the tests. What the matrix excludes is not in it: that is what a run is for.
pub(crate) fn fingerprint(suites: &[SuiteSpec], contents: &[u64], fixtures: &[&Fixture]) -> Fingerprint {
    let mut sum = Sum(Fnv::default());
    for suite in suites {
        sum.all([suite.subject, suite.baseline]);
        sum.all(suite.terms.iter().map(String::as_str));
        // How many devices a machine has is no part of the suite.
        let mut backends: Vec<_> = suite.backends.iter().map(BackendSpec::declared).collect();
        backends.dedup();
        sum.all(backends);
        sum.all(suite.features.iter().map(|feature| feature.marker));
        suite.tests.iter().for_each(|test| sum.test(test));
    }
    let mut fixtures: Vec<_> = fixtures.iter().map(|fixture| (fixture.name, fixture.bytes)).collect();
    fixtures.sort_unstable();
    for (name, bytes) in fixtures {
        sum.text(name.as_bytes());
        sum.text(bytes);
    }
    for content in contents {
        sum.0.write(&content.to_le_bytes());
    }
    Fingerprint(sum.0.finish())
}

struct Sum(Fnv);

impl Sum {
    /// With its length, so that two texts cannot be taken for one.
    fn text(&mut self, text: &[u8]) {
        self.0.write(&(text.len() as u64).to_le_bytes());
        self.0.write(text);
    }

    fn all<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        let texts: Vec<_> = texts.into_iter().collect();
        self.0.write(&(texts.len() as u64).to_le_bytes());
        for text in &texts {
            self.text(text.as_bytes());
        }
    }

    fn test(&mut self, test: &TestSpec) {
        self.all([test.path.as_str()]);
        self.all(test.markers.iter().copied());
        test.implied.iter().flatten().for_each(|markers| self.all(markers.iter().copied()));
        self.all(test.of);
        self.all(test.backends.into_iter().flatten().copied());
        test.axes.iter().for_each(|axis| self.all(axis.labels.iter().copied()));
        self.all(test.differential.then_some("compared"));
        self.all(test.terms.iter().map(String::as_str));
        for own in test.all_own() {
            self.all(own.of.as_deref());
            self.all(own.terms.iter().map(String::as_str));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use super::*;
    use crate::suite::action::Debt;
    use crate::suite::row::Row;
    use crate::suite::spec::{AxisSpec, BackendSpec, FeatureSpec, Origin};

    const HERE: Origin = Origin { module: "suite", file: "a.rs", line: 1 };
    const ONE: Fixture = Fixture { name: "golden", bytes: b"one" };

    fn suite(change: impl FnOnce(&mut SuiteSpec, &mut TestSpec)) -> SuiteSpec {
        let mut test = TestSpec { markers: vec!["a"], of: Some("add"), ..TestSpec::new("t", HERE) };
        let mut suite = SuiteSpec {
            backends: vec![BackendSpec::new("reference", HERE)],
            features: vec![FeatureSpec { marker: "a", description: "A." }],
            ..SuiteSpec::new("dyn Ops", "reference")
        };
        change(&mut suite, &mut test);
        suite.tests.push(test);
        suite
    }

    type Places = Vec<(&'static str, Origin)>;

    /// The fields that do not count, and no `..`: a new one has to be put on one of the two sides.
    #[expect(clippy::type_complexity, reason = "the fields as they are")]
    fn fields_of_suite(
        suite: &mut SuiteSpec,
    ) -> (
        &mut Option<&'static [&'static str]>,
        &mut (&'static str, &'static str),
        [&mut Places; 3],
        &mut Vec<Row>,
        &mut &'static [Debt],
        &mut Vec<(&'static str, &'static str, Origin)>,
    ) {
        let SuiteSpec {
            subject: _,
            baseline: _,
            package,
            terms: _,
            features: _,
            backends: _,
            closed,
            tests: _,
            faults: _,
            elsewhere: _,
            excluding,
            implementing,
            apart,
            unclassified,
            tracked,
            rows,
        } = suite;
        (closed, package, [excluding, implementing, apart], rows, tracked, unclassified)
    }

    /// Those of a test that may be other ones. How many cases are told apart follows from the axes and the terms.
    fn fields_of_test(test: &mut TestSpec) -> impl FnOnce(Origin) {
        let TestSpec {
            path: _,
            prefix,
            origin,
            function,
            markers: _,
            implied: _,
            of: _,
            calls,
            backends: _,
            isolated,
            timeout,
            tags,
            axes: _,
            data: _,
            differential: _,
            told_apart,
            terms: _,
        } = test;
        |moved| {
            (*origin, *calls, *isolated) = (moved, &["mul"], true);
            *prefix = Some("b");
            *function = Some(TypeId::of::<u8>());
            (*timeout, *tags, *told_apart) = (Some(std::time::Duration::ZERO), &["slow"], 7);
        }
    }

    #[test]
    fn whatever_a_result_depends_on_changes_the_number() {
        let plain = fingerprint(&[suite(|_, _| ())], &[], &[&ONE]);
        assert_eq!(plain, fingerprint(&[suite(|_, _| ())], &[], &[&ONE]));
        type Change = fn(&mut SuiteSpec, &mut TestSpec);
        let changes: [Change; 19] = [
            |suite, _| suite.subject = "dyn Other",
            |suite, _| suite.baseline = "mlx",
            |suite, _| suite.backends[0].name = "other",
            |suite, _| suite.features[0].marker = "b",
            |suite, _| suite.features.push(FeatureSpec { marker: "b", description: "B." }),
            |_, test| test.markers[0] = "b",
            |_, test| test.markers.push("b"),
            |_, test| test.of = Some("mul"),
            |_, test| test.implied = vec![vec![vec!["b"]]],
            |_, test| test.differential = true,
            |suite, _| suite.backends.push(BackendSpec::new("mlx", HERE)),
            |suite, _| suite.features.clear(),
            |suite, _| suite.terms.push("f32: 4 units in the last place".to_owned()),
            |_, test| test.path = "u".to_owned(),
            |_, test| test.markers.clear(),
            |_, test| test.of = None,
            |_, test| test.backends = Some(&["reference"]),
            |_, test| test.axes = &[AxisSpec { name: "n", labels: &["n_1"] }],
            |_, test| test.terms.push("rtol 1e0, atol 0e0 (so it is)".to_owned()),
        ];
        let changed = changes.map(|change| fingerprint(&[suite(change)], &[], &[&ONE]));
        for (at, number) in changed.iter().enumerate() {
            assert!(*number != plain && !changed[..at].contains(number), "change {at}");
        }
        assert_ne!(plain, fingerprint(&[suite(|_, _| ())], &[], &[]));
        assert_ne!(plain, fingerprint(&[suite(|_, _| ())], &[], &[&Fixture { bytes: b"two", ..ONE }]));
        assert_ne!(plain, fingerprint(&[suite(|_, _| ())], &[], &[&Fixture { name: "other", ..ONE }]));
    }

    #[test]
    fn places_rows_how_cells_run_and_the_order_of_fixtures_do_not() {
        let plain = fingerprint(&[suite(|_, _| ())], &[], &[]);
        let same = suite(|suite, test| {
            let row = Row::new("reference", "a", crate::suite::row::Exclusion::Skip, "no").unwrap();
            let moved = Origin { line: 9, ..HERE };
            let (closed, package, places, rows, tracked, unclassified) = fields_of_suite(suite);
            *closed = Some(&["reference"]);
            *package = ("suite", "2.0.0");
            places.into_iter().for_each(|places| places.push(("reference", HERE)));
            rows.push(row);
            *tracked = &[Debt::NotYet];
            unclassified.push(("a", "reference", HERE));
            let BackendSpec { name: _, family: _, aliases, origin, package, implements, isolated, fresh, device } =
                &mut suite.backends[0];
            (*aliases, *origin, *isolated, *fresh, *device) = (&["r"], moved, true, true, Some("gpu"));
            *implements = Some(&["add"]);
            *package = ("backend", "2.0.0");
            let FeatureSpec { marker: _, description } = &mut suite.features[0];
            *description = "Another.";
            fields_of_test(test)(moved);
        });
        assert_eq!(plain, fingerprint(&[same], &[], &[]));
        let two = Fixture { name: "more", bytes: b"" };
        assert_eq!(fingerprint(&[], &[], &[&ONE, &two]), fingerprint(&[], &[], &[&two, &ONE]));
    }
}
