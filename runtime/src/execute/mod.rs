//! Runs cells and tells what happened to them; decides nothing.

pub(crate) mod context;
#[cfg(feature = "harness")]
mod executor;
#[cfg(feature = "harness")]
mod float_state;
#[cfg(all(feature = "harness", unix))]
pub(crate) mod isolate;
#[cfg(feature = "harness")]
mod observation;
#[cfg(feature = "harness")]
pub(crate) mod panics;

#[cfg(feature = "harness")]
pub(crate) use executor::{CellOf, Executed, Executor};
#[cfg(feature = "harness")]
pub use observation::{Answers, Listed, Observation};
