//! Tokens a second, the latency of each, and the time to the first, through the engine as a program uses it.

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use crosscheck_backends::Kernels;
use crosscheck_inference::model::Form;
use crosscheck_inference_benches::ours::Ours;
use crosscheck_inference_benches::{Contender, Model, backends, median, percentile};

/// How many tokens are read before the decoded ones.
const PROMPT: usize = 16;
/// How many tokens a session decodes at most.
const LENGTH: usize = 64;
const PROMPTS: [usize; 3] = [16, 128, 512];

fn decoding(criterion: &mut Criterion) {
    let backends = backends();
    let tiny = Model::tiny();
    for (backend, kernels) in &backends {
        model(criterion, &tiny, backend, &**kernels, &[Form::Dense]);
    }
    match Model::smollm2() {
        // The reference is for what is right, not for a model of this size.
        Ok(smollm2) => {
            for (backend, kernels) in backends.iter().filter(|(backend, _)| *backend != "reference") {
                model(criterion, &smollm2, backend, &**kernels, &[Form::Stored, Form::Dense]);
            }
        }
        Err(reason) => println!("not measured: SmolLM2, because {reason}"),
    }
}

fn model(criterion: &mut Criterion, model: &Model, backend: &str, kernels: &dyn Kernels, forms: &[Form]) {
    for form in forms {
        let device = kernels.device().expect("backends of this crate have devices");
        let mut ours = Ours::load(model, backend, device, *form).expect("the model loads");
        let mut group = criterion.benchmark_group(format!("decode/{}/{}", model.name, ours.name()));
        group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
        group.throughput(Throughput::Elements(1));
        let prompt = model.prompt(PROMPT);
        let mut steps = Vec::new();
        group.bench_function("token", |bencher| {
            bencher.iter_custom(|iterations| {
                let (mut left, mut total) = (iterations as usize, Duration::ZERO);
                while left > 0 {
                    let run = ours.run(&prompt, 1 + left.min(LENGTH)).expect("the model computes");
                    left -= run.tokens.len() - 1;
                    total += run.steps().sum::<Duration>();
                    steps.extend(run.steps());
                }
                total
            });
        });
        // None when the command line names others.
        if !steps.is_empty() {
            println!("latency of a token: median {:?}, p95 {:?}", median(&steps), percentile(&steps, 95));
        }
        for length in PROMPTS {
            let prompt = model.prompt(length);
            group.throughput(Throughput::Elements(length as u64));
            group.bench_with_input(BenchmarkId::new("first_token", length), &prompt, |bencher, prompt| {
                bencher.iter_custom(|iterations| {
                    let once = || {
                        let begin = Instant::now();
                        ours.run(prompt, 1).expect("the model computes");
                        begin.elapsed()
                    };
                    std::iter::repeat_with(once).take(iterations as usize).sum()
                });
            });
        }
        group.finish();
    }
}

#[cfg(feature = "flamegraph")]
fn criterion() -> Criterion {
    Criterion::default().with_profiler(crosscheck_inference_benches::flame::Flames::default())
}

#[cfg(not(feature = "flamegraph"))]
fn criterion() -> Criterion {
    Criterion::default()
}

criterion_group!(name = benches; config = criterion(); targets = decoding);
criterion_main!(benches);
