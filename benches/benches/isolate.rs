//! What it costs to run cells in processes of their own: 10,000 trivial cells there and in the process of the run, and 100
//! crashes. An expected crash costs what any other one does: a process.

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};

/// One run of these cells, as a user starts it, in two threads.
fn run(arguments: &[&str]) -> Duration {
    let record = std::env::temp_dir().join(format!("crosscheck-bench-isolate-{}.jsonl", std::process::id()));
    let started = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_cells"))
        .args(["--format", "terse", "--test-threads", "2"])
        .args(arguments)
        .env("CROSSCHECK_RECORD", &record)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let took = started.elapsed();
    assert!(status.is_ok_and(|status| status.success()));
    std::fs::remove_file(record).unwrap();
    took
}

fn isolation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("isolate");
    group.sample_size(10);
    let runs: [(&str, &[&str], u32); 3] = [
        ("a_trivial_cell_in_process", &["trivial"], 10_000),
        ("a_trivial_cell_isolated", &["trivial", "--isolate"], 10_000),
        ("a_crash", &["crash"], 100),
    ];
    let mut least = [Duration::MAX; 3];
    for (at, (name, arguments, cells)) in runs.into_iter().enumerate() {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|iterations| {
                let mut total = Duration::ZERO;
                for _ in 0..iterations {
                    let took = black_box(run(arguments)) / cells;
                    least[at] = least[at].min(took);
                    total += took;
                }
                total
            });
        });
    }
    group.finish();
    let [in_process, isolated, crash] = least;
    println!("isolation costs {:?} a cell at the least, a crash {crash:?}", isolated.saturating_sub(in_process));
}

criterion_group!(benches, isolation);
criterion_main!(benches);
