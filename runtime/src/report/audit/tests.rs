use super::*;
use crate::record::extent::Extent;
use crate::suite::scope::{CaseName, Scope, TestName};
use crate::suite::spec::{AxisSpec, BackendSpec, Origin, TestSpec};

const HERE: Origin = Origin { module: "suite", file: "a.rs", line: 1 };

/// The row is one of `n_1` and `n_2`; `n_3` is beside it.
const AXES: &[AxisSpec] = &[AxisSpec { name: "n", labels: &["n_1", "n_2", "n_3"] }];
const TESTS: &[TestName] = &[TestName::Pattern("t")];
const IN: &[CaseName] = &[CaseName::Patterns(&["n_1", "n_2"])];
const BESIDE: &[CaseName] = &[CaseName::Patterns(&["n_3"])];

fn row(scope: Scope, backend: &str, kind: Exclusion, message: &str, line: u32) -> Row {
    let marker = scope.to_string().into();
    Row { scope, marker, location: Some(format!("m.rs:{line}")), ..Row::new(backend, "-", kind, message).unwrap() }
}

fn suite(rows: Vec<Row>) -> SuiteSpec {
    SuiteSpec {
        backends: ["reference", "mlx"].map(|name| BackendSpec::new(name, HERE)).to_vec(),
        tests: vec![TestSpec { axes: AXES, ..TestSpec::new("t", HERE) }, TestSpec::new("u", HERE)],
        rows,
        ..SuiteSpec::new("dyn Ops", "reference")
    }
}

/// A cell that `row` decides.
fn cell(name: &str, row: Option<&Row>) -> CellRecord {
    CellRecord {
        test: name.split("::").next().unwrap().to_owned(),
        backend: "mlx".to_owned(),
        row: row.map(|row| row.marker.clone().into_owned()),
        row_at: row.and_then(|row| row.location.clone()),
        excluded: row.is_some(),
        outcome: Outcome::Passed,
        reason: String::new(),
        ..CellRecord::missing(name)
    }
}

/// It fails in this way.
fn failing(cell: CellRecord, failure: Failure, text: &str) -> CellRecord {
    let outcome = match failure {
        Failure::Timeout => Outcome::TimedOut,
        Failure::Crash => Outcome::Crashed,
        _ => Outcome::Failed,
    };
    CellRecord { outcome, failure: Some(failure), reason: text.to_owned(), ..cell }
}

fn off(cell: CellRecord, ulps: Option<f64>, share: Option<f64>) -> CellRecord {
    let extent = Extent { what: "in value".to_owned(), ulps, infinite: false, share };
    CellRecord { extent: Some(Box::new(extent)), ..failing(cell, Failure::Mismatch, "1 of 2 elements disagree") }
}

/// What a row allows.
const BOUNDS: [Bounds; 4] = [
    Bounds::ANY,
    Bounds { ulps: Some((1.0, 64.0)), share: None },
    Bounds { ulps: Some((1.0, 65.0)), share: None },
    Bounds { ulps: None, share: Some((0.0, 0.5)) },
];

/// The same, seen 8 units and half of the elements off at most: what is missing, fits, and is too wide.
const FITS: [bool; 4] = [true, true, false, true];

/// What is beside the cells of the row.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Beside {
    Nothing,
    Passes,
    FailsOtherwise,
    FailsAlike,
    FailsAlikeForAnotherReason,
    FailsAlikeForTheSameReason,
    FailsAlikeByTheSameRow,
    FailsAlikeElsewhere,
}

const ALL_BESIDE: [Beside; 8] = [
    Beside::Nothing,
    Beside::Passes,
    Beside::FailsOtherwise,
    Beside::FailsAlike,
    Beside::FailsAlikeForAnotherReason,
    Beside::FailsAlikeForTheSameReason,
    Beside::FailsAlikeByTheSameRow,
    Beside::FailsAlikeElsewhere,
];

/// Every kind of row, each way to fail, with and without bounds, and everything that may be beside it.
#[test]
fn each_row_is_judged_by_its_cells_and_by_those_beside_them() {
    let kinds = |bounds: Bounds| {
        let xfail = |failure| Exclusion::XFail { failure, text: None, bounds };
        let expected = [None].into_iter().chain(Failure::ALL.map(Some)).map(xfail);
        expected.chain([Exclusion::Skip, Exclusion::BaselineWrong { text: None, bounds }]).collect::<Vec<_>>()
    };
    for ((bounds, fits), failure) in BOUNDS.into_iter().zip(FITS).flat_map(|it| Failure::ALL.map(|way| (it, way))) {
        for (kind, beside) in kinds(bounds).into_iter().flat_map(|kind| ALL_BESIDE.map(|it| (kind.clone(), it))) {
            let of_baseline = matches!(kind, Exclusion::BaselineWrong { .. });
            let said = said(kind.clone(), failure, beside);
            let is_mismatch = failure == Failure::Mismatch;
            let is_as_said = match &kind {
                Exclusion::XFail { failure: None, .. } => !matches!(failure, Failure::Timeout | Failure::Crash),
                Exclusion::XFail { failure: Some(expected), .. } => *expected == failure,
                _ => false,
            };
            let verdict = match kind {
                _ if of_baseline && !is_mismatch => ": no cell of it ran: nothing is known of it",
                _ if is_mismatch && (is_as_said || of_baseline) && bounds == Bounds::ANY => {
                    "@@ bound it: 2 of 2 cells fail"
                }
                _ if is_as_said || of_baseline => ": needed: 2 of 2 cells fail without it",
                _ => "@@ relabel it: 2 of 2 cells run and fail",
            };
            let wrong = format!("{kind:?} {failure:?} {beside:?}:\n{said}");
            assert!(said.contains(verdict), "no `{verdict}`: {wrong}");
            // A relabelled row gets bounds as well.
            let proposes = is_mismatch && (verdict.contains("bound it") || verdict.contains("relabel it"));
            assert_eq!(said.contains(".ulps(4.0..=8.0).share(0.25..=0.5)\n"), proposes, "{wrong}");
            let can_be_wide =
                of_baseline || matches!(kind, Exclusion::XFail { failure: None | Some(Failure::Mismatch), .. });
            let is_wide = is_mismatch && can_be_wide && !fits;
            assert_eq!(
                said.contains("    wide: .ulps(1.0..=65.0) is far beyond what this run saw: .ulps(4.0..=8.0)\n"),
                is_wide,
                "{wrong}"
            );
            let alike = matches!(beside, Beside::FailsAlike | Beside::FailsAlikeForAnotherReason)
                && (is_mismatch || !of_baseline);
            assert_eq!(said.contains("does not separate"), alike, "{wrong}");
            if alike {
                let of = if beside == Beside::FailsAlike { "no row" } else { "row at m.rs:2" };
                let line =
                    format!("    its reason does not separate: beside it, 1 cell fails alike: t::n_3::mlx ({of})\n");
                assert!(said.contains(&line), "{wrong}");
            }
            assert!(!said.contains(" ways"), "{wrong}");
        }
    }
}

/// What the audit says of one row of which both cells fail.
fn said(kind: Exclusion, failure: Failure, beside: Beside) -> String {
    let of_baseline = matches!(kind, Exclusion::BaselineWrong { .. });
    let own = row(Scope::Cases(TESTS, IN), if of_baseline { "reference" } else { "mlx" }, kind.clone(), "no", 1);
    let (message, line) = match beside {
        Beside::FailsAlikeForTheSameReason => ("no", 2),
        Beside::FailsAlikeByTheSameRow => ("no, {marker}", 1),
        _ => ("something else", 2),
    };
    let other = row(Scope::Cases(TESTS, BESIDE), "mlx", Exclusion::XFAIL, message, line);
    let fails = |cell: CellRecord, ulps, share, text: &str| match failure {
        Failure::Mismatch => off(cell, Some(ulps), Some(share)),
        _ => failing(cell, failure, text),
    };
    let is_as_said = match &kind {
        Exclusion::XFail { failure: None, .. } => !matches!(failure, Failure::Timeout | Failure::Crash),
        Exclusion::XFail { failure: Some(expected), .. } => *expected == failure,
        _ => true,
    };
    let of_row = |name: &str, ulps, share| {
        let cell = cell(name, (!of_baseline).then_some(&own));
        let cell = fails(cell, ulps, share, &format!("panicked at a.rs:1:2: {ulps} is off"));
        let with_row = Some(if is_as_said { Outcome::XFailed } else { Outcome::XChanged });
        let disputed_at = of_baseline.then(|| own.location.clone().unwrap());
        match of_baseline {
            true => CellRecord { disputed_at, outcome: Outcome::Passed, ..cell },
            false => CellRecord { with_row, ..cell },
        }
    };
    let mut cells = vec![of_row("t::n_1::mlx", 8.0, 0.25), of_row("t::n_2::mlx", 4.0, 0.5)];
    let has_row = !matches!(beside, Beside::Passes | Beside::FailsAlike | Beside::FailsAlikeElsewhere);
    let near = cell("t::n_3::mlx", has_row.then_some(&other));
    let fails = |cell| fails(cell, 2.0, 1.0, "panicked at b.rs:7:2: 3 is off");
    let unlike = if failure == Failure::Error { Failure::Panic } else { Failure::Error };
    cells.extend(match beside {
        Beside::Nothing => None,
        Beside::Passes => Some(near),
        Beside::FailsOtherwise => Some(failing(near, unlike, "is off")),
        Beside::FailsAlikeElsewhere => Some(fails(cell("u::mlx", None))),
        _ => Some(fails(near)),
    });
    let rows = if has_row { vec![own, other] } else { vec![own] };
    let said = audit(&[suite(rows)], &cells);
    // Up to what it says of the other row.
    let of_other = said.match_indices('\n').map(|(at, _)| at + 1).find(|at| {
        said[*at..].contains("case(\"n_3\")") && {
            let line = said[*at..].lines().next().unwrap();
            line.starts_with("@@ m.rs:2") || line.starts_with("  row `t, case(\"n_3\")`")
        }
    });
    said[..of_other.unwrap_or(said.len())].to_owned()
}

/// What is bounded depends on what the cells have: units in the last place, elements, or neither.
#[test]
fn only_what_can_be_bounded_is_proposed_to_be() {
    let by_mismatch = Exclusion::XFail { failure: Some(Failure::Mismatch), text: None, bounds: Bounds::ANY };
    let own = row(Scope::Cases(TESTS, IN), "mlx", by_mismatch, "no", 1);
    let beside_zero = 1.42e45;
    let sizes =
        [(Some(3.0), Some(0.25)), (Some(3.0), None), (Some(beside_zero), Some(0.25)), (None, Some(1.0)), (None, None)];
    for one in sizes {
        for other in sizes {
            let of_row = |name, (ulps, share)| off(cell(name, Some(&own)), ulps, share);
            let said = audit(&[suite(vec![own.clone()])], &[of_row("t::n_1::mlx", one), of_row("t::n_2::mlx", other)]);
            let ulps = if one.0 == Some(3.0) && other.0 == Some(3.0) { ".ulps(3.0..=3.0)" } else { "" };
            let share = match (one.1, other.1) {
                (Some(one), Some(other)) if one == other => format!(".share({one:?}..={other:?})"),
                (Some(_), Some(_)) => ".share(0.25..=1.0)".to_owned(),
                _ => String::new(),
            };
            let proposed = (!ulps.is_empty() || !share.is_empty()).then(|| format!(" no {ulps}{share}\n"));
            match proposed {
                Some(line) => {
                    assert!(said.starts_with("audit of the exclusions: 1 to bound\n") && said.contains(&line), "{said}")
                }
                None => assert!(
                    said.starts_with("audit of the exclusions: 1 needed\n") && !said.contains("bound it"),
                    "{said}"
                ),
            }
        }
    }
}

#[test]
fn cells_that_fail_in_several_ways_are_told_apart() {
    let own = row(Scope::Tests(TESTS), "mlx", Exclusion::XFAIL, "no", 1);
    let of_row =
        |case: u32, failure, text: &str| failing(cell(&format!("t::n_{case}::mlx"), Some(&own)), failure, text);
    let said = |cells: &[CellRecord]| audit(&[suite(vec![own.clone()])], cells);
    let one = said(&[
        of_row(1, Failure::Panic, "panicked at a.rs:1:2: 1 is off"),
        of_row(2, Failure::Panic, "panicked at b.rs:3:4: 2 is off"),
    ]);
    assert!(!one.contains("ways"), "{one}");
    let two = said(&[
        of_row(1, Failure::Error, "returned an error: 1 is off"),
        of_row(2, Failure::Panic, "panicked at a.rs:1:2: 1 is off"),
        of_row(3, Failure::Panic, "panicked at a.rs:1:2: 3 is off"),
    ]);
    assert!(
        two.ends_with(
            "    fails in 2 ways, of which some may be other faults:\n      2 cells by a panic: # is off (t::n_2::mlx)\n      \
             1 cell by an error: # is off (t::n_1::mlx)\n"
        ),
        "{two}"
    );
    let many: Vec<_> = ["a", "b", "c", "d", "e"].map(|text| of_row(1, Failure::Error, text)).to_vec();
    let many = said(&many);
    assert!(many.contains("fails in 5 ways") && many.ends_with("\n      and 2 more\n"), "{many}");
}

/// A row of a feature has neighbours in other checks of the function as well, one of a whole backend has none.
#[test]
fn the_neighbours_of_a_row_are_as_near_as_it_is_wide() {
    let of = |name: &str, row: Option<&Row>, function: &str| CellRecord {
        function: Some(function.to_owned()),
        ..failing(cell(name, row), Failure::Error, "is off")
    };
    for (scope, reaches_u) in [
        (Scope::Tests(TESTS), false),
        (Scope::Feature("f".into()), true),
        (Scope::Cases(TESTS, IN), false),
        (Scope::All, false),
    ] {
        let own = row(scope, "mlx", Exclusion::XFAIL, "no", 1);
        for function in ["add", "sub"] {
            let said = audit(
                &[suite(vec![own.clone()])],
                &[of("t::n_1::mlx", Some(&own), "add"), of("u::mlx", None, function)],
            );
            assert_eq!(said.contains("alike: u::mlx (no row)"), reaches_u && function == "add", "{said}");
        }
        let said =
            audit(&[suite(vec![own.clone()])], &[of("t::n_1::mlx", Some(&own), "add"), of("t::n_3::mlx", None, "add")]);
        assert_eq!(said.contains("alike: t::n_3::mlx (no row)"), own.scope != Scope::All, "{said}");
        // A case of another function is no neighbour.
        let said =
            audit(&[suite(vec![own.clone()])], &[of("t::n_1::mlx", Some(&own), "add"), of("t::n_3::mlx", None, "sub")]);
        assert!(!said.contains("alike"), "{said}");
    }
}

/// What the row says tells its cells from those beside them.
#[test]
fn what_a_row_says_tells_its_cells_from_others() {
    for (text, is_told_apart) in [(None, false), (Some("is"), false), (Some("7 is"), true)] {
        let kind = Exclusion::XFail { failure: None, text: text.map(Into::into), bounds: Bounds::ANY };
        let own = row(Scope::Cases(TESTS, IN), "mlx", kind, "no", 1);
        let cells = [
            failing(cell("t::n_1::mlx", Some(&own)), Failure::Panic, "panicked: 7 is off"),
            failing(cell("t::n_3::mlx", None), Failure::Panic, "panicked: 8 is off"),
        ];
        let said = audit(&[suite(vec![own])], &cells);
        assert_eq!(!said.contains("alike: t::n_3::mlx (no row)"), is_told_apart, "{said}");
    }
}

/// The cell in which a row's fault is to be seen, and another one, each of which passes or fails.
#[test]
fn a_row_is_stale_when_the_cell_passes_in_which_it_was_seen() {
    for seen_in in [None, Some("t::n_1"), Some("t::n_2"), Some("t::n_3")] {
        for (first, second) in [(true, true), (true, false), (false, true), (false, false)] {
            let own = row(Scope::Cases(TESTS, IN), "mlx", Exclusion::XFAIL, "no", 1);
            let own = Row { seen_in: seen_in.map(Into::into), ..own };
            let of_row = |name, passes| {
                let cell = cell(name, Some(&own));
                if passes { cell } else { failing(cell, Failure::Error, "is off") }
            };
            let cells = [of_row("t::n_1::mlx", first), of_row("t::n_2::mlx", second)];
            let said = audit(&[suite(vec![own.clone()])], &cells);
            let verdict = match (seen_in, first, second) {
                (_, true, true) => "stale, delete it: 2 of 2 cells pass without it",
                (_, false, false) => "needed: 2 of 2 cells fail without it",
                (Some("t::n_1"), true, _) => {
                    "stale, delete it: t::n_1::mlx, in which it was seen, passes without it; 1 cell fails by something else"
                }
                (Some("t::n_2"), _, true) => {
                    "stale, delete it: t::n_2::mlx, in which it was seen, passes without it; 1 cell fails by something else"
                }
                _ => "too wide: 1 of 2 cells pass without it",
            };
            assert!(said.contains(verdict), "no `{verdict}` for {seen_in:?}:\n{said}");
        }
    }
}

#[test]
fn a_row_of_the_baseline_is_seen_where_others_disagree() {
    let kind = Exclusion::BaselineWrong { text: None, bounds: BOUNDS[1] };
    for (seen_in, is_stale) in [("t::n_1", false), ("t::n_2", true)] {
        let own =
            Row { seen_in: Some(seen_in.into()), ..row(Scope::Cases(TESTS, IN), "reference", kind.clone(), "no", 1) };
        let at = own.location.clone();
        let disagrees = CellRecord {
            disputed_at: at.clone(),
            outcome: Outcome::Passed,
            ..off(cell("t::n_1::mlx", None), Some(8.0), Some(0.5))
        };
        let agrees = CellRecord {
            disputed_at: at,
            agreement: Some(Box::default()),
            outcome: Outcome::Failed,
            ..cell("t::n_2::mlx", None)
        };
        let said = audit(&[suite(vec![own])], &[disagrees, agrees]);
        assert_eq!(said.contains("t::n_2::mlx, in which it was seen, passes without it"), is_stale, "{said}");
    }
}

#[test]
fn many_rows_of_a_backend_that_has_run_nothing_are_one_line() {
    let rows_of = |backend, count| {
        (1..=count)
            .map(move |line| row(Scope::Cases(TESTS, IN), backend, Exclusion::XFAIL, "no", line))
            .collect::<Vec<_>>()
    };
    let audited = |rows: Vec<Row>, cells: &[CellRecord]| audit(&[suite(rows)], cells);
    let many = audited(rows_of("mlx", 4), &[]);
    assert_eq!(
        many,
        "audit of the exclusions: 4 unknown\n  4 rows of `mlx`: no cell of theirs ran: nothing is known of them\n"
    );
    let few = audited(rows_of("mlx", 3), &[]);
    assert_eq!(few.matches("no cell of it ran").count(), 3, "{few}");
    // One of them has run: the others are what is missing.
    let rows = rows_of("mlx", 4);
    let cells = [failing(cell("t::n_1::mlx", Some(&rows[0])), Failure::Error, "no")];
    let some = audited(rows, &cells);
    assert_eq!(some.matches("no cell of it ran").count(), 3, "{some}");
}
