use super::*;
use crate::execute::Observation;
use crate::judge::Finished;
use crate::judge::Judgement;
use crate::plan::{Cell, Selection, plan};
use crate::suite::row::{Exclusion, Row};
use crate::suite::spec::{AxisSpec, BackendSpec, FeatureSpec, Origin, TestSpec};

const HERE: Origin = Origin { module: "suite", file: "a.rs", line: 1 };

/// `plain` uses no feature, `both` uses two, and `mlx` skips the second one; no test uses `c`.
fn suite() -> SuiteSpec {
    let test =
        |path: &str, markers: &[&'static str]| TestSpec { markers: markers.to_vec(), ..TestSpec::new(path, HERE) };
    SuiteSpec {
        features: ["a", "b", "c"].map(|marker| FeatureSpec { marker, description: marker }).to_vec(),
        backends: ["reference", "mlx"].map(|name| BackendSpec::new(name, HERE)).to_vec(),
        tests: vec![test("both", &["b", "a"]), test("one", &["a"]), test("plain", &[])],
        excluding: vec![("mlx", HERE)],
        rows: vec![Row::new("mlx", "b", Exclusion::Skip, "no b").unwrap()],
        ..SuiteSpec::new("dyn Ops", "reference")
    }
}

/// The table without its lines, a row a line, the blanks between two columns as one bar.
fn rows(table: &str) -> Vec<String> {
    let cells = table.lines().filter(|line| !line.starts_with(['─', '═']));
    cells
        .map(|line| line.trim().split("  ").filter(|it| !it.is_empty()).map(str::trim).collect::<Vec<_>>().join("|"))
        .collect()
}

#[test]
fn a_plan_is_counted_by_feature_and_backend_and_each_cell_once_in_all() {
    let plan = plan([suite()].into(), &Selection::default());
    assert_eq!(
        rows(&of_plan(&plan)),
        [
            "feature|reference|mlx",
            "(no feature)|1 run|1 run",
            "a|2 run|1 run",
            "1 skip",
            "b|1 run|1 skip",
            "all cells|3 run|2 run",
            "1 skip",
        ],
    );
}

/// Also where the rows are set aside.
#[test]
fn a_cell_is_counted_at_the_features_that_its_values_carry() {
    const TWO: &[AxisSpec] = &[AxisSpec { name: "n", labels: &["n_1", "n_2"] }];
    let implied = vec![vec![vec![], vec!["b"]]];
    let test = TestSpec { axes: TWO, implied, ..TestSpec::new("carrying", HERE) };
    let rows_of = |run_excluded| {
        let selection = Selection { run_excluded, ..Selection::default() };
        rows(&of_plan(&plan([SuiteSpec { tests: vec![test.clone()], ..suite() }].into(), &selection)))
    };
    let head = ["feature|reference|mlx", "(no feature)|1 run|1 run"];
    assert_eq!(rows_of(false), [&head[..], &["b|1 run|1 skip", "all cells|2 run|1 run", "1 skip"]].concat());
    assert_eq!(rows_of(true), [&head[..], &["b|1 run|1 run", "all cells|2 run|2 run"]].concat());
}

#[test]
fn a_run_is_counted_by_what_became_of_it() {
    let suites = [suite()];
    let plan = plan([suite()].into(), &Selection::default());
    let outcomes = |name: &str| match name {
        "both::mlx" => Outcome::Skipped,
        "one::mlx" => Outcome::XPassed,
        "plain::mlx" => Outcome::Failed,
        _ => Outcome::Passed,
    };
    let record = |cell: &Cell| {
        let judgement = Judgement { outcome: outcomes(&plan.name(cell)), reason: String::new() };
        let finished = Finished {
            observation: Observation::NotRun,
            judgement,
            decision: cell.decision,
            answers: crate::execute::Answers::default(),
            with_row: None,
            seed: None,
            scalar: None,
            duration_us: 0,
        };
        CellRecord::new(&plan, cell, &finished)
    };
    let cells: Vec<_> = plan.cells.iter().map(record).collect();
    assert_eq!(
        rows(&of_run(&suites, &cells)),
        [
            "feature|reference|mlx",
            "(no feature)|1 passed|1 FAILED",
            "a|2 passed|1 skipped",
            "1 XPASSED",
            "b|1 passed|1 skipped",
            "all cells|3 passed|1 skipped",
            "1 FAILED",
            "1 XPASSED",
        ],
    );
}

#[test]
fn rows_and_columns_without_a_cell_are_left_out_and_so_are_suites() {
    let other = SuiteSpec { subject: "dyn Other", tests: vec![], ..suite() };
    let selection = Selection { backends: vec!["mlx".to_owned()], ..Selection::default() };
    let plan = plan([other, SuiteSpec { tests: suite().tests.split_off(2), ..suite() }].into(), &selection);
    assert_eq!(rows(&of_plan(&plan)), ["feature|mlx", "(no feature)|1 run", "all cells|1 run"]);
}
