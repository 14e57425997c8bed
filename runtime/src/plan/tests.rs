use super::marker::MarkerExpr;
use super::*;
use crate::suite::spec::{AxisSpec, BackendSpec, FeatureSpec, Origin};

const HERE: Origin = Origin { module: "suite::ops", file: "ops.rs", line: 1 };

fn row(backend: &'static str, marker: &'static str, kind: Exclusion) -> Row {
    Row::new(backend, marker, kind, "{marker} on {backend}").unwrap()
}

const XFAIL: Exclusion = Exclusion::XFAIL;

fn test(name: &str, markers: &[&'static str]) -> TestSpec {
    TestSpec { markers: markers.to_vec(), ..TestSpec::new(format!("ops::{name}"), HERE) }
}

/// Three backends; `mlx` fails at `a`, cannot do `b`, and fails at `c`.
fn suite(tests: Vec<TestSpec>) -> SuiteSpec {
    SuiteSpec {
        features: ["a", "b", "c"].map(|marker| FeatureSpec { marker, description: marker }).to_vec(),
        backends: ["reference", "metal", "mlx"].map(|name| BackendSpec::new(name, HERE)).to_vec(),
        tests,
        excluding: vec![("mlx", HERE)],
        rows: vec![row("mlx", "a", XFAIL), row("mlx", "b", Exclusion::Skip), row("mlx", "c", XFAIL)],
        ..SuiteSpec::new("dyn Ops", "reference")
    }
}

fn names(tests: Vec<TestSpec>, selection: &Selection) -> Vec<String> {
    let plan = plan([suite(tests)].into(), selection);
    plan.cells.iter().map(|cell| plan.name(cell)).collect()
}

fn by_name(filters: &[&str], exact: bool) -> Selection {
    let filters = filters.iter().map(|filter| (*filter).to_owned()).collect();
    Selection { names: NameFilter { filters, skip: vec![], exact }, ..Selection::default() }
}

/// The rules, written a second time, for every set of three markers, against the planner.
#[test]
fn skip_beats_xfail_and_among_equals_the_first_row_wins() {
    for bits in 0..8_u8 {
        let has = |bit: u8| bits & (1 << bit) != 0;
        let markers: Vec<_> =
            [(0, "a"), (1, "b"), (2, "c")].iter().filter(|(bit, _)| has(*bit)).map(|(_, m)| *m).collect();
        let expected = match (has(0), has(1), has(2)) {
            (_, true, _) => Decision::Skip(1),
            (true, false, _) => Decision::XFail(0),
            (false, false, true) => Decision::XFail(2),
            (false, false, false) => Decision::Run,
        };
        let plan = plan([suite(vec![test("t", &markers)])].into(), &Selection::default());
        let decisions: Vec<_> = plan.cells.iter().map(|cell| (plan.backend(cell), cell.decision)).collect();
        assert_eq!(
            decisions,
            [("reference", Decision::Run), ("metal", Decision::Run), ("mlx", expected)],
            "markers {markers:?}",
        );
    }
}

#[test]
fn without_the_matrix_everything_runs_and_the_row_is_remembered() {
    let selection = Selection { run_excluded: true, backends: vec!["mlx".to_owned()], ..Selection::default() };
    let plan = plan([suite(vec![test("t", &["b"]), test("u", &[])])].into(), &selection);
    let decisions: Vec<_> = plan.cells.iter().map(|cell| cell.decision).collect();
    assert_eq!(decisions, [Decision::RunExcluded(1), Decision::Run]);
}

#[test]
fn a_differential_test_has_no_cell_on_the_baseline() {
    let differential = TestSpec { differential: true, ..test("t", &[]) };
    assert_eq!(names(vec![differential], &Selection::default()), ["ops::t::metal", "ops::t::mlx"]);
}

#[test]
fn backends_narrow_a_test() {
    let narrowed = TestSpec { backends: Some(&["mlx"]), ..test("t", &[]) };
    assert_eq!(names(vec![narrowed], &Selection::default()), ["ops::t::mlx"]);
}

#[test]
fn axes_make_a_cross_product_whose_last_one_is_fastest() {
    const AXES: &[AxisSpec] =
        &[AxisSpec { name: "dtype", labels: &["f32", "f16"] }, AxisSpec { name: "n", labels: &["n_1", "n_2", "n_3"] }];
    let spec = TestSpec { axes: AXES, backends: Some(&["mlx"]), ..test("t", &[]) };
    assert_eq!(spec.cases(), 6);
    assert_eq!(spec.positions(4), [1, 1]);
    assert_eq!(
        names(vec![spec], &Selection::default()),
        ["f32_n_1", "f32_n_2", "f32_n_3", "f16_n_1", "f16_n_2", "f16_n_3"].map(|case| format!("ops::t::{case}::mlx")),
    );
}

#[test]
fn a_filter_is_a_part_of_the_name_and_an_exact_one_a_whole_path() {
    let tests = || vec![test("add", &[]), test("add_more", &[])];
    assert_eq!(names(tests(), &by_name(&["add::m"], false)), ["ops::add::metal", "ops::add::mlx"]);
    assert_eq!(names(tests(), &by_name(&["more::mlx", "add::mlx"], false)), ["ops::add::mlx", "ops::add_more::mlx"]);
    assert_eq!(names(tests(), &by_name(&["ops::add::mlx"], true)), ["ops::add::mlx"]);
    assert_eq!(names(tests(), &by_name(&["ops::add"], true)).len(), 3);
    assert_eq!(names(tests(), &by_name(&["ops::ad"], true)), [""; 0]);
    assert_eq!(names(tests(), &by_name(&["ops"], true)).len(), 6);
}

#[test]
fn skip_takes_cells_away() {
    let mut selection = by_name(&["ops"], false);
    selection.names.skip = vec!["more".to_owned(), "metal".to_owned()];
    let tests = vec![test("add", &[]), test("add_more", &[])];
    assert_eq!(names(tests, &selection), ["ops::add::reference", "ops::add::mlx"]);
}

#[test]
fn a_marker_expression_selects_tests() {
    let marker = MarkerExpr::parse("a and not c", &["a", "b", "c"]).ok();
    let selection = Selection { marker, backends: vec!["metal".to_owned()], ..Selection::default() };
    let tests = vec![test("t", &["a"]), test("u", &["a", "c"]), test("v", &[])];
    assert_eq!(names(tests, &selection), ["ops::t::metal"]);
}

#[test]
fn a_value_of_an_axis_carries_its_features_into_its_own_cells_only() {
    const AXES: &[AxisSpec] =
        &[AxisSpec { name: "dtype", labels: &["f32", "f64"] }, AxisSpec { name: "n", labels: &["n_0", "n_1"] }];
    let implied = vec![vec![vec![], vec!["b"]], vec![vec!["c"], vec![]]];
    let spec = TestSpec { axes: AXES, implied, ..test("t", &[]) };
    let all = Selection { backends: vec!["mlx".to_owned()], ..Selection::default() };
    let planned = plan([suite(vec![spec.clone()])].into(), &all);
    let cells: Vec<_> =
        planned.cells.iter().map(|cell| (planned.name(cell), cell.decision, planned.markers(cell))).collect();
    assert_eq!(
        cells,
        [
            ("ops::t::f32_n_0::mlx".to_owned(), Decision::XFail(2), vec!["c"]),
            ("ops::t::f32_n_1::mlx".to_owned(), Decision::Run, vec![]),
            ("ops::t::f64_n_0::mlx".to_owned(), Decision::Skip(1), vec!["b", "c"]),
            ("ops::t::f64_n_1::mlx".to_owned(), Decision::Skip(1), vec!["b"]),
        ],
    );
    let marker = MarkerExpr::parse("c and not b", &["a", "b", "c"]).ok();
    assert_eq!(names(vec![spec], &Selection { marker, ..all }), ["ops::t::f32_n_0::mlx"]);
}

#[test]
fn a_row_of_the_whole_backend_decides_also_on_tests_without_markers() {
    let mut suite = suite(vec![test("t", &[]), test("u", &["a"])]);
    suite.rows.push(row("metal", crate::suite::row::ALL, Exclusion::Skip));
    let plan = plan([suite].into(), &Selection::default());
    let decisions: Vec<_> = plan.cells.iter().map(|cell| cell.decision).collect();
    use Decision::{Run, Skip, XFail};
    assert_eq!(decisions, [Run, Skip(3), Run, Run, Skip(3), XFail(0)]);
    assert_eq!(plan.row(&plan.cells[1]).map(|row| row.message.as_str()), Some("all on metal"));
}

/// What the test is about and what it calls, what the backend implements, and whether a row excludes it.
#[test]
fn a_function_that_the_backend_leaves_out_is_not_implemented_whatever_the_matrix_says() {
    for (of, calls, implements, expected) in [
        (Some("quantize"), &["quantize"][..], None, None),
        (Some("quantize"), &["quantize"], Some(&["add", "quantize"][..]), None),
        (Some("quantize"), &["quantize"], Some(&["add"]), Some("quantize")),
        // A further function that it calls.
        (Some("add"), &["add", "quantize"], Some(&["add"]), Some("quantize")),
        (None, &["quantize"], Some(&["add"]), Some("quantize")),
        // What is not known to be of the contract is a helper.
        (Some("add"), &["add", "twice"], Some(&["add"]), None),
        (None, &[], Some(&["add"]), None),
    ] {
        for markers in [&[][..], &["a"], &["b"]] {
            let mut suite = suite(vec![
                TestSpec { of, calls, ..test("t", markers) },
                TestSpec { of: Some("quantize"), backends: Some(&["metal"]), ..test("u", &[]) },
            ]);
            suite.backends[2].implements = implements;
            let selection = Selection { backends: vec!["mlx".to_owned()], ..Selection::default() };
            let plan = plan([suite].into(), &selection);
            assert_eq!(plan.missing_function(&plan.cells[0]), expected, "{of:?} {calls:?} {implements:?} {markers:?}");
            let row = plan.row(&plan.cells[0]).map(|row| row.marker.as_ref());
            assert_eq!(row, if expected.is_some() { None } else { markers.first().copied() });
        }
    }
}

/// No test is about it, but one backend implements it.
#[test]
fn what_another_backend_implements_is_a_function_of_the_contract() {
    for (metal, expected) in [(None, None), (Some(&["add"][..]), None), (Some(&["add", "twice"]), Some("twice"))] {
        let mut suite = suite(vec![TestSpec { calls: &["twice"], backends: Some(&["mlx"]), ..test("t", &[]) }]);
        suite.backends[1].implements = metal;
        suite.backends[2].implements = Some(&["add"]);
        let plan = plan([suite].into(), &Selection::default());
        assert_eq!(plan.missing_function(&plan.cells[0]), expected, "{metal:?}");
    }
}

#[test]
fn a_marker_of_the_test_and_of_several_values_is_one_marker() {
    const AXES: &[AxisSpec] = &[AxisSpec { name: "a", labels: &["a_1"] }, AxisSpec { name: "b", labels: &["b_1"] }];
    let implied = vec![vec![vec!["b", "c"]], vec![vec!["c"]]];
    let spec = TestSpec { axes: AXES, implied, backends: Some(&["mlx"]), ..test("t", &["b"]) };
    let plan = plan([suite(vec![spec])].into(), &Selection::default());
    assert_eq!(plan.markers(&plan.cells[0]), ["b", "c"]);
}

#[test]
fn a_function_selects_the_tests_that_are_about_it() {
    let about = |name: &str, of| TestSpec { of, backends: Some(&["mlx"]), ..test(name, &[]) };
    let tests = vec![about("t", Some("add")), about("u", Some("mul")), about("v", None)];
    let selection = Selection { functions: vec!["mul".to_owned()], ..Selection::default() };
    assert_eq!(names(tests, &selection), ["ops::u::mlx"]);
}

#[test]
fn a_cell_is_small() {
    assert!(size_of::<Cell>() <= 24, "{}", size_of::<Cell>());
}

/// Every kind of row, whether bodies are contained, and whether the matrix is set aside.
#[test]
fn a_body_that_takes_its_process_down_is_run_only_where_it_is_contained() {
    use crate::suite::expectation::{Bounds, Failure};

    let expecting = |failure| Exclusion::XFail { failure, text: None, bounds: Bounds::ANY };
    let failures = [None].into_iter().chain(Failure::ALL.map(Some));
    let kinds =
        failures.map(|failure| (expecting(failure), matches!(failure, Some(Failure::Crash | Failure::Timeout))));
    for (kind, grave) in kinds.chain([(Exclusion::Skip, false), (Exclusion::Flaky, false)]) {
        for (contained, run_excluded) in [(false, false), (false, true), (true, false), (true, true)] {
            let suite = SuiteSpec { rows: vec![row("mlx", "a", kind.clone())], ..suite(vec![test("t", &["a"])]) };
            let selection = Selection { contained, run_excluded, ..Selection::default() };
            let plan = plan([suite].into(), &selection);
            let cell = plan.cells.iter().find(|cell| plan.backend(cell) == "mlx").unwrap();
            let skipped = kind == Exclusion::Skip && !run_excluded;
            assert_eq!(cell.decision.runs(), !skipped && (contained || !grave), "{kind:?} {contained} {run_excluded}");
            assert_eq!(cell.decision == Decision::Uncontained(0), grave && !contained, "{kind:?} {contained}");
        }
    }
}
