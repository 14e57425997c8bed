//! Which cells are running, and how a run ends before its time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The cells that are running, by position in the plan, until no more may start.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    state: Mutex<State>,
    finished: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Since when each is running: as many as there are threads.
    running: Vec<(usize, Instant)>,
    /// Whether no other cell begins.
    closed: bool,
    /// Whether a thread is already concluding the run.
    ending: bool,
}

impl InFlight {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A cell begins; blocks for ever once none may.
    pub(super) fn start(&self, cell: usize) {
        let mut state = self.state();
        if state.closed {
            drop(state);
            wait_for_the_end();
        }
        state.running.push((cell, Instant::now()));
    }

    /// A cell has ended and is noted; `None`, and not noted, when it was given up. Where there is another one that its thread runs
    /// next, that begins, unless none may; `note` is told whether it does.
    pub(super) fn finish(&self, cell: usize, next: Option<usize>, note: impl FnOnce(bool)) -> Option<bool> {
        let mut state = self.state();
        let mut at = 0;
        // A loop, because a debug build takes several times as long for an iterator.
        while at < state.running.len() && state.running[at].0 != cell {
            at += 1;
        }
        let was_running = at < state.running.len();
        let next = next.filter(|_| !state.closed);
        if was_running {
            note(next.is_some());
            match next {
                Some(next) => state.running[at] = (next, Instant::now()),
                None => drop(state.running.swap_remove(at)),
            }
        }
        // To wake a thread is a system call, and none waits before the run is closed.
        if state.closed {
            self.finished.notify_all();
        }
        was_running.then_some(next.is_some())
    }

    /// The cells that are running, where they can be had without waiting for long: whoever asks may have the lock itself, and another
    /// thread has it for a moment only, which on a machine under load may be one without a processor.
    #[cfg(any(unix, test))]
    pub(super) fn running(&self) -> Option<Vec<usize>> {
        for _ in 0..100 {
            if let Ok(state) = self.state.try_lock() {
                let mut cells: Vec<_> = state.running.iter().map(|(cell, _)| *cell).collect();
                cells.sort_unstable();
                return Some(cells);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        None
    }

    /// The cells that are running, and since when.
    pub(super) fn since(&self) -> Vec<(usize, Instant)> {
        let mut running = self.state().running.clone();
        running.sort_unstable();
        running
    }

    /// No other cell begins; says how many are running.
    #[cfg(any(unix, test))]
    pub(super) fn close(&self) -> usize {
        let mut state = self.state();
        state.closed = true;
        state.running.len()
    }

    /// Waits until the running cells have ended.
    #[cfg(any(unix, test))]
    pub(super) fn wait(&self) {
        let mut state = self.state();
        while !state.running.is_empty() {
            state = self.finished.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// One thread concludes the run and ends the process: only the first call returns.
    pub(super) fn end(&self) {
        let was_ending = std::mem::replace(&mut self.state().ending, true);
        if was_ending {
            wait_for_the_end();
        }
    }

    /// Whether a thread is already concluding the run.
    pub(super) fn is_ending(&self) -> bool {
        self.state().ending
    }

    /// No other cell begins, and the running ones are given up: says which, and how long each was running.
    pub(super) fn close_and_abandon(&self) -> Vec<(usize, Duration)> {
        let mut state = self.state();
        state.closed = true;
        let mut running = std::mem::take(&mut state.running);
        running.sort_unstable();
        running.into_iter().map(|(cell, since)| (cell, since.elapsed())).collect()
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
    use super::*;

    #[test]
    fn closing_waits_for_what_is_running_and_nothing_starts_after_it() {
        static IN_FLIGHT: std::sync::LazyLock<InFlight> = std::sync::LazyLock::new(InFlight::default);
        IN_FLIGHT.start(1);
        assert_eq!(IN_FLIGHT.close(), 1);
        let closing = std::thread::spawn(|| IN_FLIGHT.wait());
        std::thread::sleep(Duration::from_millis(20));
        assert!(!closing.is_finished());
        // The next one of its thread does not begin either.
        assert_eq!(IN_FLIGHT.finish(1, Some(3), |goes_on| assert!(!goes_on)), Some(false));
        closing.join().unwrap();
        let late = std::thread::spawn(|| IN_FLIGHT.start(2));
        std::thread::sleep(Duration::from_millis(20));
        assert!(!late.is_finished());
        assert!(IN_FLIGHT.close_and_abandon().is_empty());
    }

    #[test]
    fn the_running_cells_are_had_of_another_thread_and_not_waited_for_in_vain() {
        static IN_FLIGHT: std::sync::LazyLock<InFlight> = std::sync::LazyLock::new(InFlight::default);
        IN_FLIGHT.start(7);
        let (held, is_held) = std::sync::mpsc::channel();
        let holder = std::thread::spawn(move || {
            let state = IN_FLIGHT.state();
            held.send(()).unwrap();
            std::thread::sleep(Duration::from_millis(20));
            drop(state);
        });
        is_held.recv().unwrap();
        assert_eq!(IN_FLIGHT.running(), Some(vec![7]));
        holder.join().unwrap();
        let state = IN_FLIGHT.state();
        assert_eq!(IN_FLIGHT.running(), None);
        drop(state);
    }

    #[test]
    fn one_ends_the_run() {
        static IN_FLIGHT: std::sync::LazyLock<InFlight> = std::sync::LazyLock::new(InFlight::default);
        IN_FLIGHT.end();
        let other = std::thread::spawn(|| IN_FLIGHT.end());
        std::thread::sleep(Duration::from_millis(20));
        assert!(!other.is_finished());
    }

    #[test]
    fn a_cell_that_was_given_up_is_not_noted_when_it_finishes() {
        let in_flight = InFlight::default();
        in_flight.start(3);
        in_flight.start(4);
        assert_eq!(in_flight.finish(3, None, |_| ()), Some(false));
        std::thread::sleep(Duration::from_millis(20));
        in_flight.start(2);
        let given_up = in_flight.close_and_abandon();
        assert_eq!(given_up.iter().map(|(cell, _)| *cell).collect::<Vec<_>>(), [2, 4]);
        assert!(given_up[1].1 >= given_up[0].1 + Duration::from_millis(20), "{given_up:?}");
        assert_eq!(in_flight.finish(4, Some(5), |_| panic!("it is noted already")), None);
    }

    #[test]
    fn the_next_cell_of_a_thread_runs_from_the_end_of_the_one_before_it() {
        let in_flight = InFlight::default();
        in_flight.start(3);
        assert_eq!(in_flight.finish(3, Some(4), |goes_on| assert!(goes_on)), Some(true));
        assert_eq!((in_flight.running(), in_flight.close()), (Some(vec![4]), 1));
        assert_eq!(in_flight.finish(4, None, |_| ()), Some(false));
        in_flight.wait();
    }
}
