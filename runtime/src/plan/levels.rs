//! Rows at every level, of every kind, beside every other: which one decides.

use super::*;
use crate::suite::row::Condition;
use crate::suite::scope::{CaseName, Scope, TestName};
use crate::suite::spec::{AxisSpec, FeatureSpec, Origin};

const HERE: Origin = Origin { module: "suite::ops", file: "ops.rs", line: 1 };
const AXES: &[AxisSpec] = &[AxisSpec { name: "dtype", labels: &["f32", "f16"] }];

/// The scopes that hold for `ops::t` in `f16`, from the narrowest to the widest, two of each level where there can be two.
fn scopes() -> [Vec<Scope>; 4] {
    const BY_NAME: &[TestName] = &[TestName::Pattern("ops::t")];
    const BY_PATTERN: &[TestName] = &[TestName::Pattern("nothing"), TestName::Pattern("o*::*")];
    const BY_AXIS: &[CaseName] = &[CaseName::Axis { axis: "dtype", values: &[&["bf16"], &["F16", "f16"]] }];
    const BY_LABEL: &[CaseName] = &[CaseName::Patterns(&["x*", "f1*"])];
    [
        vec![Scope::Cases(BY_NAME, BY_AXIS), Scope::Cases(BY_PATTERN, BY_LABEL)],
        vec![Scope::Tests(BY_NAME), Scope::Tests(BY_PATTERN)],
        vec![Scope::Feature("a".into()), Scope::Feature("b".into())],
        vec![Scope::All, Scope::All],
    ]
}

fn row(scope: &Scope, kind: &Exclusion) -> Row {
    let marker = scope.to_string().into();
    Row { scope: scope.clone(), marker, ..Row::new("mlx", "-", kind.clone(), "no").unwrap() }
}

/// `ops::t`, which uses `a` always and `b` in `f16`, and another test that no row means.
fn suite(rows: Vec<Row>) -> SuiteSpec {
    let t = TestSpec {
        axes: AXES,
        markers: vec!["a"],
        implied: vec![vec![vec![], vec!["b"]]],
        ..TestSpec::new("ops::t", HERE)
    };
    SuiteSpec {
        features: ["a", "b"].map(|marker| FeatureSpec { marker, description: marker }).to_vec(),
        backends: ["reference", "mlx"].map(|name| BackendSpec::new(name, HERE)).to_vec(),
        tests: vec![t, TestSpec::new("other", HERE)],
        rows,
        ..SuiteSpec::new("dyn Ops", "reference")
    }
}

/// What is done with `ops::t::f16::mlx`, where a condition holds of the rows of which `holds` says so.
fn decision(rows: Vec<Row>, holds: impl Fn(usize) -> bool) -> Decision {
    let plan = plan([suite(rows)].into(), &Selection::default());
    let cell = plan.cells.iter().find(|cell| plan.name(cell) == "ops::t::f16::mlx").unwrap();
    let settled = plan.settle(cell, |row| Ok::<_, ()>(holds(row)));
    settled.unwrap().decision
}

fn expected(row: usize, kind: &Exclusion) -> Decision {
    let at = row as u32;
    match kind {
        Exclusion::Skip => Decision::Skip(at),
        Exclusion::XFail { .. } => Decision::XFail(at),
        Exclusion::Flaky => Decision::Flaky(at),
        Exclusion::Run => Decision::Run,
        Exclusion::BaselineWrong { .. } => unreachable!("none is written here"),
    }
}

const KINDS: [Exclusion; 4] = [Exclusion::Skip, Exclusion::XFAIL, Exclusion::Flaky, Exclusion::Run];

/// Each level says one of the four, or nothing; the rows are written from the widest to the narrowest and the other way round.
#[test]
fn the_narrowest_level_that_says_anything_decides() {
    let scopes = scopes();
    for number in 0..5_usize.pow(4) {
        let says: Vec<_> = (0..4).map(|level| KINDS.get(number / 5_usize.pow(level) % 5)).collect();
        for backwards in [false, true] {
            let mut levels: Vec<_> = (0..4).filter(|level| says[*level].is_some()).collect();
            if backwards {
                levels.reverse();
            }
            let rows: Vec<_> = levels.iter().map(|level| row(&scopes[*level][0], says[*level].unwrap())).collect();
            let narrowest = levels.iter().enumerate().min_by_key(|(_, level)| **level);
            let expected = narrowest.map_or(Decision::Run, |(at, level)| expected(at, says[*level].unwrap()));
            assert_eq!(decision(rows.clone(), |_| unreachable!("no row has a condition")), expected, "{rows:#?}");
        }
    }
}

/// Two rows of one level, of every two kinds, beside any row of a wider level.
#[test]
fn within_a_level_skip_beats_xfail_and_the_first_row_wins() {
    let order = |kind: &Exclusion| KINDS.iter().position(|it| it == kind).unwrap();
    for (level, of_level) in scopes().iter().enumerate() {
        for (one, other) in KINDS.iter().flat_map(|one| KINDS.iter().map(move |other| (one, other))) {
            for wide in scopes().iter().skip(level + 1).map(Some).chain([None]) {
                let wider = wide.map(|scopes| row(&scopes[0], &Exclusion::Skip));
                let rows: Vec<_> =
                    wider.into_iter().chain([row(&of_level[0], one), row(&of_level[1], other)]).collect();
                let first = rows.len() - 2;
                let (at, kind) = if order(one) <= order(other) { (first, one) } else { (first + 1, other) };
                assert_eq!(decision(rows.clone(), |_| unreachable!()), expected(at, kind), "{rows:#?}");
            }
        }
    }
}

/// Each level says nothing, or one of three, without a condition, with one that holds, or with one that does not.
#[test]
fn a_row_of_which_the_condition_does_not_hold_says_nothing() {
    const KINDS: [Exclusion; 3] = [Exclusion::Skip, Exclusion::XFAIL, Exclusion::Run];
    let scopes = scopes();
    for number in 0..10_usize.pow(4) {
        let says: Vec<_> = (0..4)
            .map(|level| match number / 10_usize.pow(level) % 10 {
                9 => None,
                choice => Some((&KINDS[choice / 3], [None, Some(true), Some(false)][choice % 3])),
            })
            .collect();
        let mut rows = Vec::new();
        let (mut answers, mut expect) = (Vec::new(), None);
        for (level, (kind, holds)) in says.iter().enumerate().filter_map(|(level, it)| it.map(|it| (level, it))) {
            let condition = holds.map(|_| Condition { name: "asked", at: rows.len() });
            rows.push(Row { condition, ..row(&scopes[level][0], kind) });
            answers.push(holds);
            if expect.is_none() && holds != Some(false) {
                expect = Some(expected(rows.len() - 1, kind));
            }
        }
        let holds = |row: usize| answers[row].expect("only rows with a condition are asked");
        assert_eq!(decision(rows.clone(), holds), expect.unwrap_or(Decision::Run), "{rows:#?}");
    }
}

#[test]
fn a_row_of_a_test_or_a_case_means_no_other_one() {
    let scopes = scopes();
    let planned = |scope: &Scope| {
        let plan = plan([suite(vec![row(scope, &Exclusion::Skip)])].into(), &Selection::default());
        let skipped = plan.cells.iter().filter(|cell| cell.decision == Decision::Skip(0));
        skipped.map(|cell| plan.name(cell)).collect::<Vec<_>>()
    };
    for scope in &scopes[0] {
        assert_eq!(planned(scope), ["ops::t::f16::mlx"], "{scope}");
    }
    for scope in &scopes[1] {
        assert_eq!(planned(scope), ["ops::t::f32::mlx", "ops::t::f16::mlx"], "{scope}");
    }
    assert_eq!(planned(&scopes[3][0]).len(), 3);
}

/// No more is asked than it takes, and what cannot be answered ends the cell.
#[test]
fn rows_are_asked_in_their_order_until_one_applies() {
    let condition = |at| Some(Condition { name: "asked", at });
    let scopes = scopes();
    let rows = vec![
        Row { condition: condition(0), ..row(&scopes[0][0], &Exclusion::Skip) },
        Row { condition: condition(1), ..row(&scopes[1][0], &Exclusion::Skip) },
        Row { condition: condition(2), ..row(&scopes[3][0], &Exclusion::Skip) },
    ];
    let plan = plan([suite(rows)].into(), &Selection::default());
    let cell = plan.cells.iter().find(|cell| plan.name(cell) == "ops::t::f16::mlx").unwrap();
    assert!(matches!(cell.decision, Decision::Ask(_)) && cell.decision.runs() && cell.decision.row().is_none());
    assert_eq!(plan.candidates(cell), [0, 1, 2]);
    let mut asked = Vec::new();
    let settled = plan.settle(cell, |row| {
        asked.push(row);
        Ok::<_, ()>(row == 1)
    });
    assert_eq!((settled.unwrap().decision, asked), (Decision::Skip(1), vec![0, 1]));
    assert_eq!(plan.settle(cell, |_| Err("lost")), Err("lost"));
}
