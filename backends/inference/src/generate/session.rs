//! A conversation, as far as the model remembers it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use super::engine::Engine;
use super::error::GenerateError;
use super::job::Job;
use super::stream::TokenStream;
use crate::cache::Cache;
use crate::sampler::{Sampler, Sampling};

/// A sequence of tokens that grows by prompts and answers, and a cache of what the model has made of it.
pub struct Session {
    engine: Engine,
    home: Arc<Home>,
}

/// Where a session's state is while no generation has it.
#[derive(Default)]
pub(super) struct Home {
    state: Mutex<Option<State>>,
    returned: Condvar,
    /// The number of the last generation, from 1.
    begun: AtomicUsize,
    /// The highest number of one whose stream was dropped. Streams of earlier ones may be dropped while a later one runs.
    abandoned: AtomicUsize,
}

impl Home {
    /// The state comes back.
    pub fn put(&self, state: State) {
        *self.lock() = Some(state);
        self.returned.notify_all();
    }

    /// A generation begins; its number.
    fn begin(&self) -> usize {
        self.begun.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// What a generation has will come back as soon as the engine notices.
    pub fn abandon(&self, generation: usize) {
        self.abandoned.fetch_max(generation, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Option<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a state that is on its way. The engine's own thread, which brings it, does not wait.
    fn settled(&self, engine: &Engine) -> MutexGuard<'_, Option<State>> {
        let mut state = self.lock();
        let abandoned = || self.abandoned.load(Ordering::Acquire) == self.begun.load(Ordering::Relaxed);
        while state.is_none() && abandoned() && !engine.is_this_thread() {
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state
    }
}

/// What a session is between two generations; while one runs, it has it.
pub(super) struct State {
    pub cache: Cache,
    /// All tokens, those of which the cache holds nothing yet included: the last that was chosen.
    pub tokens: Vec<u32>,
}

/// How to generate.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How the next token is chosen.
    pub sampling: Sampling,
    /// How many tokens at most.
    pub max_tokens: usize,
    /// Tokens that end the text, and do not belong to it.
    pub stop: Vec<u32>,
    /// How many tokens the engine may be ahead of the reader.
    pub ahead: usize,
}

impl Default for Options {
    /// Greedy, 256 tokens, without an end, 4 ahead.
    fn default() -> Self {
        Self { sampling: Sampling::default(), max_tokens: 256, stop: Vec::new(), ahead: 4 }
    }
}

impl Session {
    pub(super) fn new(engine: Engine) -> Self {
        let state = State { cache: engine.model().cache(), tokens: Vec::new() };
        let home = Home { state: Mutex::new(Some(state)), ..Home::default() };
        Self { engine, home: Arc::new(home) }
    }

    /// How many tokens the session has seen and generated; none while it is generating. After a stream was dropped it blocks
    /// until the engine has noticed.
    pub fn length(&self) -> Option<usize> {
        self.home.settled(&self.engine).as_ref().map(|state| state.tokens.len())
    }

    /// Appends a prompt, and begins to generate what comes after it. A stream that is dropped before its last token was taken,
    /// or that ends with an error, leaves a session that does not know of its prompt either. After an error, or a drop in the
    /// middle of a computation, it has to read what came before once more, which happens by itself.
    ///
    /// After a stream was dropped it blocks until the engine has noticed, as [`length`](Session::length) does.
    ///
    /// # Errors
    /// When the options make no sense, there is no prompt, a token is unknown, the prompt has no room, or the session's last
    /// stream has not ended.
    pub fn generate(&mut self, prompt: &[u32], options: &Options) -> Result<TokenStream, GenerateError> {
        let sampler = Sampler::new(options.sampling)?;
        let zero = |option| Err(GenerateError::Zero { option });
        if options.max_tokens == 0 {
            return zero("max_tokens");
        }
        if options.ahead == 0 {
            return zero("ahead");
        }
        let mut held = self.home.settled(&self.engine);
        let state = held.as_ref().ok_or(GenerateError::Busy)?;
        // What the model would refuse is refused here, before anything is computed.
        self.engine.model().check(prompt, state.tokens.len())?;
        let Some(state) = held.take() else { return Err(GenerateError::Busy) };
        let generation = self.home.begin();
        // One more than the job fills with tokens, so that there is always room for an error. No generation is longer than
        // the context.
        let (sender, receiver) = async_channel::bounded(options.ahead.min(self.engine.model().config().context) + 1);
        let finish = Arc::new(OnceLock::new());
        let job = Job::new(state, prompt, sampler, options, sender, Arc::clone(&finish), Arc::clone(&self.home));
        self.engine.submit(job);
        Ok(TokenStream::new(receiver, finish, Arc::clone(&self.home), generation, self.engine.clone()))
    }
}
