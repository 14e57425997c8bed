//! Decoding side by side: the same file, prompt, number of tokens and threads, in turn, so that what else the machine does
//! hits all of them.

use std::time::Duration;

use crosscheck_inference::model::Form;
#[cfg(feature = "candle")]
use crosscheck_inference_benches::candle::Candle;
use crosscheck_inference_benches::llama_cpp::LlamaCpp;
use crosscheck_inference_benches::ours::{Ours, Share};
use crosscheck_inference_benches::threads::{self, THREADS};
use crosscheck_inference_benches::{Contender, Model, Result, Run, backends, median, percentile};

const PROMPT: usize = 32;
const TOKENS: usize = 64;
const ROUNDS: usize = 7;
/// How many of the first tokens are compared.
const COMPARED: usize = 32;
/// Between two runs: threads of the one before that wait for more work busily give up in that time.
const PAUSE: Duration = Duration::from_millis(200);

fn main() {
    if let Some(code) = threads::limit() {
        std::process::exit(code);
    }
    let model = match Model::smollm2() {
        Ok(model) => model,
        Err(reason) => return println!("not measured: SmolLM2, because {reason}"),
    };
    if let Err(error) = measure(&model) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

/// What is measured, besides ours.
fn others(model: &Model) -> Vec<Box<dyn Contender>> {
    let mut others: Vec<Box<dyn Contender>> = Vec::new();
    #[cfg(feature = "candle")]
    match Candle::load(&model.path) {
        Ok(candle) => others.push(Box::new(candle)),
        Err(reason) => println!("not measured: candle, because {reason}"),
    }
    if cfg!(not(feature = "candle")) {
        println!("not measured: candle, because the feature `candle` is off");
    }
    match LlamaCpp::load(&model.path) {
        Ok(llama_cpp) => others.push(Box::new(llama_cpp)),
        Err(reason) => println!("not measured: llama.cpp, because {reason}"),
    }
    others
}

fn measure(model: &Model) -> Result<()> {
    let mut ours = Vec::new();
    // The reference is for what is right, not for a model of this size.
    for (backend, kernels) in backends().into_iter().filter(|(backend, _)| *backend != "reference") {
        for form in [Form::Stored, Form::Dense, Form::Measured] {
            ours.push(Ours::load(model, backend, kernels.device()?, form)?);
        }
    }
    let mut others = others(model);
    let prompt = model.prompt(PROMPT);
    let mut runs: Vec<Vec<Run>> = vec![Vec::new(); ours.len() + others.len()];
    // The first round is for caches and page tables, and is not counted.
    for round in 0..=ROUNDS {
        let all = ours.iter_mut().map(|ours| ours as &mut dyn Contender);
        let all = all.chain(others.iter_mut().map(|other| &mut **other as &mut dyn Contender));
        for (contender, runs) in all.zip(&mut runs) {
            std::thread::sleep(PAUSE);
            let run = contender.run(&prompt, TOKENS)?;
            if round > 0 {
                runs.push(run);
            }
        }
    }
    println!(
        "\n{}: {PROMPT} tokens read, {TOKENS} decoded greedily, {THREADS} threads each, {ROUNDS} rounds in turn\n",
        model.name
    );
    let names = ours.iter().map(Contender::name).chain(others.iter().map(|other| other.name()));
    let rows: Vec<_> = names.zip(&runs).map(|(name, runs)| Row::new(name, runs)).collect();
    table(&rows);
    shares(&ours, &prompt)
}

struct Row {
    name: String,
    tokens: Vec<u32>,
    /// Of all rounds: least, median, most.
    rates: [f64; 3],
    step: Duration,
    slow_step: Duration,
    first: Duration,
}

impl Row {
    fn new(name: String, runs: &[Run]) -> Self {
        let mut rates: Vec<_> = runs.iter().map(Run::rate).collect();
        rates.sort_unstable_by(f64::total_cmp);
        let steps: Vec<_> = runs.iter().flat_map(Run::steps).collect();
        let first: Vec<_> = runs.iter().map(Run::first).collect();
        Self {
            name,
            tokens: runs[0].tokens.clone(),
            rates: [rates[0], rates[rates.len() / 2], rates[rates.len() - 1]],
            step: median(&steps),
            slow_step: percentile(&steps, 95),
            first: median(&first),
        }
    }
}

fn table(rows: &[Row]) {
    let milliseconds = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
    let mut head: Vec<String> =
        ["", "tokens/s", "least..most", "ms a token", "p95", "first ms"].map(str::to_owned).to_vec();
    // The last ones are what the others are measured by.
    let by: Vec<_> = rows.iter().filter(|row| !row.name.starts_with("mlx")).collect();
    head.extend(by.iter().map(|row| format!("of {}", row.name.split([',', ' ']).next().unwrap_or_default())));
    head.push(format!("first {COMPARED} as the last row"));
    let mut lines = vec![head];
    for row in rows {
        let [least, middle, most] = row.rates;
        let mut line = vec![
            row.name.clone(),
            format!("{middle:.1}"),
            format!("{least:.1}..{most:.1}"),
            milliseconds(row.step),
            milliseconds(row.slow_step),
            milliseconds(row.first),
        ];
        line.extend(by.iter().map(|by| format!("{:.2}", middle / by.rates[1])));
        let last = &rows[rows.len() - 1].tokens;
        let equal = row.tokens.iter().zip(last).take(COMPARED).take_while(|(a, b)| a == b).count();
        line.push(equal.to_string());
        lines.push(line);
    }
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    for line in &lines {
        let cells = line.iter().enumerate().map(|(column, cell)| match column {
            0 => format!("{cell:<0$}", width(column)),
            _ => format!("{cell:>0$}", width(column)),
        });
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// Where the time of a token goes: of the round with the median of what is outside of the evaluation.
fn shares(ours: &[Ours], prompt: &[u32]) -> Result<()> {
    println!("\nWhat is ours of the time of a token:");
    for ours in ours {
        let mut shares: Vec<Share> = ours.shares()[1..].to_vec();
        shares.sort_unstable_by(|a, b| a.outside().total_cmp(&b.outside()));
        let [least, share, most] = [0, shares.len() / 2, shares.len() - 1].map(|at| shares[at]);
        let each = |time: Duration| format!("{:.0} µs", time.as_secs_f64() * 1e6 / share.tokens as f64);
        let Share { total, split, text, tokens } = share;
        let rest = total.saturating_sub(split.evaluating + split.noting + split.fetching);
        let [once, twice] = ours.noting_twice(prompt, TOKENS, ROUNDS)?;
        let longer = 100.0 * (twice.as_secs_f64() / once.as_secs_f64() - 1.0);
        let outside = 100.0 * share.outside();
        println!(
            "{}: {:.1} %, of which {outside:.1} % ({:.1}..{:.1}) outside of MLX's evaluation: {} of noting, {} logits fetched, \
             {} sampling, cache and channel, {} text; and {longer:.1} % that {} operations, noted while MLX computes, cost: \
             {:.2} instead of {:.2} ms a token when noted twice",
            ours.name(),
            outside + longer,
            100.0 * least.outside(),
            100.0 * most.outside(),
            each(split.noting),
            each(split.fetching),
            each(rest),
            each(text),
            split.launches / tokens,
            twice.as_secs_f64() * 1e3,
            once.as_secs_f64() * 1e3,
        );
    }
    Ok(())
}
