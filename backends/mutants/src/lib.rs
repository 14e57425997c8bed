//! Mutants: the reference with one fault each, of the kinds that real kernels have had. A suite that lets one of them live
//! would let such a kernel live as well. `cargo xtask mutants` runs the suite on all of them.

mod catalogue;
mod common;
mod entry;
mod mutant;
mod tensors;

pub use catalogue::Fault;
pub use common::{Common, CommonMutant, FUNCTION};
pub use entry::{Entry, catalogue};
pub use mutant::Mutant;
