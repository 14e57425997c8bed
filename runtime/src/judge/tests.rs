use std::borrow::Cow;
use std::time::Duration;

use super::*;
use crate::compare::{Agreed, Dtype};
use crate::compare::{Agreement, Compare, Leaves, Terms as Comparison, Tolerance, compare};
use crate::execute::panics::{Panics, catch};

const MISMATCH: Mismatch =
    Mismatch::Shape { path: String::new(), actual: Vec::new(), expected: Vec::new(), parting: None };

/// A value that agrees.
fn agreed(null: Option<Null>) -> Agreed {
    Agreed { agreement: Agreement::default(), null, narrower: None }
}

/// Every observation, with how it fails when it does.
fn observations() -> Vec<(Observation, Option<Failure>)> {
    let panic = catch(Panics::Expected, || panic!("kernel fault 7")).unwrap_err();
    vec![
        (Observation::NotRun, None),
        (Observation::Unavailable { reason: "no device".to_owned() }, None),
        (Observation::SetupFailed { message: "kernel fault 7".to_owned() }, None),
        (Observation::Returned { comparison: None, receipt: None }, None),
        (Observation::Returned { comparison: Some(Ok(agreed(None))), receipt: None }, None),
        (Observation::Returned { comparison: Some(Err(MISMATCH)), receipt: None }, Some(Failure::Mismatch)),
        (Observation::Errored { message: "kernel fault 7".to_owned() }, Some(Failure::Error)),
        (Observation::NotImplemented { function: "softmax".to_owned(), listed: Listed::No }, None),
        (Observation::NotImplemented { function: "softmax".to_owned(), listed: Listed::Yes }, None),
        (Observation::NotImplemented { function: "softmax".to_owned(), listed: Listed::NoList }, None),
        (Observation::LeftChanged { what: "kernel fault 7".to_owned() }, Some(Failure::Error)),
        (Observation::Panicked(*panic), Some(Failure::Panic)),
        (Observation::TimedOut { limit: Duration::from_secs(7), doing: None }, Some(Failure::Timeout)),
        (Observation::Crashed { how: "kernel fault 7".to_owned() }, Some(Failure::Crash)),
    ]
}

/// A day in the past, today, and one to come.
const DAYS: [&str; 3] = ["2026-11-20", "2026-11-21", "2026-11-22"];

fn context(required: bool) -> JudgeContext<'static> {
    JudgeContext { disputed: None, required, today: Date::parse(DAYS[1]).unwrap() }
}

fn xfail(failure: Option<Failure>, text: Option<&'static str>) -> Option<Row> {
    Some(row(Exclusion::XFail { failure, text: text.map(Cow::Borrowed), bounds: Bounds::ANY }))
}

fn row(kind: Exclusion) -> Row {
    let row = Row::new("mlx", "nan", kind, "NaN is lost").unwrap();
    Row { location: Some("matrix.rs:3".to_owned()), ..row }
}

/// The whole table of decisions: rows × last days × observations × required.
#[test]
fn every_combination_has_the_outcome_of_the_table() {
    use Outcome::*;
    let kinds = [None, Some(None)].into_iter().chain(Failure::ALL.map(|failure| Some(Some(failure))));
    let rows = kinds
        .map(|kind| kind.and_then(|failure| xfail(failure, None)))
        .chain([Exclusion::Skip, Exclusion::Flaky].map(|kind| Some(row(kind))));
    for (row, until) in rows.flat_map(|row| [None, Some(0), Some(1), Some(2)].map(|until| (row.clone(), until))) {
        let until: Option<usize> = until;
        let row = row.map(|row| Row { until: until.and_then(|day| Date::parse(DAYS[day])), ..row });
        // `Some(None)`: a failure of any kind is expected.
        let expected_failure = row.as_ref().and_then(|row| match row.kind {
            Exclusion::Skip | Exclusion::Flaky | Exclusion::BaselineWrong { .. } | Exclusion::Run => None,
            Exclusion::XFail { failure, .. } => Some(failure),
        });
        for (observation, failure) in observations() {
            for required in [false, true] {
                let plain = match (&observation, expected_failure, failure) {
                    (Observation::NotRun, ..) => Skipped,
                    (Observation::Unavailable { .. }, ..) if required => Failed,
                    (Observation::Unavailable { .. }, ..) => Unavailable,
                    (Observation::SetupFailed { .. }, ..) => Failed,
                    (Observation::NotImplemented { .. }, Some(_), _) => XChanged,
                    (Observation::NotImplemented { listed: Listed::No, .. }, ..) => NotImplemented,
                    (Observation::NotImplemented { .. }, ..) => Failed,
                    (_, None, None) => Passed,
                    (_, Some(_), None) => XPassed,
                    (_, None, Some(Failure::Timeout)) => TimedOut,
                    (_, None, Some(Failure::Crash)) => Crashed,
                    (_, None, Some(_)) => Failed,
                    (_, Some(None), Some(Failure::Timeout | Failure::Crash)) => XChanged,
                    // It takes a text.
                    (Observation::LeftChanged { .. }, Some(_), _) => XChanged,
                    (_, Some(None), Some(_)) => XFailed,
                    (_, Some(Some(expected)), Some(failure)) if expected == failure => XFailed,
                    (_, Some(Some(_)), Some(_)) => XChanged,
                };
                let expected = match plain {
                    Skipped | XFailed if until == Some(0) && row.is_some() => Expired,
                    other => other,
                };
                let judgement = judge(row.as_ref(), context(required), &observation);
                assert_eq!(judgement.outcome, expected, "{row:?}, {observation:?}, required {required}");
                assert_eq!(judgement.reason.is_empty(), expected == Passed || row.is_none() && expected == Skipped);
                assert_eq!(super::failure(&observation), failure, "{observation:?}");
            }
        }
    }
}

#[test]
fn what_passes_at_last_is_flaky_and_only_a_row_excuses_it() {
    let failures = ["first\nmore of it".to_owned(), "second".to_owned()];
    let known = |until| Row { until: Date::parse(until), ..row(Exclusion::Flaky) };
    for (row, outcome, reason) in [
        (None, Outcome::Flaky, "passed at attempt 3, before that: first"),
        (xfail(None, None), Outcome::Flaky, "passed at attempt 3, before that: first"),
        (Some(known(DAYS[1])), Outcome::KnownFlaky, "NaN is lost: passed at attempt 3, before that: first"),
        (
            Some(known(DAYS[0])),
            Outcome::Expired,
            "row `nan` of `mlx` at matrix.rs:3 was good until 2026-11-20: follow it up, or give it another day \
             (NaN is lost: passed at attempt 3, before that: first)",
        ),
    ] {
        let judgement = flaky(row.as_ref(), context(false), &failures);
        assert_eq!((judgement.outcome, judgement.reason.as_str()), (outcome, reason));
    }
}

#[test]
fn an_expired_row_names_itself_its_day_and_what_it_excused() {
    let row = Row { until: Date::parse("2026-11-20"), ..row(Exclusion::Skip) };
    assert_eq!(
        judge(Some(&row), context(false), &Observation::NotRun).reason,
        "row `nan` of `mlx` at matrix.rs:3 was good until 2026-11-20: follow it up, or give it another day (NaN is lost)",
    );
}

fn hundred<T: Copy + From<u8>>(others: usize, other: T) -> [T; 100] {
    std::array::from_fn(|at| if at < others { other } else { T::from(1) })
}

/// What a body is observed to return where the two are compared exactly and disagree.
fn mismatch<T: Compare>(actual: &T, expected: &T) -> Observation {
    let exact = Comparison { overriding: Some(Tolerance::EXACT), ..Comparison::default() };
    let comparison = compare(&Leaves::of(actual), &Leaves::of(expected), &exact);
    assert!(comparison.is_err());
    let comparison = comparison.map(|agreement| Agreed { agreement, null: None, narrower: None });
    Observation::Returned { comparison: Some(comparison), receipt: None }
}

/// Every order of a value and the two ends of its bounds.
#[test]
fn a_mismatch_is_excused_within_its_bounds_only() {
    // So many of a hundred ones are so far off; half a unit, because below 1 there are twice as many numbers.
    let off = |ulps: Option<f64>, wrong: usize| match ulps {
        Some(ulps) if ulps.is_infinite() => mismatch(&hundred(wrong, f64::NAN), &[1.0_f64; 100]),
        Some(ulps) => mismatch(&hundred(wrong, 1.0 - ulps * f64::EPSILON), &[1.0_f64; 100]),
        None => mismatch(&hundred(wrong, 2_u8), &hundred(0, 1_u8)),
    };
    let outcome = |bounds, observation: &Observation| {
        let kind = Exclusion::XFail { failure: Some(Failure::Mismatch), text: None, bounds };
        judge(Some(&row(kind)), context(false), observation)
    };
    let ulps = Bounds { ulps: Some((2.0, 8.0)), share: None };
    for (found, excused) in [(1.0, false), (2.0, true), (5.0, true), (8.0, true), (8.5, false), (f64::INFINITY, false)]
    {
        let judgement = outcome(ulps, &off(Some(found), 1));
        assert_eq!(judgement.outcome, if excused { Outcome::XFailed } else { Outcome::XChanged }, "{found}");
    }
    let share = Bounds { ulps: None, share: Some((0.1, 0.5)) };
    for (wrong, excused) in [(9, false), (10, true), (50, true), (51, false)] {
        let judgement = outcome(share, &off(Some(1.0), wrong));
        assert_eq!(judgement.outcome, if excused { Outcome::XFailed } else { Outcome::XChanged }, "{wrong}");
    }
    let both = Bounds { share: share.share, ..ulps };
    assert_eq!(outcome(both, &off(Some(4.0), 20)).outcome, Outcome::XFailed);
    assert_eq!(outcome(both, &off(Some(9.0), 20)).outcome, Outcome::XChanged);
    assert_eq!(outcome(both, &off(Some(4.0), 60)).outcome, Outcome::XChanged);
    // Integers have no units in the last place, and another shape is no matter of degree.
    assert_eq!(outcome(ulps, &off(None, 1)).outcome, Outcome::XChanged);
    let shape = Observation::Returned { comparison: Some(Err(MISMATCH)), receipt: None };
    assert_eq!(outcome(ulps, &shape).outcome, Outcome::XChanged);
    assert_eq!(
        outcome(ulps, &off(Some(8.5), 1)).reason.lines().next(),
        Some(
            "row `nan` of `mlx` at matrix.rs:3 expects 2 to 8 units in the last place, but it is 8.500000 off; \
             if that is meant, say `.ulps(2.0..=9.0)` there: \
             1 of 100 elements (1.0 %) disagree in f64[100]; allowed: nothing but equality"
        ),
    );
}

#[test]
fn every_failure_says_what_happened() {
    for (observation, failure) in observations() {
        let part = match failure {
            None => continue,
            Some(Failure::Error) if matches!(observation, Observation::LeftChanged { .. }) => {
                "left the floating-point state of its thread changed, for whatever comes next: kernel fault 7"
            }
            Some(Failure::Error) => "returned an error: kernel fault 7",
            Some(Failure::Panic) => "panicked at ",
            Some(Failure::Mismatch) => "shape [] instead of []",
            Some(Failure::Timeout) => "did not end within 7s",
            Some(Failure::Crash) => "ended its process: kernel fault 7",
        };
        let reason = judge(None, context(false), &observation).reason;
        assert!(reason.starts_with(part), "{observation:?}: {reason}");
    }
}

#[test]
fn only_a_failure_with_the_expected_text_is_excused() {
    for (observation, failure) in observations() {
        if matches!(failure, Some(Failure::Error | Failure::Panic)) {
            let outcome = |text| judge(xfail(None, Some(text)).as_ref(), context(false), &observation).outcome;
            assert_eq!(outcome("fault 7"), Outcome::XFailed, "{observation:?}");
            assert_eq!(outcome("fault 8"), Outcome::XChanged, "{observation:?}");
        }
    }
}

/// What crosscheck says in front is no word of the body, but one may begin with it.
#[test]
fn what_stands_in_front_of_the_words_of_a_body_is_no_text_of_a_row() {
    let panic = catch(Panics::Expected, || panic!("a needle")).unwrap_err();
    let place = panic.location.clone().unwrap();
    let (number, errored) =
        (place.rsplit(':').next().unwrap(), Observation::Errored { message: "a needle".to_owned() });
    let crashed = Observation::Crashed { how: "SIGSEGV".to_owned() };
    let panicked = Observation::Panicked(*panic);
    let said = |text: String| -> &'static str { text.leak() };
    let cases: [(&Observation, Vec<&'static str>, Vec<&'static str>); 3] = [
        (
            &panicked,
            vec![
                "a",
                "needle",
                "a needle",
                said(format!("{number}: a needle")),
                said(format!("panicked at {place}: a")),
            ],
            vec!["tests.rs", said(place.clone()), "panicked", "panicked at", said(format!("{number}:")), "an eye"],
        ),
        (&errored, vec!["a needle", "error: a"], vec!["returned", "an error", "returned an error: "]),
        (&crashed, vec!["SIGSEGV", "process: SIG"], vec!["ended", "its process: "]),
    ];
    for (observation, said, unsaid) in cases {
        for (texts, expected) in [(said, Outcome::XFailed), (unsaid, Outcome::XChanged)] {
            for text in texts {
                let row = xfail(failure(observation), Some(text));
                let judgement = judge(row.as_ref(), context(false), observation);
                assert_eq!(judgement.outcome, expected, "{text:?}: {}", judgement.reason);
            }
        }
    }
}

#[test]
fn a_state_that_is_left_changed_is_excused_by_name_only() {
    let left = Observation::LeftChanged { what: "subnormals are 0".to_owned() };
    for (failure, text, expected) in [
        (None, None, Outcome::XChanged),
        (Some(Failure::Error), None, Outcome::XChanged),
        (Some(Failure::Panic), None, Outcome::XChanged),
        (Some(Failure::Error), Some("floating-point state"), Outcome::XFailed),
        (None, Some("subnormals"), Outcome::XFailed),
        (Some(Failure::Error), Some("no kernel"), Outcome::XChanged),
    ] {
        let judgement = judge(xfail(failure, text).as_ref(), context(false), &left);
        assert_eq!(judgement.outcome, expected, "{failure:?} {text:?}: {}", judgement.reason);
    }
}

/// Whatever no row of a baseline says, what is no such value is not right because the baseline's is wrong.
#[test]
fn what_cannot_be_compared_is_not_right_beside_a_wrong_baseline() {
    let disputed = |text: Option<&'static str>| {
        let kind = Exclusion::BaselineWrong { text: text.map(Into::into), bounds: Bounds::ANY };
        Row::new("reference", "nan", kind, "it rounds twice").unwrap()
    };
    let wrong = mismatch(&[2.0], &[1.0_f64]);
    let short = mismatch(&vec![1.0, 2.0], &vec![1.0_f64]);
    let structure = mismatch(&None, &Some(vec![1.0_f64]));
    for (observation, text, expected) in [
        (&wrong, None, Outcome::Passed),
        (&short, None, Outcome::XChanged),
        (&structure, None, Outcome::XChanged),
        (&short, Some("shape"), Outcome::Passed),
    ] {
        let row = disputed(text);
        let context = JudgeContext { disputed: Some(&row), ..context(false) };
        let judgement = judge(None, context, observation);
        assert_eq!(judgement.outcome, expected, "{text:?} {observation:?}: {}", judgement.reason);
    }
}

/// Wherever in a long text it stands: what is shown of it is another matter.
#[test]
fn the_expected_text_may_stand_where_a_long_text_is_cut() {
    let filler = "x".repeat(4 * text::KEPT);
    for long in [format!("needle{filler}"), format!("{filler}needle{filler}"), format!("{filler}needle")] {
        let panic = catch(Panics::Expected, || panic!("{long}")).unwrap_err();
        for observation in [
            Observation::Errored { message: long.clone() },
            Observation::Panicked(*panic),
            Observation::Returned {
                comparison: Some(Err(Mismatch::Shape {
                    path: long,
                    actual: Vec::new(),
                    expected: Vec::new(),
                    parting: None,
                })),
                receipt: None,
            },
        ] {
            for (text, outcome) in [("needle", Outcome::XFailed), ("needles", Outcome::XChanged)] {
                let judgement = judge(xfail(None, Some(text)).as_ref(), context(false), &observation);
                assert_eq!(judgement.outcome, outcome);
                assert!(judgement.reason.len() < 3 * text::KEPT && judgement.reason.contains("bytes are left out"));
            }
        }
    }
}

#[test]
fn what_fails_the_run_is_what_nothing_excuses() {
    let failing: Vec<_> = Outcome::ALL.into_iter().filter(|outcome| outcome.fails_the_run()).collect();
    use Outcome::{Crashed, Expired, Failed, Flaky, Missing, TimedOut, Vacuous, XChanged, XPassed};
    assert_eq!(failing, [Failed, XPassed, XChanged, Expired, Vacuous, Flaky, TimedOut, Crashed, Missing]);
}

#[test]
fn a_stale_row_is_named_with_its_place() {
    let judgement =
        judge(xfail(None, None).as_ref(), context(false), &Observation::Returned { comparison: None, receipt: None });
    assert_eq!(
        judgement.reason,
        "passed, although the matrix expects it to fail: delete row `nan` of `mlx` at matrix.rs:3, or narrow it if other cells need it (NaN is lost)",
    );
}

#[test]
fn a_changed_failure_says_what_was_expected_and_what_happened() {
    let row = xfail(Some(Failure::Error), None);
    let judgement =
        judge(row.as_ref(), context(false), &Observation::Returned { comparison: Some(Err(MISMATCH)), receipt: None });
    assert_eq!(
        judgement.reason,
        "row `nan` of `mlx` at matrix.rs:3 expects an error, but this is a mismatch; if that is meant, say \
         `.by(Failure::Mismatch)` there: shape [] instead of []",
    );
}

/// Every way to be out of a row's bounds has bounds that it would be within.
#[test]
fn what_leaves_the_bounds_of_a_row_says_which_ones_it_is_in() {
    let ulps = |least, greatest| Bounds { ulps: Some((least, greatest)), share: None };
    let share = |least, greatest| Bounds { ulps: None, share: Some((least, greatest)) };
    let off = |ulps: f64| hundred(1, 1.0 - ulps * f64::EPSILON);
    let some = |wrong| hundred(wrong, 2.0);
    let cases = [
        (ulps(2.0, 8.0), off(8.5), Some(".ulps(2.0..=9.0)")),
        (ulps(2.0, 8.0), off(0.5), Some(".ulps(0.0..=8.0)")),
        (ulps(2.0, 8.0), hundred(1, f64::NAN), Some(".ulps(2.0..=f64::INFINITY)")),
        (ulps(2.0, 8.0), off(3.0), None),
        (share(0.1, 0.5), some(3), Some(".share(0.03..=0.5)")),
        (share(0.1, 0.5), some(57), Some(".share(0.1..=0.57)")),
        (share(0.1, 0.5), some(10), None),
    ];
    for (bounds, values, says) in cases {
        let observation = mismatch(&values, &[1.0_f64; 100]);
        let kind = Exclusion::XFail { failure: Some(Failure::Mismatch), text: None, bounds };
        let reason = judge(Some(&row(kind)), context(false), &observation).reason;
        match says {
            Some(says) => assert!(reason.contains(&format!("; if that is meant, say `{says}` there: ")), "{reason}"),
            None => assert!(!reason.contains("if that is meant"), "{reason}"),
        }
    }
    let integers = mismatch(&hundred(1, 2_u8), &hundred(0, 1_u8));
    let kind = Exclusion::XFail { failure: Some(Failure::Mismatch), text: None, bounds: ulps(2.0, 8.0) };
    let reason = judge(Some(&row(kind)), context(false), &integers).reason;
    assert!(reason.contains("do not have; if that is meant, leave out `.ulps(…)`: "), "{reason}");
}

/// Every row of the backend itself, agreement or not, within the bounds or not, and the last days of the row of the baseline.
#[test]
fn beside_a_wrong_baseline_it_is_agreement_that_fails() {
    use Outcome::*;
    let wrong = |until: Option<usize>| Row {
        until: until.and_then(|day| Date::parse(DAYS[day])),
        location: Some("matrix.rs:9".to_owned()),
        ..Row::new(
            "reference",
            "nan",
            Exclusion::BaselineWrong { text: None, bounds: Bounds { ulps: Some((0.0, 1.0)), share: None } },
            "it rounds twice",
        )
        .unwrap()
    };
    let returned = |comparison| Observation::Returned { comparison: Some(comparison), receipt: None };
    let off = |ulps: f64| mismatch(&[1.0 + ulps * f64::EPSILON, 1.0], &[1.0_f64, 1.0]);
    let rows = [
        None,
        xfail(None, None),
        xfail(Some(Failure::Mismatch), None),
        xfail(Some(Failure::Panic), None),
        xfail(Some(Failure::Mismatch), Some("agrees with the baseline")),
        Some(row(Exclusion::Skip)),
        Some(row(Exclusion::Flaky)),
    ];
    for (at, row) in rows.iter().enumerate() {
        let is_xfail = (1..=4).contains(&at);
        for until in [None, Some(0), Some(1), Some(2)] {
            let disputed = wrong(until);
            let context = JudgeContext { disputed: Some(&disputed), ..context(false) };
            for (observation, expected) in [
                // As wrong as the baseline.
                (
                    returned(Ok(agreed(None))),
                    if at == 3 {
                        XChanged
                    } else if is_xfail {
                        XFailed
                    } else {
                        Failed
                    },
                ),
                (
                    returned(Ok(agreed(Some(Null::Zeros)))),
                    if at == 3 {
                        XChanged
                    } else if is_xfail {
                        XFailed
                    } else {
                        Failed
                    },
                ),
                // Right.
                (
                    off(1.0),
                    if is_xfail {
                        XPassed
                    } else if until == Some(0) {
                        Expired
                    } else {
                        Passed
                    },
                ),
                // Wrong in a way of its own.
                (off(2.0), if matches!(at, 1 | 2) { XFailed } else { XChanged }),
            ] {
                let judgement = judge(row.as_ref(), context, &observation);
                assert_eq!(judgement.outcome, expected, "{row:?} {until:?} {observation:?}: {}", judgement.reason);
                assert!(judgement.outcome == Expired || !judgement.reason.is_empty(), "{judgement:?}");
            }
        }
    }
    let disputed = wrong(None);
    let context = JudgeContext { disputed: Some(&disputed), ..context(false) };
    assert_eq!(
        judge(None, context, &returned(Ok(agreed(None)))).reason,
        "agrees with the baseline, of which row `nan` of `reference` at matrix.rs:9 says that it is wrong (it rounds twice): \
         this backend has the same fault, or, where none disagrees any more, the row is stale",
    );
    assert_eq!(judge(None, context, &off(1.0)).reason, "disagrees with the baseline, which is wrong: it rounds twice");
    // What ends before there is a value is judged as ever.
    for (observation, failure) in observations() {
        if !matches!(observation, Observation::Returned { comparison: Some(_), .. })
            && failure != Some(Failure::Mismatch)
        {
            let plain = JudgeContext { disputed: None, ..context };
            assert_eq!(judge(None, context, &observation), judge(None, plain, &observation), "{observation:?}");
        }
    }
}

#[test]
fn what_passes_without_evidence_fails_whatever_the_matrix_expects() {
    let receipt = |evaluations, refusals, fallbacks: &[&str]| Receipt {
        device: "gpu 0".to_owned(),
        evaluations,
        refusals,
        fallbacks: fallbacks.iter().map(|it| (*it).to_owned()).collect(),
        bytes: None,
    };
    let nothing = "passed, but gpu 0 neither evaluated nor refused anything: whose result was it?";
    let left = "passed, but not on gpu 0 alone: it left softmax, rope to another backend";
    for (receipt, doubt) in [
        (receipt(1, 0, &[]), None),
        (receipt(0, 1, &[]), None),
        (receipt(0, 0, &[]), Some(nothing)),
        (receipt(2, 1, &["softmax", "rope"]), Some(left)),
    ] {
        for comparison in [None, Some(Ok(agreed(None)))] {
            let observation = Observation::Returned { comparison, receipt: Some(receipt.clone()) };
            for (row, without_doubt) in [(None, Outcome::Passed), (xfail(None, None), Outcome::XPassed)] {
                let judgement = judge(row.as_ref(), context(false), &observation);
                assert_eq!(judgement.outcome, if doubt.is_some() { Outcome::Failed } else { without_doubt });
                assert!(doubt.is_none_or(|doubt| judgement.reason == doubt), "{judgement:?}");
            }
        }
        // What disagrees disagrees anyway.
        let mismatch = Observation::Returned { comparison: Some(Err(MISMATCH)), receipt: Some(receipt) };
        assert_eq!(judge(None, context(false), &mismatch).outcome, Outcome::Failed);
    }
}

#[test]
fn what_a_null_output_would_pass_as_well_is_vacuous_whatever_the_matrix_expects() {
    let observation = |null| Observation::Returned { comparison: Some(Ok(agreed(null))), receipt: None };
    for row in [None, xfail(None, None), Some(row(Exclusion::Skip))] {
        let judgement = judge(row.as_ref(), context(false), &observation(Some(Null::Zeros)));
        assert_eq!(judgement.outcome, Outcome::Vacuous, "{row:?}");
        assert_eq!(
            judgement.reason,
            "agrees, but so would nothing but zeros: choose other inputs, or say why the value is such \
             (`expects_constant(reason = \"…\")`)",
        );
        assert_ne!(judge(row.as_ref(), context(false), &observation(None)).outcome, Outcome::Vacuous);
    }
}

#[test]
fn what_a_narrower_type_would_give_is_vacuous_and_wants_another_tolerance() {
    for (null, narrower, says) in [
        (None, Some(Dtype::F64), "agrees, but so would its elements rounded to f32: give it a narrower tolerance, or"),
        (None, Some(Dtype::F32), "agrees, but so would its elements rounded to f16 or bf16: give it a narrower"),
        (Some(Null::Zeros), Some(Dtype::F64), "agrees, but so would nothing but zeros: choose other inputs"),
    ] {
        let narrower = narrower.map(|from| Null::Narrowed { from });
        let comparison = Some(Ok(Agreed { null, narrower, ..agreed(None) }));
        let judgement = judge(None, context(false), &Observation::Returned { comparison, receipt: None });
        assert_eq!(judgement.outcome, Outcome::Vacuous);
        assert!(judgement.reason.starts_with(says), "{judgement}");
    }
}
