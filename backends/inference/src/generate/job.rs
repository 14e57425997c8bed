//! One generation.

use std::sync::{Arc, OnceLock};

use async_channel::Sender;
use crosscheck_backends::device::Device;

use super::error::GenerateError;
use super::finish::{Finish, Item};
use super::options::Options;
use super::slot::{SessionSlot, State};
use super::watched::Watched;
use crate::model::Llama;
use crate::sampler::Sampler;

/// How many tokens of a prompt are computed at a time: others have their turn between, and a generation that has lost its reader
/// ends there at the latest.
const CHUNK: usize = 512;

/// A generation that has not ended.
pub(super) struct Job {
    state: State,
    /// How many tokens the session had before.
    before: usize,
    /// How many tokens it has, prompt included, before the first that is generated.
    begin: usize,
    sampler: Sampler,
    /// Of the last token, kept for the memory.
    logits: Vec<f32>,
    max_tokens: usize,
    stop: Vec<u32>,
    buffer: usize,
    sender: Sender<Item>,
    finish: Arc<OnceLock<Finish>>,
    /// Where the session waits for its state.
    slot: Arc<SessionSlot>,
}

/// What came of a job's turn.
pub(super) enum Turn {
    /// It has computed something, and there is more.
    Worked,
    /// The reader has to take a token first.
    Waits,
    /// It has ended.
    Done,
}

/// What a turn has computed.
enum Step {
    /// A part of the prompt.
    Read,
    /// A token.
    Chosen(u32),
    /// There is no further one.
    Over(Finish),
}

impl Job {
    pub fn new(
        mut state: State,
        prompt: &[u32],
        sampler: Sampler,
        options: &Options,
        sender: Sender<Item>,
        finish: Arc<OnceLock<Finish>>,
        slot: Arc<SessionSlot>,
    ) -> Self {
        let before = state.tokens.len();
        state.tokens.extend_from_slice(prompt);
        let begin = state.tokens.len();
        let Options { max_tokens, buffer, .. } = *options;
        let stop = options.stop.clone();
        Self { state, before, begin, sampler, logits: Vec::new(), max_tokens, stop, buffer, sender, finish, slot }
    }

    /// The next part of the prompt, or the next token.
    pub fn turn(&mut self, model: &Llama, device: &Arc<dyn Device>) -> Turn {
        let (over, closed) = (self.finish.get().is_some(), self.sender.is_closed());
        // What was generated is the session's when the reader has all of it. Nothing is taken once the channel is closed.
        if over && self.sender.is_empty() {
            return Turn::Done;
        }
        if closed {
            self.undo();
            return Turn::Done;
        }
        if over || self.sender.len() >= self.buffer {
            return Turn::Waits;
        }
        match self.compute(model, &**device) {
            Ok(Step::Read) => Turn::Worked,
            Ok(Step::Chosen(id)) => self.send(id),
            Ok(Step::Over(finish)) => self.finish(finish),
            Err(error) => {
                self.fail(&**device, error);
                Turn::Done
            }
        }
    }

    /// Ends with an error, which a reader gets if there is one.
    pub fn fail(&mut self, device: &dyn Device, error: GenerateError) {
        // What was started holds memory until it ends. What goes wrong there is no news.
        drop(device.finish());
        self.undo();
        // A failed computation may have left tensors that fail again.
        self.state.cache.clear();
        drop(self.sender.try_send(Err(error)));
    }

    /// Gives the session its state back.
    pub fn end(self) {
        self.slot.put(self.state);
    }

    /// As if it had not been.
    fn undo(&mut self) {
        self.state.tokens.truncate(self.before);
        match self.before {
            0 => self.state.cache.clear(),
            before => self.state.cache.truncate(before),
        }
    }

    fn send(&mut self, id: u32) -> Turn {
        if self.sender.try_send(Ok(id)).is_err() {
            self.undo();
            return Turn::Done;
        }
        self.state.tokens.push(id);
        if self.state.tokens.len() - self.begin < self.max_tokens { Turn::Worked } else { self.finish(Finish::Length) }
    }

    /// There is nothing more to compute; the next turn looks whether there is something to take.
    fn finish(&mut self, finish: Finish) -> Turn {
        self.finish.get_or_init(|| finish);
        Turn::Worked
    }

    fn compute(&mut self, model: &Llama, device: &dyn Device) -> Result<Step, GenerateError> {
        let State { cache, tokens } = &mut self.state;
        let unseen = &tokens[cache.length()..];
        if cache.length() + unseen.len() > model.config().max_position_embeddings {
            return Ok(Step::Over(Finish::Context));
        }
        let device = Watched { device, sender: &self.sender };
        let part = &unseen[..unseen.len().min(CHUNK)];
        let (is_whole, capacity) = (part.len() == unseen.len(), cache.capacity());
        if is_whole {
            model.last_logits(&device, part, cache, &mut self.logits)?;
        } else {
            model.read(&device, part, cache)?;
        }
        // What so many tokens took, or the smaller cache.
        if part.len() > 1 || cache.capacity() > capacity {
            device.trim();
        }
        if !is_whole {
            return Ok(Step::Read);
        }
        let id = self.sampler.next(&self.logits, tokens)?;
        Ok(if self.stop.contains(&id) { Step::Over(Finish::Stop(id)) } else { Step::Chosen(id) })
    }
}
