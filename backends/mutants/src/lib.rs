//! Mutants: the reference with one fault each, of the kinds that real kernels have had. A suite that does not notice one of them
//! would not notice such a kernel either. `cargo xtask mutants` runs the suite on all of them.

mod catalogue;
mod common;
mod fault;
mod mutant;
mod register;
mod tensors;

pub use catalogue::{Entry, catalogue};
pub use common::{Common, CommonMutant, FUNCTION};
pub use fault::Fault;
pub use mutant::Mutant;
