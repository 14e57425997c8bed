//! The inference runtime on a backend's device: what `tests/README.md` lists, element by element.

pub mod cache;
pub mod cancellation;
pub mod concurrency;
pub mod failure;
mod fakes;
mod fixture;
pub mod golden;
#[cfg(any(test, feature = "metal", feature = "cuda"))]
pub mod gpu;
#[cfg(test)]
mod mutants;
pub mod operation;
pub mod parity;
pub mod position;
pub mod prefill;
pub mod second_turn;
pub mod shape;

use std::error::Error;

/// A [`KernelError`](crosscheck_backends::KernelError) goes into it as it is, so that crosscheck finds a missing device.
type Outcome = Result<(), Box<dyn Error>>;
