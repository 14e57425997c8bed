use std::borrow::Cow;

use super::*;
use crate::compare::Mismatch;
use crate::panics::{Panics, catch};

const MISMATCH: Mismatch = Mismatch::Type;

/// Every observation, with how it fails when it does.
fn observations() -> Vec<(Observation, Option<Failure>)> {
    let panic = catch(Panics::Expected, || panic!("kernel fault 7")).unwrap_err();
    let error = |unimplemented: Option<&str>| Observation::Errored {
        message: "kernel fault 7".to_owned(),
        unimplemented: unimplemented.map(str::to_owned),
    };
    vec![
        (Observation::NotRun, None),
        (Observation::Unavailable { reason: "no device".to_owned() }, None),
        (Observation::SetupFailed { message: "kernel fault 7".to_owned() }, None),
        (Observation::Returned { comparison: None }, None),
        (Observation::Returned { comparison: Some(Ok(())) }, None),
        (Observation::Returned { comparison: Some(Err(MISMATCH)) }, Some(Failure::Mismatch)),
        (error(None), Some(Failure::Error)),
        (error(Some("softmax")), None),
        (Observation::Panicked(panic), Some(Failure::Panic)),
    ]
}

fn xfail(failure: Option<Failure>, text: Option<&'static str>) -> Option<Row> {
    Some(row(Exclusion::XFail { failure, text: text.map(Cow::Borrowed) }))
}

fn row(kind: Exclusion) -> Row {
    Row {
        backend: Cow::Borrowed("mlx"),
        marker: Cow::Borrowed("nan"),
        kind,
        message: "NaN is lost".to_owned(),
        debt: None,
        tracking: None,
        location: Some("matrix.rs:3".to_owned()),
    }
}

/// The whole table of decisions: rows × observations × required.
#[test]
fn every_combination_has_the_outcome_of_the_table() {
    use Outcome::*;
    let rows = [
        (None, "no row"),
        (Some(row(Exclusion::Skip)), "skip"),
        (xfail(None, None), "xfail"),
        (xfail(Some(Failure::Error), None), "xfail by error"),
        (xfail(Some(Failure::Panic), None), "xfail by panic"),
        (xfail(Some(Failure::Mismatch), None), "xfail by mismatch"),
    ];
    for (row, label) in &rows {
        for (observation, failure) in observations() {
            for required in [false, true] {
                let expected_to_fail = label.starts_with("xfail");
                let expected = match (&observation, failure) {
                    (Observation::NotRun, _) => Skipped,
                    (Observation::Unavailable { .. }, _) => {
                        if required {
                            Failed
                        } else {
                            Unavailable
                        }
                    }
                    (Observation::SetupFailed { .. }, _) => Failed,
                    (Observation::Errored { unimplemented: Some(_), .. }, _) => NotImplemented,
                    (_, None) => {
                        if expected_to_fail {
                            XPassed
                        } else {
                            Passed
                        }
                    }
                    (_, Some(failure)) => match (*label, failure) {
                        ("xfail", _)
                        | ("xfail by error", Failure::Error)
                        | ("xfail by panic", Failure::Panic)
                        | ("xfail by mismatch", Failure::Mismatch) => XFailed,
                        (label, _) if label.starts_with("xfail by") => XChanged,
                        _ => Failed,
                    },
                };
                let judgement = judge(row.as_ref(), required, &observation);
                assert_eq!(judgement.outcome, expected, "{label}, {observation:?}, required {required}");
            }
        }
    }
}

#[test]
fn only_a_failure_with_the_expected_text_is_excused() {
    for (observation, failure) in observations() {
        if failure.is_some_and(|failure| failure != Failure::Mismatch) {
            let outcome = |text| judge(xfail(None, Some(text)).as_ref(), false, &observation).outcome;
            assert_eq!(outcome("fault 7"), Outcome::XFailed, "{observation:?}");
            assert_eq!(outcome("fault 8"), Outcome::XChanged, "{observation:?}");
        }
    }
}

#[test]
fn what_fails_the_run_is_what_nothing_excuses() {
    let failing: Vec<_> = Outcome::ALL.into_iter().filter(|outcome| outcome.fails_the_run()).collect();
    assert_eq!(failing, [Outcome::Failed, Outcome::XPassed, Outcome::XChanged]);
}

#[test]
fn a_stale_row_is_named_with_its_place() {
    let judgement = judge(xfail(None, None).as_ref(), false, &Observation::Returned { comparison: None });
    assert_eq!(
        judgement.reason,
        "passed, although the matrix expects it to fail: delete row `nan` of `mlx` at matrix.rs:3, or narrow it if other cells need it (NaN is lost)",
    );
}

#[test]
fn a_changed_failure_says_what_was_expected_and_what_happened() {
    let row = xfail(Some(Failure::Error), None);
    let judgement = judge(row.as_ref(), false, &Observation::Returned { comparison: Some(Err(MISMATCH)) });
    assert_eq!(
        judgement.reason,
        "row `nan` of `mlx` at matrix.rs:3 expects an error, but this is a mismatch: \
         the value is of another Rust type than the baseline's",
    );
}
