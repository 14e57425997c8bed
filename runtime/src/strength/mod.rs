//! Faults that are put in front of a correct backend, to see which of them a suite notices.
//!
//! `#[crosscheck::contract]` writes an implementation of the contract that hands each call on to a backend, and is told here what
//! to do wrong: one function at a time, in one way at a time. Only `--strength` makes such a backend.

mod corrupt;
mod fault;
mod inject;
mod probe;

#[cfg(feature = "half")]
mod half;

pub use corrupt::{Corrupt, Corruption};
#[cfg(all(feature = "harness", unix))]
pub(crate) use fault::ALL;
pub use fault::{Can, Fault};
#[cfg(feature = "harness")]
pub(crate) use inject::within;
#[cfg(all(feature = "harness", unix))]
pub(crate) use inject::{Seen, arm, knows_error, seen, watch};
pub use inject::{enter, strike};
pub use probe::{
    BorrowsDefault, BorrowsKept, Defaults, Fails, FailsAgain, FailsByText, FutureOf, HasDefault, HasNoDefault, Insists,
    IsKept, IsNotKept, NeverFails, Probe, Spoiled, SpoiledResult, Succeeds, Whatever,
};
