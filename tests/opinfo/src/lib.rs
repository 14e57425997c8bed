//! The samples that PyTorch tests its own operators with (OpInfo), said in calls of the contract, against what PyTorch gives
//! in 64-bit floats.
//!
//! `fixtures/py_ref/opinfo` makes the programs. None of them is in the repository: `cargo xtask opinfo` writes and runs them.

mod folder;

use std::error::Error;

use crosscheck::compare::Expected;
use crosscheck::{Case, CasesError, conformance};
use crosscheck_backends::{Kernels, Tensor};
use crosscheck_kernel_suite::program::{Entry, Program};

use folder::Folder;

/// Each sample of which the contract can compute a result.
#[conformance(cases(samples))]
pub fn sample(kernels: &dyn Kernels, case: &Program) -> Result<Expected<Vec<Tensor>>, Box<dyn Error>> {
    let folder = Folder::get()?;
    let (given, expected) = case.run(kernels, &|name| folder.tensor(name))?;
    Ok(Expected::new(given, expected))
}

fn samples() -> Result<Vec<Case<Program>>, CasesError> {
    let folder = Folder::get().map_err(CasesError::new)?;
    Ok(Entry::all(folder.files())?.into_iter().map(Entry::into_case).collect())
}
