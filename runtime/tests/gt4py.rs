//! The planner against GT4Py: its real matrix as rows, and for each real set of markers and each backend its own decision.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crosscheck::internals::{
    BackendSpec, Decision, Exclusion, Origin, Row, Selection, SuiteSpec, TestSpec, plan, resolve, shadowed,
};
use serde::Deserialize;

const HERE: Origin = Origin { module: "gt4py", file: "gt4py.rs", line: 1 };

/// A decision of GT4Py's own fixture.
#[derive(Debug, Deserialize)]
struct Cell {
    markers: Vec<String>,
    backend: String,
    action: String,
    marker: Option<String>,
    message: Option<String>,
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/gt4py").join(name)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of the matrix, in its order.
fn rows() -> Vec<Row> {
    type Matrix = serde_json::Map<String, serde_json::Value>;
    let matrix: Matrix = serde_json::from_str(&read(&fixture("matrix.json"))).unwrap();
    let rows = matrix.into_iter().flat_map(|(backend, rows)| {
        let rows: Vec<(String, String, String)> = serde_json::from_value(rows).unwrap();
        rows.into_iter().map(move |(marker, kind, template)| {
            let kind = match kind.as_str() {
                "xfail" => Exclusion::XFAIL,
                "skip" => Exclusion::Skip,
                other => panic!("{backend} {marker}: an unknown kind of row: {other}"),
            };
            Row::new(&backend, &marker, kind, &template).unwrap()
        })
    });
    rows.collect()
}

fn cells() -> Vec<Cell> {
    let path = std::env::var_os("GT4PY_CELLS").map_or_else(|| fixture("cells.jsonl"), PathBuf::from);
    let text = read(&path);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parse = |(at, line): (usize, &str)| {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{}:{}: {error}", path.display(), at + 1))
    };
    lines.map(parse).collect()
}

/// The names of backends and markers live as long as the program, as those of a typed suite do.
fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

#[test]
fn every_cell_has_the_action_the_marker_and_the_message_that_gt4py_gives_it() {
    let cells = cells();
    assert!(!cells.is_empty());
    // A test a set of markers, on every backend.
    let mut sets: Vec<_> = cells.iter().map(|cell| cell.markers.clone()).collect();
    sets.sort();
    sets.dedup();
    let mut backends: Vec<_> = cells.iter().map(|cell| cell.backend.as_str()).collect();
    backends.sort_unstable();
    backends.dedup();
    let tests = sets.iter().enumerate().map(|(number, markers)| TestSpec {
        markers: markers.iter().map(|marker| leak(marker)).collect(),
        ..TestSpec::new(format!("test_{number}"), HERE)
    });
    let rows = rows();
    let suite = SuiteSpec {
        backends: backends.iter().map(|name| BackendSpec::new(leak(name), HERE)).collect(),
        tests: tests.collect(),
        rows: rows.clone(),
        ..SuiteSpec::new("gt4py", "None")
    };
    let plan = plan([suite].into(), &Selection::default());
    let planned: BTreeMap<_, _> = plan
        .cells
        .iter()
        .map(|cell| ((plan.test(cell).path.clone(), plan.backend(cell)), (cell.decision, plan.row(cell))))
        .collect();
    assert_eq!(planned.len(), sets.len() * backends.len());

    for cell in &cells {
        let number = sets.binary_search(&cell.markers).unwrap();
        let (decision, row) = planned[&(format!("test_{number}"), cell.backend.as_str())];
        let action = match decision {
            Decision::Run => "run",
            Decision::XFail(_) => "xfail",
            Decision::Skip(_) => "skip",
            other => panic!("{cell:?}: {other:?}"),
        };
        assert_eq!(action, cell.action, "{cell:?}");
        assert_eq!(row.map(|row| &*row.marker), cell.marker.as_deref(), "{cell:?}");
        assert_eq!(row.map(|row| row.message.as_str()), cell.message.as_deref(), "{cell:?}");
        // The same without a plan.
        let markers: Vec<_> = cell.markers.iter().map(String::as_str).collect();
        let resolved = resolve(&rows, &cell.backend, &markers).map(|at| rows[at].message.as_str());
        assert_eq!(resolved, cell.message.as_deref(), "{cell:?}");
    }
}

#[test]
fn the_rows_that_gt4py_shadows_are_found() {
    let rows = rows();
    assert_eq!(rows.len(), 111);
    let mut backends: Vec<_> = rows.iter().map(|row| row.backend.as_ref()).collect();
    backends.dedup();
    assert_eq!(backends.len(), 15, "{backends:?}");
    let name = |at: usize| (rows[at].backend.rsplit('.').next().unwrap().to_owned(), rows[at].marker.as_ref());
    let found: Vec<_> = shadowed(&rows).into_iter().map(|(row, by)| (name(row), name(by).1)).collect();
    let twice = "uses_strided_neighbor_offset";
    let expected = ["run_gtfn", "run_gtfn_imperative", "run_gtfn_gpu", "with_temporaries"]
        .map(|backend| ((backend.to_owned(), twice), twice));
    assert_eq!(found, expected);
}
