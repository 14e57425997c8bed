//! The reader's end.

use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use async_channel::Receiver;
use futures_core::Stream;

use super::engine::Engine;
use super::finish::{Finish, Item};
use super::slot::SessionSlot;

/// The tokens of one generation, as they are chosen. After an error there is no other one.
///
/// The engine computes as many tokens as [`Options::buffer`](super::Options::buffer) says, and then waits for the reader. Dropping
/// the stream ends the generation: the engine begins no further operation for it, and the session is as if it had not been,
/// unless the generation has ended by itself and all of its tokens were taken.
pub struct TokenStream {
    receiver: Pin<Box<Receiver<Item>>>,
    finish: Arc<OnceLock<Finish>>,
    slot: Arc<SessionSlot>,
    /// Which one of the session's it is.
    generation: usize,
    engine: Engine,
}

impl TokenStream {
    pub(super) fn new(
        receiver: Receiver<Item>,
        finish: Arc<OnceLock<Finish>>,
        slot: Arc<SessionSlot>,
        generation: usize,
        engine: Engine,
    ) -> Self {
        Self { receiver: Box::pin(receiver), finish, slot, generation, engine }
    }

    /// Why the generation ended; none before it has, and when it was by an error. There may still be tokens to take.
    pub fn finish(&self) -> Option<Finish> {
        self.finish.get().copied()
    }

    /// How many tokens are there and were not taken.
    pub fn ready(&self) -> usize {
        self.receiver.len()
    }

    /// Waits for the next token on this thread; none after the last.
    pub fn next_blocking(&mut self) -> Option<Item> {
        let item = self.receiver.recv_blocking().ok();
        self.engine.wake();
        item
    }
}

impl Stream for TokenStream {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item>> {
        let polled = pin!(&mut self.receiver).poll_next(context);
        if polled.is_ready() {
            self.engine.wake();
        }
        polled
    }
}

impl Drop for TokenStream {
    fn drop(&mut self) {
        self.receiver.close();
        self.slot.abandon(self.generation);
        self.engine.wake();
    }
}
