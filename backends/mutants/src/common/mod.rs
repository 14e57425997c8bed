//! Faults that any kernel may have, and the reference with one of them.

mod catalogue;
mod fault;
mod mutant;
mod register;

pub(crate) use catalogue::COMMON;
pub use fault::Common;
pub use mutant::CommonMutant;
pub use register::FUNCTION;
