//! What can be measured side by side.

use std::error::Error;
use std::time::Duration;

/// What a measurement returns.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A runtime with a model in it.
pub trait Contender {
    /// What the table calls it.
    fn name(&self) -> String;

    /// Reads a prompt, with nothing before it, and generates so many tokens greedily.
    ///
    /// # Errors
    /// What the runtime says.
    fn run(&mut self, prompt: &[u32], tokens: usize) -> Result<Run>;
}

/// One generation.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was generated.
    pub tokens: Vec<u32>,
    /// From the prompt to each token.
    pub at: Vec<Duration>,
}

impl Run {
    /// From the prompt to the first token.
    pub fn first(&self) -> Duration {
        self.at.first().copied().unwrap_or_default()
    }

    /// From each token to the next.
    pub fn steps(&self) -> impl Iterator<Item = Duration> {
        self.at.windows(2).map(|pair| pair[1] - pair[0])
    }

    /// Tokens a second, without the first, which the prompt is read for.
    pub fn rate(&self) -> f64 {
        let decode = self.at.last().copied().unwrap_or_default() - self.first();
        (self.at.len().saturating_sub(1)) as f64 / decode.as_secs_f64()
    }
}
