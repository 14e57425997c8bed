//! Programs over the kernels: calls, and what is expected of their results, as `fixtures/py_ref/programs` writes them.

use std::error::Error;

use crosscheck_backends::{KernelError, Kernels, Tensor};
use serde::Deserialize;

mod call;
mod entry;

use call::Call;
pub use entry::{Entry, FIELDS, Files};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A tensor of a program by its name.
pub type Tensors = dyn Fn(&str) -> Result<Tensor>;

/// The calls, and what is expected of them.
#[derive(Debug, Deserialize)]
pub struct Program {
    calls: Vec<Call>,
    /// Which result is to be which tensor of the file.
    expected: Vec<(usize, String)>,
}

impl Program {
    /// The program of a line.
    pub fn parse(line: &str) -> serde_json::Result<Self> {
        serde_json::from_str(line)
    }

    /// What the calls give, and what is expected.
    pub fn run(&self, kernels: &dyn Kernels, tensors: &Tensors) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
        let (mut results, mut given, mut expected) = (Vec::new(), Vec::new(), Vec::new());
        for call in &self.calls {
            call.run(kernels, tensors, &mut results)?;
        }
        for (at, name) in &self.expected {
            let result = results.get(*at).ok_or_else(|| format!("there is no result {at}, only {}", results.len()))?;
            given.push(result.clone());
            expected.push(tensors(name)?);
        }
        Ok((given, expected))
    }

    /// How the last call, which the contract refuses, is answered.
    pub fn refusal(&self, kernels: &dyn Kernels, tensors: &Tensors) -> Result<std::result::Result<(), KernelError>> {
        let Some((last, before)) = self.calls.split_last() else { return Err("a program without calls".into()) };
        let mut results = Vec::new();
        for call in before {
            call.run(kernels, tensors, &mut results)?;
        }
        match last.run(kernels, tensors, &mut results) {
            Ok(()) => Ok(Ok(())),
            Err(error) => error.downcast::<KernelError>().map(|refusal| Err(*refusal)),
        }
    }
}
