//! What it costs to compare two arrays that agree, beside what it costs to read them.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use crosscheck::compare::{Compare, Leaves, Terms, Tolerance};
use crosscheck::internals::{Data, Null, View, accepts_null, compare};
use half::f16;

const COUNT: usize = 10_000_000;

/// Every third number is one unit off, another third two.
fn arrays() -> (Vec<f32>, Vec<f32>) {
    let expected: Vec<f32> = (0..COUNT).map(|at| 1.0 + (at % 1_000) as f32 * 0.5).collect();
    let off = |at: usize, x: f32| f32::from_bits(x.to_bits() + (at % 3) as u32);
    (expected.iter().enumerate().map(|(at, x)| off(at, *x)).collect(), expected)
}

/// Compares two arrays of one dimension; they agree.
fn agree<'a, T>(actual: &'a Vec<T>, expected: &'a Vec<T>, terms: &Terms<'_>)
where
    Vec<T>: Compare,
{
    black_box(compare(&Leaves::of(black_box(actual)), &Leaves::of(black_box(expected)), terms)).unwrap();
}

fn comparing(criterion: &mut Criterion) {
    let (actual, expected) = arrays();
    let mut group = criterion.benchmark_group("compare");
    group.sample_size(20);
    group.throughput(Throughput::Bytes(2 * 4 * COUNT as u64));
    group.bench_function("read", |bencher| {
        bencher.iter(|| black_box(&actual).iter().zip(black_box(&expected)).map(|(a, b)| a + b).sum::<f32>());
    });
    // The same additions, but in an order that vector instructions can follow.
    group.bench_function("read_in_lanes", |bencher| {
        bencher.iter(|| {
            let (actual, expected) = (black_box(&actual).as_chunks::<16>().0, black_box(&expected).as_chunks::<16>().0);
            let mut sums = [0.0; 16];
            for (a, b) in actual.iter().zip(expected) {
                (0..16).for_each(|at| sums[at] += a[at] + b[at]);
            }
            sums.iter().sum::<f32>()
        });
    });
    let within = |tolerance| Terms::DEFAULT.all_floats(tolerance);
    group.bench_function("f32", |bencher| bencher.iter(|| agree(&actual, &expected, &Terms::default())));
    group.bench_function("f32_equal", |bencher| bencher.iter(|| agree(&expected, &expected, &Terms::default())));
    let tight = within(Tolerance::new(2.6e-7, 0.0));
    group.bench_function("f32_near_the_bound", |bencher| bencher.iter(|| agree(&actual, &expected, &tight)));
    let ulps = within(Tolerance::ulps(64.0));
    group.bench_function("f32_in_units", |bencher| bencher.iter(|| agree(&actual, &expected, &ulps)));
    let kept = Terms::DEFAULT.keep_subnormals();
    group.bench_function("f32_subnormals_kept", |bencher| bencher.iter(|| agree(&actual, &expected, &kept)));
    let transposed = |data| {
        let data: Data<'_> = Data::F32(data);
        Leaves::from(View::strided(data, &[10_000, 1_000][..], &[1, 10_000], 0).unwrap())
    };
    group.bench_function("f32_transposed", |bencher| {
        bencher.iter(|| compare(&transposed(&actual[..]), &transposed(&expected[..]), &Terms::default()).unwrap());
    });
    group.throughput(Throughput::Bytes(2 * 8 * COUNT as u64));
    let wide = |values: &[f32]| values.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
    let (actual_f64, expected_f64) = (wide(&actual), wide(&expected));
    let loose = within(Tolerance::F32);
    group.bench_function("f64", |bencher| bencher.iter(|| agree(&actual_f64, &expected_f64, &loose)));
    group.throughput(Throughput::Bytes(2 * 2 * COUNT as u64));
    let narrow: Vec<f16> = expected.iter().map(|x| f16::from_f32(*x)).collect();
    group.bench_function("f16", |bencher| bencher.iter(|| agree(&narrow, &narrow, &Terms::default())));
    group.throughput(Throughput::Bytes(2 * 4 * COUNT as u64));
    let integers: Vec<i32> = expected.iter().map(|x| *x as i32).collect();
    group.bench_function("i32", |bencher| bencher.iter(|| agree(&integers, &integers, &Terms::default())));
    group.bench_function("accepts_null", |bencher| {
        bencher.iter(|| assert_eq!(accepts_null(&Leaves::of(black_box(&expected)), &Terms::default()), None::<Null>));
    });
    group.finish();
}

criterion_group!(benches, comparing);
criterion_main!(benches);
