//! Asks a language model something, on one of the backends: `cargo xtask chat`.

#![forbid(unsafe_code)]

mod answer;
mod backend;
mod failure;
mod interrupt;
mod options;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use crosscheck_backends::device::Device;
use crosscheck_inference::generate::{self, Engine};
use crosscheck_inference::model::{Form, Llama};
use crosscheck_inference::sampler::{Sampler, Sampling};
use crosscheck_inference::tokenizer::{Message, Show, Special, Tokenizer, TokenizerError};
use crosscheck_inference::weights::Weights;
use futures_lite::future::block_on;
use indicatif::{ProgressBar, ProgressStyle};

use answer::{End, Statistics, seconds};
use failure::Failure;
use interrupt::Interrupts;
use options::Options;

fn main() -> ExitCode {
    let options = Options::parse();
    chat(&options).unwrap_or_else(|failure| {
        say(&format!("error: {failure}"));
        failure.status().into()
    })
}

/// All that can be refused is refused before the weights are loaded.
fn chat(options: &Options) -> Result<ExitCode, Failure> {
    let sampling = sampling(options);
    Sampler::new(sampling)?;
    let backend = backend::open(options.backend.as_deref())?;
    let path = options.model.as_deref().ok_or(Failure::NoModel)?;
    let weights = Weights::open(path)?;
    let tokenizer = tokenizer(&weights, path)?;
    tokenizer.check_against(weights.config().vocabulary)?;
    let prompt = prompt(&tokenizer, options)?;
    let context = weights.config().max_position_embeddings;
    if prompt.len() > context {
        return Err(Failure::LongPrompt { tokens: prompt.len(), context });
    }

    let device = backend.kernels.device()?;
    let model = load(&weights, &*device, options, &format!("{} on {}", name(path), backend.name))?;
    let engine = Engine::start(model, device).map_err(io_failure("starting a thread"))?;
    // Its thread would free the model's tensors while the process ends and takes MLX itself apart: so it goes on waiting.
    std::mem::forget(engine.clone());
    let interrupts = Interrupts::listen().map_err(io_failure("listening for interrupts"))?;
    let how = generate::Options {
        sampling,
        max_tokens: options.max_tokens.get(),
        stop: tokenizer.ends().to_vec(),
        ..generate::Options::default()
    };
    let mut session = engine.session();
    let mut statistics = Statistics::new(prompt.len());
    let stream = session.generate(&prompt, &how)?;
    let printed = block_on(statistics.print(stream, tokenizer.stream(Show::TextOnly), &interrupts));
    say(&statistics.to_string());
    engine.wait_until_idle();
    printed?;
    Ok(if statistics.end == End::Interrupted { interrupt::STATUS.into() } else { ExitCode::SUCCESS })
}

fn sampling(options: &Options) -> Sampling {
    let Options { temperature, top_k, top_p, repetition_penalty, seed, .. } = *options;
    Sampling { temperature, top_k: top_k.map(Into::into), top_p, repetition_penalty, seed }
}

/// A GGUF file has its tokenizer in itself, other models have it beside them.
fn tokenizer(weights: &Weights, path: &Path) -> Result<Tokenizer, Failure> {
    if let Some(vocabulary) = weights.vocabulary() {
        return Ok(Tokenizer::from_gguf(vocabulary)?);
    }
    if path.is_dir() {
        return Ok(Tokenizer::open(path)?);
    }
    if path.extension().is_some_and(|extension| extension == "safetensors") {
        return Ok(Tokenizer::open(path.with_file_name("tokenizer.json"))?);
    }
    Err(Failure::NoVocabulary(path.to_owned()))
}

/// The tokens of the prompt, as the model's chat template puts it.
fn prompt(tokenizer: &Tokenizer, options: &Options) -> Result<Vec<u32>, Failure> {
    let system = options.system.iter().map(|text| Message::new("system", text));
    let messages: Vec<_> = system.chain([Message::new("user", &options.prompt)]).collect();
    match tokenizer.chat(&messages, true) {
        Err(error @ TokenizerError::NoChatTemplate) if options.system.is_some() => Err(Failure::NoSystem(error)),
        Err(TokenizerError::NoChatTemplate) => {
            say("the model has no chat template: it is given the prompt to go on with");
            Ok(tokenizer.prompt(&options.prompt, Special::AsText)?)
        }
        tokens => Ok(tokens?),
    }
}

/// Copies the weights into the device's memory; meanwhile there is a bar on a terminal.
fn load(weights: &Weights, device: &dyn Device, options: &Options, what: &str) -> Result<Llama, Failure> {
    let form = match options.form {
        options::Form::Stored => Form::Stored,
        options::Form::Dense => Form::Dense,
        options::Form::Measured => Form::Measured,
    };
    let begin = Instant::now();
    let count = weights.parameters().count();
    let bar = ProgressBar::new(count as u64).with_message(format!("loading {what}"));
    bar.set_style(
        ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}").unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    if bar.is_hidden() {
        say(&format!("loading {what}"));
    }
    let model = Llama::load(weights, device, form, &mut |done, _| bar.set_position(done as u64));
    bar.finish_and_clear();
    let model = model?;
    say(&format!("{what}: {count} weights in {}", seconds(begin.elapsed())));
    Ok(model)
}

/// A model's name, for those who know its path.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A line on standard error. Where that is closed, nothing is said.
fn say(line: &str) {
    drop(writeln!(io::stderr(), "{line}"));
}

fn io_failure(doing: &'static str) -> impl FnOnce(io::Error) -> Failure {
    move |source| Failure::Io { doing, source }
}
