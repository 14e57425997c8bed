//! Jinja, as far as chat templates have it: what Hugging Face's transformers sets up, which is Jinja's immutable sandbox with
//! loop controls and `{% generation %}`.
//!
//! A template comes out of a file that somebody else made. So everything that it can make much of is counted here, before it
//! is made: the source and its nesting, the depth and the size of values, steps, and time. No library does that: a step of
//! theirs can double a text, or go through a list of lists that is longer than there are atoms.

mod ast;
mod fault;
mod filters;
mod json;
mod lexer;
mod limits;
mod memory;
mod methods;
mod number;
mod parser;
mod predicates;
mod printf;
mod run;
mod show;
mod strftime;
#[cfg(test)]
mod tests;
mod value;

use std::sync::Arc;
use std::thread;

pub(crate) use fault::{Fault, Kind, Result};
pub(crate) use json::Data;

/// A template that has been parsed.
#[derive(Clone)]
pub(crate) struct Template(Arc<Vec<ast::Stmt>>);

impl Template {
    /// Parses a template.
    pub fn new(source: &str) -> Result<Self> {
        apart(|| parser::parse(source)).map(|body| Self(Arc::new(body)))
    }

    /// The text that the template makes of these values.
    pub fn render(&self, values: &[(String, Data)]) -> Result<String> {
        apart(|| run::render(&self.0, values))
    }
}

/// Runs on a thread with a stack of its own: how much the caller has left is unknown.
fn apart<T: Send>(run: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    thread::scope(|scope| {
        let started = thread::Builder::new().stack_size(limits::STACK).spawn_scoped(scope, limits::inherit(run));
        let thread = started.map_err(|error| Fault::new(format_args!("there is no thread for it: {error}")))?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
