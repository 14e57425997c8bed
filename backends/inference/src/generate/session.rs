//! A conversation, as far as the model remembers it.

use std::sync::{Arc, MutexGuard, OnceLock};

use super::engine::Engine;
use super::error::GenerateError;
use super::job::Job;
use super::options::Options;
use super::slot::{SessionSlot, State};
use super::stream::TokenStream;
use crate::sampler::Sampler;

/// A sequence of tokens that grows by prompts and answers, and a cache of what the model has made of it.
pub struct Session {
    engine: Engine,
    slot: Arc<SessionSlot>,
}

impl Engine {
    /// A new session, which has seen nothing.
    pub fn session(&self) -> Session {
        Session::new(self.clone())
    }
}

impl Session {
    fn new(engine: Engine) -> Self {
        let state = State { cache: engine.model().cache(), tokens: Vec::new() };
        Self { engine, slot: Arc::new(SessionSlot::new(state)) }
    }

    /// The state; waits for one that is on its way back, but on the engine's own thread.
    fn settled(&self) -> MutexGuard<'_, Option<State>> {
        self.slot.settled(!self.engine.is_this_thread())
    }

    /// How many tokens the session has seen and generated; none while it is generating. After a stream was dropped it blocks
    /// until the engine has noticed.
    pub fn length(&self) -> Option<usize> {
        self.settled().as_ref().map(|state| state.tokens.len())
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
        if options.buffer == 0 {
            return zero("buffer");
        }
        let mut held = self.settled();
        let state = held.as_ref().ok_or(GenerateError::Busy)?;
        // What the model would refuse is refused here, before anything is computed.
        self.engine.model().check(prompt, state.tokens.len())?;
        let Some(state) = held.take() else { return Err(GenerateError::Busy) };
        let generation = self.slot.begin();
        // One more than the job fills with tokens, so that there is always room for an error. No generation is longer than
        // the context.
        let (sender, receiver) =
            async_channel::bounded(options.buffer.min(self.engine.model().config().max_position_embeddings) + 1);
        let finish = Arc::new(OnceLock::new());
        let job = Job::new(state, prompt, sampler, options, sender, Arc::clone(&finish), Arc::clone(&self.slot));
        self.engine.submit(job);
        Ok(TokenStream::new(receiver, finish, Arc::clone(&self.slot), generation, self.engine.clone()))
    }
}
