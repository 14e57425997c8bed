//! One stage, a number of times: `pieces plan 3`. The difference of two numbers is what the stage takes.

use std::any::{Any, TypeId};
use std::hint::black_box;
use std::sync::Arc;

use crosscheck::compare::{Leaves, Terms};
use crosscheck::internals::{
    BackendSpec, Bodies, BoxError, Exclusion, FeatureSpec, Instance, Origin, Returned, Row, RunConfig, Selection,
    Session, SuiteSpec, TestSpec, cell_record, compare, plan,
};
use crosscheck::{Date, Unavailable};

const HERE: Origin = Origin { module: "suite::ops", file: "ops.rs", line: 1 };
const MARKERS: [&str; 4] = ["float64", "dynamic_offsets", "empty_tensors", "quantization"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [stage, times] = &*arguments else { panic!("expected a stage and a number (got {arguments:?})") };
    let times: usize = times.parse().unwrap();
    match &**stage {
        "plan" => {
            let suite = suite();
            for _ in 0..times {
                black_box(plan(Arc::clone(&suite), &Selection::default()));
            }
        }
        "judge" => {
            let plan = plan(suite(), &Selection::default());
            let today = Date::parse("2026-01-01").unwrap();
            let session = Session::new(plan, vec![Box::new(Empty)], RunConfig::on(today));
            for _ in 0..times {
                for cell in &session.plan.cells {
                    black_box(cell_record(&session.plan, cell, &session.run(cell)));
                }
            }
        }
        "compare" => {
            // Every third number is one unit off, another third two.
            let expected: Vec<f32> = (0..100_000_u32).map(|at| 1.0 + (at % 1_000) as f32 * 0.5).collect();
            let off = |(at, x): (usize, &f32)| f32::from_bits(x.to_bits() + [0, 1, 2][at % 3]);
            let actual: Vec<f32> = expected.iter().enumerate().map(off).collect();
            for _ in 0..times {
                let (actual, expected) = (Leaves::of(black_box(&actual)), Leaves::of(black_box(&expected)));
                black_box(compare(&actual, &expected, &Terms::default())).unwrap();
            }
        }
        _ => panic!("unknown stage `{stage}`: there are plan, judge and compare"),
    }
}

/// 1,000 tests on three backends, each of which uses a feature; one row skips, one expects a failure.
fn suite() -> Arc<[SuiteSpec]> {
    let test = |number: usize| TestSpec {
        markers: vec![MARKERS[number % 4]],
        ..TestSpec::new(format!("ops::group_{}::test_{number}", number % 100), HERE)
    };
    let row = |backend, marker, kind| Row::new(backend, marker, kind, "'{marker}' on '{backend}'").unwrap();
    [SuiteSpec {
        features: MARKERS.map(|marker| FeatureSpec { marker, description: marker }).to_vec(),
        backends: ["reference", "one", "other"].map(|name| BackendSpec::new(name, HERE)).to_vec(),
        tests: (0..1_000).map(test).collect(),
        rows: vec![row("other", "float64", Exclusion::Skip), row("one", "quantization", Exclusion::XFAIL)],
        ..SuiteSpec::new("dyn Ops", "reference")
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
    fn terms(&self, _: usize, _: &[usize]) -> Terms<'static> {
        Terms::DEFAULT
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
