//! A test as data: what it was registered as, with the cases that it has here.

use super::Elements;
use super::cases::Listing;
use super::element::{Body, Runs, Test};
use crate::nearest;
use crate::suite::spec::{AxisSpec, CaseSpec, DataSpec, Origin, TestSpec};
use crate::suite::subject::{Feature, Subject};

/// What the only case of interest is called, where the name of a cell says so: behind the test's path, it is a part of its own.
pub(super) fn named_case<'a>(cell: &'a str, path: &str, axes: usize, axis: usize) -> Option<&'a str> {
    let case = cell.strip_prefix(path)?.strip_prefix("::")?;
    // The values of the axes before it are one part.
    case.split("::").nth(usize::from(axis > 0 && axes > 0))
}

/// The labels of cases that cannot be listed, with which no run starts.
static NO_CASE: [&str; 0] = [];

pub(super) fn test_spec<S: Subject + ?Sized>(
    test: &Test<S>,
    path: String,
    listing: Option<&Listing>,
    elements: &Elements,
    faults: &mut Vec<(Origin, String, String)>,
) -> TestSpec {
    let markers = |features: &[S::Feature]| features.iter().map(|feature| feature.marker()).collect::<Vec<_>>();
    let axes = match &test.cases {
        None => test.axes,
        Some(cases) => {
            let mut axes = test.axes.to_vec();
            axes.insert(cases.axis, AxisSpec { name: cases.name, labels: listing.map_or(&NO_CASE, |it| it.labels) });
            axes.leak()
        }
    };
    let data = test.cases.as_ref().zip(listing);
    let data = data.map(|(cases, listing)| DataSpec {
        axis: cases.axis,
        own: listing.own.clone(),
        files: listing.files.clone(),
    });
    let of_cases =
        |own: &[&'static CaseSpec]| own.iter().map(|own| known_markers::<S::Feature>(own)).collect::<Vec<_>>();
    let implied = axes.iter().enumerate().map(|(axis, spec)| match (&data, test.implied) {
        (Some(data), _) if data.axis == axis => {
            let (known, unknown): (Vec<_>, Vec<_>) = of_cases(&data.own).into_iter().unzip();
            let named = unknown.into_iter().zip(spec.labels).zip(&data.own).flat_map(|((unknown, label), own)| {
                let place = own.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
                unknown.into_iter().map(move |unknown| format!("case `{label}`{place}: {unknown}"))
            });
            faults.extend(named.map(|fault| (test.origin, path.clone(), fault)));
            if known.is_empty() { vec![Vec::new(); spec.labels.len()] } else { known }
        }
        (_, Some(implied)) => (0..spec.labels.len()).map(|value| markers(&implied(axis, value))).collect(),
        (_, None) => Vec::new(),
    });
    let implied: Vec<Vec<Vec<_>>> = implied.collect();
    TestSpec {
        prefix: elements.prefix(&test.origin),
        origin: test.origin,
        function: test.function,
        markers: test.uses.to_vec(),
        implied: if implied.iter().flatten().all(Vec::is_empty) { Vec::new() } else { implied },
        of: test.of,
        calls: test.calls,
        backends: test.backends,
        isolated: test.isolated,
        timeout: test.timeout,
        tags: test.tags,
        axes,
        data,
        differential: matches!(test.body.run, Runs::Differential(_)),
        told_apart: told_apart(test, axes, listing),
        terms: own_terms(test, axes),
        path,
    }
}

/// The features that a case uses, and what is said of markers that no feature has.
fn known_markers<F: Feature>(own: &CaseSpec) -> (Vec<&'static str>, Vec<String>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for marker in &own.markers {
        match F::MARKERS.iter().find(|it| ***it == *marker.as_ref()) {
            Some(marker) => known.push(*marker),
            None => unknown.push(nearest::unknown("marker", marker, F::MARKERS)),
        }
    }
    (known, unknown)
}

/// What a test sets for the comparison itself.
fn own_terms<S: Subject + ?Sized>(test: &Test<S>, axes: &[AxisSpec]) -> Vec<String> {
    let Body { tolerance, tolerances, expects_constant, constants, .. } = &test.body;
    if tolerance.is_none() && tolerances.is_empty() && expects_constant.is_none() && constants.is_empty() {
        return Vec::new();
    }
    let of_values = axes.iter().zip(*tolerances).flat_map(|(axis, values)| {
        let labels = axis.labels.iter().zip(*values);
        labels.filter_map(|(label, tolerance)| Some(format!("{label}: {}", tolerance.as_ref()?)))
    });
    let constant = expects_constant.map(|reason| format!("expects a constant ({reason})"));
    let constants = axes.iter().zip(*constants).flat_map(|(axis, values)| {
        let labels = axis.labels.iter().zip(*values);
        labels.filter_map(|(label, reason)| Some(format!("{label}: expects a constant ({})", reason.as_ref()?)))
    });
    tolerance.iter().map(ToString::to_string).chain(of_values).chain(constant).chain(constants).collect()
}

/// How many of its cases do not expect a constant; where only one of them is known, no number that is ever reached.
fn told_apart<S: Subject + ?Sized>(test: &Test<S>, axes: &[AxisSpec], listing: Option<&Listing>) -> u32 {
    let Body { expects_constant: None, constants, .. } = &test.body else { return 0 };
    let of_axis = |at: usize| match (constants.get(at), &test.cases) {
        (_, Some(cases)) if cases.axis == at => {
            let expecting = listing.iter().flat_map(|it| &it.own).filter(|own| own.constant.is_some()).count() as u32;
            listing.and_then(|listing| listing.total).map_or(u32::MAX, |total| total.saturating_sub(expecting))
        }
        (Some(values), _) => values.iter().filter(|reason| reason.is_none()).count() as u32,
        (None, _) => axes[at].labels.len() as u32,
    };
    (0..axes.len()).map(of_axis).fold(1, u32::saturating_mul)
}
