//! Panics on threads that run no body: those that bodies have started. It is not known whose they are. While a body runs whose
//! failure a row excuses, they are held back until it is known what became of every body that they may belong to.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use crate::screen;

static STATE: Mutex<State> = Mutex::new(State { running: Vec::new(), next: 0, held: Vec::new() });

struct State {
    /// The bodies that are running, and whether a row excuses their failure: as many as there are threads, or twice as many.
    running: Vec<(u64, bool)>,
    next: u64,
    held: Vec<Held>,
}

/// A panic that is not printed yet.
struct Held {
    text: String,
    /// The bodies that it may belong to, as long as they run.
    of: Vec<u64>,
}

/// A body that is running.
pub(crate) struct Running(u64);

impl Running {
    pub(crate) fn begin(is_excused: bool) -> Self {
        let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
        let number = state.next;
        state.next += 1;
        state.running.push((number, is_excused));
        Self(number)
    }

    /// It has come to something that fails the run, or not: then what was held back is of no use any more, once that is true of all.
    pub(crate) fn end(self, fails: bool) {
        let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = state.running.iter().position(|(number, _)| *number == self.0) {
            state.running.swap_remove(at);
        }
        if state.held.is_empty() {
            return;
        }
        let mut shown = Vec::new();
        state.held.retain_mut(|held| {
            let others = held.of.len();
            held.of.retain(|number| *number != self.0);
            let was_of_it = held.of.len() < others;
            if was_of_it && fails {
                shown.push(std::mem::take(&mut held.text));
                return false;
            }
            !held.of.is_empty()
        });
        drop(state);
        print(&shown);
    }
}

/// Holds back a panic of this thread; false where nothing excuses it.
pub(super) fn held(text: impl FnOnce() -> String) -> bool {
    let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
    if !state.running.iter().any(|(_, is_excused)| *is_excused) {
        return false;
    }
    let of = state.running.iter().map(|(number, _)| *number).collect();
    state.held.push(Held { text: text(), of });
    true
}

/// Prints what is held back, where that can be had without waiting: nobody is left to say what became of the bodies.
#[cfg(unix)]
pub(crate) fn release() {
    let held = STATE.try_lock().map(|mut state| std::mem::take(&mut state.held)).unwrap_or_default();
    print(&held.into_iter().map(|held| held.text).collect::<Vec<_>>());
}

fn print(texts: &[String]) {
    for text in texts {
        let _ = screen::print(|| writeln!(std::io::stderr(), "{text}"));
    }
}
