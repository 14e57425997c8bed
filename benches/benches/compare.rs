//! What it costs to compare two arrays that agree, beside what it costs to read them.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use crosscheck::compare::{Tolerance, elements};

const COUNT: usize = 1_000_000;

fn comparing(criterion: &mut Criterion) {
    let expected: Vec<f32> = (0..COUNT).map(|at| at as f32 * 0.5).collect();
    let actual: Vec<f32> = expected.iter().map(|x| x * (1.0 + f32::EPSILON)).collect();
    let mut group = criterion.benchmark_group("compare");
    group.throughput(Throughput::Bytes(2 * 4 * COUNT as u64));
    group.bench_function("read", |bencher| {
        bencher.iter(|| black_box(&actual).iter().zip(black_box(&expected)).map(|(a, b)| a + b).sum::<f32>());
    });
    group.bench_function("elements", |bencher| {
        let widen = |values: &[f32]| values.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
        let (actual, expected) = (widen(&actual), widen(&expected));
        let array = |values| ("f32", &[COUNT][..], values);
        bencher.iter(|| {
            let (actual, expected) = (actual.iter().copied(), expected.iter().copied());
            elements(array(black_box(actual)), array(black_box(expected)), &Tolerance::F32)
        });
    });
    group.finish();
}

criterion_group!(benches, comparing);
criterion_main!(benches);
