//! The runtime of this repository, as a program uses it: an engine, a session, a stream of tokens, their text.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crosscheck_backends::device::Device;
use crosscheck_inference::generate::{Engine, Options};
use crosscheck_inference::model::{Form, Llama};
use crosscheck_inference::tokenizer::{Show, Tokenizer};

use crate::{Contender, Model, Result, Run, Split, Splitting, median};

/// A model in an engine.
pub struct Ours {
    name: String,
    engine: Engine,
    device: Arc<Splitting>,
    tokenizer: Tokenizer,
    shares: Vec<Share>,
}

/// What the tokens of one generation after the first took, and where.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// All of it.
    pub total: Duration,
    /// The device's part.
    pub split: Split,
    /// The making of text, which the reader does while the engine computes.
    pub text: Duration,
    /// How many tokens.
    pub tokens: usize,
}

impl Share {
    /// What is outside of the device's evaluation, of all, and the text although no one waits for it.
    pub fn outside(&self) -> f64 {
        (self.total.saturating_sub(self.split.evaluating) + self.text).div_duration_f64(self.total)
    }
}

impl Ours {
    /// Loads a model into a device's memory.
    ///
    /// # Errors
    /// When that fails.
    pub fn load(model: &Model, backend: &str, device: Arc<dyn Device>, form: Form) -> Result<Self> {
        let device = Arc::new(Splitting::new(device));
        let llama = Llama::load(&model.weights, &*device, form, &mut |_, _| ())?;
        let form = match form {
            Form::Stored => "as stored",
            Form::Dense => "as 32-bit floats",
            Form::Measured => "as measured",
        };
        Ok(Self {
            name: format!("{backend}, {form}"),
            engine: Engine::start(llama, Arc::clone(&device) as Arc<dyn Device>)?,
            device,
            tokenizer: model.tokenizer().clone(),
            shares: Vec::new(),
        })
    }

    /// What a token takes when its operations are noted once and when they are noted twice: medians of tokens in turn.
    ///
    /// # Errors
    /// When a run fails.
    pub fn noting_twice(&self, prompt: &[u32], tokens: usize, runs: usize) -> Result<[Duration; 2]> {
        let mut steps = [Vec::new(), Vec::new()];
        self.device.note_twice_alternately(true);
        for _ in 0..runs {
            drop(self.device.marks());
            let options = Options { max_tokens: tokens, ..Options::default() };
            let mut stream = self.engine.session().generate(prompt, &options)?;
            while let Some(token) = stream.next_blocking() {
                token?;
            }
            for pair in self.device.marks().windows(2) {
                steps[usize::from(pair[1].twice)].push(pair[1].at - pair[0].at);
            }
        }
        self.device.note_twice_alternately(false);
        Ok(steps.map(|steps| median(&steps)))
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Of each run so far.
    pub fn shares(&self) -> &[Share] {
        &self.shares
    }
}

impl Contender for Ours {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn run(&mut self, prompt: &[u32], tokens: usize) -> Result<Run> {
        let mut session = self.engine.session();
        let options = Options { max_tokens: tokens, ..Options::default() };
        let mut decoder = self.tokenizer.stream(Show::Special);
        let (mut run, mut text) = (Run { tokens: Vec::new(), at: Vec::new() }, Duration::ZERO);
        drop(self.device.marks());
        let begin = Instant::now();
        let mut stream = session.generate(prompt, &options)?;
        while let Some(token) = stream.next_blocking() {
            run.at.push(begin.elapsed());
            run.tokens.push(token?);
            let received = Instant::now();
            std::hint::black_box(decoder.push(run.tokens[run.tokens.len() - 1])?);
            text += received.elapsed();
        }
        // From the logits of the first token to those of the last: as often each part of what a token takes.
        if let [begin, .., end] = self.device.marks()[..] {
            let split = end.split.since(begin.split);
            self.shares.push(Share { total: end.at - begin.at, split, text, tokens: tokens - 1 });
        }
        Ok(run)
    }
}
