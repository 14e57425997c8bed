//! What a cell costs besides its body: planned, run behind a catch, judged, recorded in a file.

use std::any::{Any, TypeId};
use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use crosscheck::internals::{
    BackendSpec, Bodies, BoxError, Exclusion, FeatureSpec, Fingerprint, Instance, Journal, Line, Origin, Returned, Row,
    RunConfig, Selection, Session, Start, SuiteSpec, TestSpec, cell_record, plan,
};
use crosscheck::{Date, Unavailable};

const HERE: Origin = Origin { module: "suite::ops", file: "ops.rs", line: 1 };
const MARKERS: [&str; 4] = ["float64", "dynamic_offsets", "empty_tensors", "quantization"];
const BACKENDS: [&str; 3] = ["reference", "mlx_cpu", "mlx_metal"];

/// 10,000 tests on three backends, each of which uses a feature; one row skips, one expects a failure.
fn suite() -> Arc<[SuiteSpec]> {
    let test = |number: usize| TestSpec {
        markers: vec![MARKERS[number % 4]],
        ..TestSpec::new(format!("ops::group_{}::test_{number}", number % 100), HERE)
    };
    let row = |backend, marker, kind| Row::new(backend, marker, kind, "'{marker}' on '{backend}'").unwrap();
    [SuiteSpec {
        features: MARKERS.map(|marker| FeatureSpec { marker, description: marker }).to_vec(),
        backends: BACKENDS.map(|name| BackendSpec::new(name, HERE)).to_vec(),
        tests: (0..10_000).map(test).collect(),
        rows: vec![row("mlx_metal", "float64", Exclusion::Skip), row("mlx_cpu", "quantization", Exclusion::XFAIL)],
        ..SuiteSpec::new("dyn Kernels", "reference")
    }]
    .into()
}

/// Checks with empty bodies.
struct Empty;

impl Bodies for Empty {
    fn open(&self, _: usize) -> Result<Instance, Unavailable> {
        Ok(Box::new(()) as Box<dyn Any + Send + Sync>)
    }
    fn call(&self, _: usize, _: &[usize], _: &Instance) -> Result<Returned, BoxError> {
        Ok(Returned::Nothing)
    }
    fn terms(&self, _: usize, _: &[usize]) -> crosscheck::compare::Terms<'static> {
        crosscheck::compare::Terms::DEFAULT
    }
    fn unimplemented_function(&self, _: &BoxError) -> Option<String> {
        None
    }
    fn expects_constant(&self, _: usize, _: &[usize]) -> bool {
        false
    }
    fn contents(&self) -> Vec<u64> {
        Vec::new()
    }
    fn points(&self, _: usize) -> Option<&'static [u32]> {
        None
    }

    fn has_mark(&self, _: usize, _: (&str, u32)) -> bool {
        false
    }

    fn is_mark(&self, _: (&str, u32)) -> bool {
        false
    }
    fn ask(&self, _: usize, _: &Instance) -> bool {
        false
    }
    fn about(&self, _: &Instance) -> Option<String> {
        None
    }
    fn take_receipt(&self, _: &Instance) -> Option<crosscheck::Receipt> {
        None
    }
    fn subject(&self) -> TypeId {
        TypeId::of::<()>()
    }
}

fn running(criterion: &mut Criterion) {
    let suite = suite();
    let folder = std::env::temp_dir().join(format!("crosscheck-bench-{}", std::process::id()));
    let journal =
        || Journal::open(&folder.join("run.jsonl"), Start::now("benches", "bench", Fingerprint::default())).unwrap();
    let today = Date::parse("2026-01-01").unwrap();
    let mut group = criterion.benchmark_group("cell");
    // Per cell: 30,000 of them, one iteration.
    group.throughput(Throughput::Elements(30_000));
    group.sample_size(20);
    group.bench_function("plan_catch_judge_record", |bencher| {
        bencher.iter_batched(
            journal,
            |mut journal| {
                let plan = plan(Arc::clone(&suite), &Selection::default());
                let session = Session::new(plan, vec![Box::new(Empty)], RunConfig::on(today));
                for cell in &session.plan.cells {
                    let finished = session.run(cell);
                    journal.write(&Line::Cell(Box::new(cell_record(&session.plan, cell, &finished)))).unwrap();
                }
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("plan_catch_judge", |bencher| {
        bencher.iter(|| {
            let plan = plan(Arc::clone(&suite), &Selection::default());
            let session = Session::new(plan, vec![Box::new(Empty)], RunConfig::on(today));
            session.plan.cells.iter().map(|cell| session.run(cell)).for_each(|finished| drop(black_box(finished)));
        });
    });
    group.finish();
    std::fs::remove_dir_all(folder).unwrap();
}

criterion_group!(benches, running);
criterion_main!(benches);
