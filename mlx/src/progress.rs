//! One line a step: what is done, and how long it took.

use std::io::{self, Write};
use std::time::Instant;

/// Counts the steps of a set-up and prints a line for each, on standard error.
pub struct Progress {
    step: usize,
    steps: usize,
}

impl Progress {
    /// Starts counting towards `steps`.
    pub fn new(steps: usize) -> Self {
        Self { step: 0, steps }
    }

    /// Does one step. Its line begins before and ends after, so that the one that takes long is seen to.
    pub fn step<T, E>(&mut self, doing: &str, work: impl FnOnce() -> Result<Step<T>, E>) -> Result<T, E> {
        self.step += 1;
        write(&format!("[{}/{}] {doing} … ", self.step, self.steps));
        let start = Instant::now();
        let result = work();
        let took = duration(start.elapsed().as_secs_f64());
        match result {
            Ok(Step { made, note: None }) => {
                write(&format!("{took}\n"));
                Ok(made)
            }
            Ok(Step { made, note: Some(note) }) => {
                write(&format!("{took}: {note}\n"));
                Ok(made)
            }
            Err(error) => {
                write("failed\n");
                Err(error)
            }
        }
    }
}

/// What a step made, and what is worth saying about it.
pub struct Step<T> {
    made: T,
    note: Option<String>,
}

impl<T> Step<T> {
    /// A step whose line says nothing but its duration.
    pub fn quiet(made: T) -> Self {
        Self { made, note: None }
    }

    /// A step whose line ends in `note`.
    pub fn noted(made: T, note: String) -> Self {
        Self { made, note: Some(note) }
    }
}

/// A line outside the steps.
pub fn say(line: &str) {
    write(&format!("{line}\n"));
}

fn write(text: &str) {
    let mut terminal = io::stderr().lock();
    // Whoever closed our standard error does not want to be told.
    let _ = terminal.write_all(text.as_bytes());
    let _ = terminal.flush();
}

fn duration(seconds: f64) -> String {
    if seconds < 10.0 { format!("{seconds:.1} s") } else { format!("{seconds:.0} s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_exact_as_is_of_use() {
        assert_eq!(duration(0.04), "0.0 s");
        assert_eq!(duration(2.34), "2.3 s");
        assert_eq!(duration(48.2), "48 s");
    }
}
