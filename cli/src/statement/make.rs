//! The statement that follows from a run.

use std::collections::{BTreeMap, BTreeSet};

use crosscheck::Outcome;
use crosscheck::internals::{FeatureRecord, SuiteRecord, unknown};
use crosscheck::record::CellRecord;

use super::{Backend, Exception, FORMAT, Feature, Run, Statement, Suite, Support, Verdict};
use crate::records;
use crate::views::timestamp;

/// What a run says of a backend; `None` where it says nothing of one of this name.
pub fn make<'a>(run: &'a records::Run, backend: &str) -> Option<Statement> {
    let suite = suite_of(run, backend)?;
    let start = run.starts.first()?;
    let own = |cells: &'a [CellRecord]| cells.iter().filter(|cell| cell.backend == backend).collect::<Vec<_>>();
    let cells = own(&run.cells);
    // What it cannot do on one kind of machines, it cannot do.
    let everywhere = [cells.clone(), own(&run.elsewhere)].concat();
    let about = everywhere.iter().filter_map(|cell| cell.about.clone());
    let devices = everywhere.iter().filter_map(|cell| Some(cell.receipt.as_ref()?.device.clone()));
    let mut own_tolerances = BTreeMap::new();
    for cell in cells.iter().filter(|cell| !cell.terms.is_empty()) {
        own_tolerances.entry(cell.test.clone()).or_insert_with(|| cell.terms.clone());
    }
    let mut counts = BTreeMap::new();
    for cell in &cells {
        *counts.entry(cell.outcome).or_default() += 1;
    }
    let starts = || run.starts.iter();
    let date = starts().map(|start| start.at).filter(|at| *at > 0).max();
    Some(Statement {
        format: FORMAT,
        suite: Suite {
            name: start.suite.clone(),
            package: start.package.clone(),
            subject: suite.subject.clone(),
            declared_by: suite.package.clone(),
            fingerprint: start.fingerprint,
            baseline: suite.baseline.clone(),
        },
        backend: Backend {
            name: backend.to_owned(),
            registered_by: suite.packages.get(backend).cloned(),
            devices: distinct(devices),
            about: distinct(about),
        },
        run: Run {
            date: date.map(timestamp),
            machines: distinct(starts().map(|start| start.machine.clone())),
            crosscheck: distinct(starts().map(|start| start.crosscheck.clone())),
        },
        result: verdict(&everywhere),
        cells: cells.len(),
        counts,
        features: suite.features.iter().map(|feature| support(feature, &cells, &own(&run.elsewhere))).collect(),
        exclusions: suite.rows.iter().filter(|row| row.backend == backend).cloned().collect(),
        exceptions: exceptions(&everywhere),
        tolerances: suite.terms.clone(),
        own_tolerances,
    })
}

/// That a run says nothing of a backend of this name, and which ones it does.
pub fn unknown_backend(run: &records::Run, backend: &str) -> String {
    let known = distinct(run.suites.iter().flat_map(|suite| suite.backends.iter().cloned()));
    match known.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => "the records do not say what the suite is made of: they are of an older version, or of single cells"
            .to_owned(),
        known => unknown("backend", backend, known),
    }
}

fn suite_of<'a>(run: &'a records::Run, backend: &str) -> Option<&'a SuiteRecord> {
    run.suites.iter().find(|suite| suite.backends.iter().any(|name| name == backend))
}

fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    texts.filter(|text| !text.is_empty()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn verdict(cells: &[&CellRecord]) -> Verdict {
    match () {
        () if cells.iter().any(|cell| cell.outcome.fails_the_run()) => Verdict::Failed,
        () if cells.iter().all(|cell| cell.outcome == Outcome::Passed) => Verdict::Full,
        () => Verdict::Partial,
    }
}

/// The cells count once; what did not pass on machines of another kind keeps the feature from being supported.
fn support(
    FeatureRecord { marker, description }: &FeatureRecord,
    cells: &[&CellRecord],
    elsewhere: &[&CellRecord],
) -> Feature {
    let using = |cell: &&&CellRecord| cell.markers.contains(marker);
    let with: Vec<_> = cells.iter().filter(using).collect();
    let passes_elsewhere = elsewhere.iter().filter(using).all(|cell| cell.outcome == Outcome::Passed);
    let passed = with.iter().filter(|cell| cell.outcome == Outcome::Passed).count();
    let support = match passed {
        _ if with.is_empty() => Support::Untested,
        all if all == with.len() && passes_elsewhere => Support::Supported,
        0 if with.iter().any(|cell| cell.outcome.fails_the_run()) => Support::Failing,
        0 => Support::Excluded,
        _ => Support::Partial,
    };
    Feature { marker: marker.clone(), description: description.clone(), support, cells: with.len(), passed }
}

fn exceptions(cells: &[&CellRecord]) -> Vec<Exception> {
    let machines: BTreeSet<_> = cells.iter().filter(|cell| cell.outcome.ran()).map(|cell| &cell.machine).collect();
    let is_on_several = machines.len() > 1;
    let mut exceptions: BTreeMap<(&str, Outcome, &str, Option<&str>), usize> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.outcome != Outcome::Passed) {
        let reason = cell.reason.lines().next().unwrap_or_default();
        let machine = cell.machine.as_deref().filter(|_| is_on_several);
        *exceptions.entry((&cell.test, cell.outcome, reason, machine)).or_default() += 1;
    }
    let made = exceptions.into_iter().map(|((test, outcome, reason, machine), cells)| Exception {
        test: test.to_owned(),
        outcome,
        reason: reason.to_owned(),
        machine: machine.map(str::to_owned),
        cells,
    });
    made.collect()
}
