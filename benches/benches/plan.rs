//! What it costs to plan a cell, and to plan a single one of many.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use crosscheck::internals::{
    AxisSpec, BackendSpec, Exclusion, FeatureSpec, NameFilter, Origin, Row, Selection, SuiteSpec, TestSpec, plan,
};

const HERE: Origin = Origin { module: "suite::ops", file: "ops.rs", line: 1 };
const MARKERS: [&str; 4] = ["float64", "dynamic_offsets", "empty_tensors", "quantization"];

/// 10,000 tests on 3 backends, every fourth of which uses a feature that two backends exclude.
fn suite() -> Arc<[SuiteSpec]> {
    let tests = (0..10_000).map(|number| TestSpec {
        markers: vec![MARKERS[number % 4]],
        ..TestSpec::new(format!("ops::group_{}::test_{number}", number % 100), HERE)
    });
    let rows = ["mlx_cpu", "mlx_metal"]
        .map(|backend| Row::new(backend, "float64", Exclusion::Skip, "no 64-bit floats").unwrap());
    [SuiteSpec {
        features: MARKERS.map(|marker| FeatureSpec { marker, description: marker }).to_vec(),
        backends: ["reference", "mlx_cpu", "mlx_metal"].map(|name| BackendSpec::new(name, HERE)).to_vec(),
        tests: tests.collect(),
        rows: rows.to_vec(),
        ..SuiteSpec::new("dyn Kernels", "reference")
    }]
    .into()
}

/// The same with an axis of 34 values, of which two carry a feature where `carried` says so: more than a million cells.
fn million(carried: bool) -> Arc<[SuiteSpec]> {
    let labels: Vec<&'static str> = (0..34).map(|number| &*format!("n_{number}").leak()).collect();
    let axes: &'static [AxisSpec] = vec![AxisSpec { name: "n", labels: labels.leak() }].leak();
    let values = (0..34).map(|number| if number < 2 { vec![MARKERS[2 * number]] } else { vec![] });
    let implied = if carried { vec![values.collect()] } else { vec![] };
    let [suite] = &*suite() else { unreachable!("one suite") };
    let tests = suite.tests.iter().map(|test| TestSpec { axes, implied: implied.clone(), ..test.clone() });
    [SuiteSpec { tests: tests.collect(), ..suite.clone() }].into()
}

fn planning(criterion: &mut Criterion) {
    let suite = suite();
    let mut group = criterion.benchmark_group("plan");
    group.throughput(Throughput::Elements(30_000));
    group.bench_function("30000_cells", |bencher| {
        bencher.iter(|| plan(Arc::clone(&suite), black_box(&Selection::default())));
    });
    let filters = vec!["ops::group_42::test_4242::mlx_cpu".to_owned()];
    let one = Selection { names: NameFilter { filters, skip: vec![], exact: true }, ..Selection::default() };
    group.bench_function("1_of_30000_cells", |bencher| {
        bencher.iter(|| plan(Arc::clone(&suite), black_box(&one)));
    });
    for (name, carried) in [("1020000_cells", false), ("1020000_cells_of_values_that_carry_features", true)] {
        let suite = million(carried);
        let plan_all = || plan(Arc::clone(&suite), black_box(&Selection::default()));
        let planned = plan_all();
        let bytes = planned.cells.capacity() * size_of_val(&planned.cells[0]) / planned.cells.len();
        eprintln!("plan/{name}: {} cells, {bytes} bytes a cell", planned.cells.len());
        group.throughput(Throughput::Elements(planned.cells.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(plan_all));
    }
    group.finish();
}

criterion_group!(benches, planning);
criterion_main!(benches);
