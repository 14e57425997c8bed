//! The place of a session's state between two generations.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::cache::Cache;

/// Where a session's state is while no generation has it.
#[derive(Default)]
pub(super) struct SessionSlot {
    state: Mutex<Option<State>>,
    returned: Condvar,
    /// The number of the last generation, from 1.
    begun: AtomicUsize,
    /// The highest number of one whose stream was dropped. Streams of earlier ones may be dropped while a later one runs.
    abandoned: AtomicUsize,
}

impl SessionSlot {
    /// A slot that holds this state.
    pub fn new(state: State) -> Self {
        Self { state: Mutex::new(Some(state)), ..Self::default() }
    }

    /// The state comes back.
    pub fn put(&self, state: State) {
        *self.lock() = Some(state);
        self.returned.notify_all();
    }

    /// A generation begins; its number.
    pub fn begin(&self) -> usize {
        self.begun.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// What a generation has will come back as soon as the engine notices.
    pub fn abandon(&self, generation: usize) {
        self.abandoned.fetch_max(generation, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Option<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state; where it is on its way back, waits for it if it `may_wait`: the engine's own thread, which brings it, may not.
    pub fn settled(&self, may_wait: bool) -> MutexGuard<'_, Option<State>> {
        let mut state = self.lock();
        let abandoned = || self.abandoned.load(Ordering::Acquire) == self.begun.load(Ordering::Relaxed);
        while may_wait && state.is_none() && abandoned() {
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
