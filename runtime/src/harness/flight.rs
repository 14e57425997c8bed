//! Which cells are running, and how a run ends before its time.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The cells that are running, by position in the plan, until nobody may start any more.
#[derive(Debug, Default)]
pub(super) struct Flights {
    state: Mutex<State>,
    landed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    running: BTreeSet<usize>,
    /// Whether no other cell begins.
    closed: bool,
    /// Whether somebody is about to say what the run has come to.
    ending: bool,
}

impl Flights {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A cell begins; waits for ever where none may.
    pub(super) fn start(&self, cell: usize) {
        let mut state = self.state();
        if state.closed {
            drop(state);
            wait_for_the_end();
        }
        state.running.insert(cell);
    }

    /// A cell has come to its end and is noted; false, and it is not, when it was given up.
    pub(super) fn land(&self, cell: usize, note: impl FnOnce()) -> bool {
        let mut state = self.state();
        let was_running = state.running.contains(&cell);
        if was_running {
            note();
            state.running.remove(&cell);
        }
        self.landed.notify_all();
        was_running
    }

    /// No other cell begins; waits until the running ones have come to their end.
    pub(super) fn close_and_wait(&self) {
        let mut state = self.state();
        state.closed = true;
        while !state.running.is_empty() {
            state = self.landed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// It is for one to say what the run has come to and to end the process: only the first who calls comes back.
    pub(super) fn end(&self) {
        let was_ending = std::mem::replace(&mut self.state().ending, true);
        if was_ending {
            wait_for_the_end();
        }
    }

    /// No other cell begins, and the running ones are given up.
    pub(super) fn close_and_abandon(&self) -> BTreeSet<usize> {
        let mut state = self.state();
        state.closed = true;
        std::mem::take(&mut state.running)
    }
}

/// For a thread that has nothing left to do while another one ends the process.
pub(super) fn wait_for_the_end() -> ! {
    loop {
        std::thread::park();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn closing_waits_for_what_is_running_and_nothing_starts_after_it() {
        static FLIGHTS: std::sync::LazyLock<Flights> = std::sync::LazyLock::new(Flights::default);
        FLIGHTS.start(1);
        let closing = std::thread::spawn(|| FLIGHTS.close_and_wait());
        std::thread::sleep(Duration::from_millis(20));
        assert!(!closing.is_finished());
        assert!(FLIGHTS.land(1, || ()));
        closing.join().unwrap();
        let late = std::thread::spawn(|| FLIGHTS.start(2));
        std::thread::sleep(Duration::from_millis(20));
        assert!(!late.is_finished());
        assert!(FLIGHTS.close_and_abandon().is_empty());
    }

    #[test]
    fn one_ends_the_run() {
        static FLIGHTS: std::sync::LazyLock<Flights> = std::sync::LazyLock::new(Flights::default);
        FLIGHTS.end();
        let other = std::thread::spawn(|| FLIGHTS.end());
        std::thread::sleep(Duration::from_millis(20));
        assert!(!other.is_finished());
    }

    #[test]
    fn what_was_given_up_is_of_no_interest_when_it_lands() {
        let flights = Flights::default();
        flights.start(3);
        flights.start(4);
        assert!(flights.land(3, || ()));
        assert_eq!(flights.close_and_abandon(), [4].into());
        assert!(!flights.land(4, || panic!("it is noted already")));
    }
}
