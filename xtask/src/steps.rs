//! The steps of a long task, and how long each took.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::error::TaskError;

/// Steps that are run one after the other.
pub struct Steps {
    done: Vec<(&'static str, Duration)>,
}

impl Steps {
    /// Runs a task of several steps, and prints how long each took, also where one of them fails.
    pub fn run(task: impl FnOnce(&mut Self) -> Result<(), TaskError>) -> Result<(), TaskError> {
        let mut steps = Self { done: Vec::new() };
        let result = task(&mut steps);
        print!("\n{}", steps.table());
        result
    }

    /// Runs a step.
    pub fn step<T>(&mut self, name: &'static str, step: impl FnOnce() -> Result<T, TaskError>) -> Result<T, TaskError> {
        let started = Instant::now();
        let result = step();
        self.done.push((name, started.elapsed()));
        result
    }

    fn table(&self) -> String {
        let mut table = String::new();
        for (name, took) in &self.done {
            let _ = writeln!(table, "{:>7.1} s  {name}", took.as_secs_f64());
        }
        let total: Duration = self.done.iter().map(|(_, took)| *took).sum();
        let _ = writeln!(table, "{:>7.1} s  in all", total.as_secs_f64());
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_fails_is_timed_and_ends_the_task() {
        let mut steps = Steps { done: Vec::new() };
        assert_eq!(steps.step("one", || Ok(7)).ok(), Some(7));
        assert!(steps.step("two", || Err::<(), _>(TaskError::NoMutants("x".to_owned()))).is_err());
        steps.done = vec![("one", Duration::from_millis(1250)), ("two", Duration::from_secs(70))];
        assert_eq!(steps.table(), "    1.2 s  one\n   70.0 s  two\n   71.2 s  in all\n");
    }
}
