//! Faults that any kernel may have, and the reference with one of them.

mod catalogue;
mod fault;
mod mutant;

pub(crate) use catalogue::COMMON;
pub use fault::{Common, FUNCTION};
pub use mutant::CommonMutant;
