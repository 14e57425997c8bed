//! ONNX's node tests, said in calls of the contract, against what ONNX expects.
//!
//! `docs/src/corpora.md` says which run; `fixtures/py_ref/onnx_nodes` makes the programs.

use std::error::Error;

use crosscheck::compare::Expected;
use crosscheck::{Case, CasesError, conformance};
use crosscheck_backends::{KernelError, Kernels, Tensor};
use crosscheck_fixtures::{NODE_PROGRAMS, NODES, node_tensor};

use crate::program::{Entry, Files, Program};

const FILES: Files =
    Files { index: ("fixtures/onnx/nodes.tsv", NODES), programs: ("fixtures/onnx/programs.jsonl", NODE_PROGRAMS) };

/// Each test whose outputs the contract can compute.
#[conformance(cases(nodes, count = 734))]
pub fn node(kernels: &dyn Kernels, case: &Program) -> Result<Expected<Vec<Tensor>>, Box<dyn Error>> {
    let (given, expected) = case.run(kernels, &tensor)?;
    Ok(Expected::new(given, expected))
}

/// Each test that asks for the extreme of nothing, which is −∞ or ∞ in ONNX.
#[conformance(cases(refusals, count = 3))]
pub fn refusal(kernels: &dyn Kernels, case: &Program) -> Result<(), Box<dyn Error>> {
    match case.refusal(kernels, &tensor)? {
        Err(KernelError::Shape { .. }) => Ok(()),
        Err(error @ KernelError::NotImplemented { .. }) => Err(error.into()),
        other => panic!("the extreme of nothing is {other:?}, where the contract refuses the shape"),
    }
}

fn nodes() -> Result<Vec<Case<Program>>, CasesError> {
    cases(|entry| !entry.is_refused())
}

fn refusals() -> Result<Vec<Case<Program>>, CasesError> {
    cases(Entry::is_refused)
}

fn cases(is_wanted: fn(&Entry) -> bool) -> Result<Vec<Case<Program>>, CasesError> {
    Ok(Entry::all(FILES)?.into_iter().filter(is_wanted).map(Entry::into_case).collect())
}

fn tensor(name: &str) -> Result<Tensor, Box<dyn Error>> {
    Ok(node_tensor(name)?)
}
