//! A node test as a program: calls, and what is expected of their results.

use std::error::Error;

use crosscheck_backends::{KernelError, Kernels, Tensor};
use crosscheck_fixtures::node_tensor;
use serde::Deserialize;

use super::call::Call;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

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

    /// What the calls give, and what ONNX expects.
    pub fn run(&self, kernels: &dyn Kernels) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
        let (mut results, mut given, mut expected) = (Vec::new(), Vec::new(), Vec::new());
        for call in &self.calls {
            call.run(kernels, &mut results)?;
        }
        for (at, name) in &self.expected {
            let result = results.get(*at).ok_or_else(|| format!("there is no result {at}, only {}", results.len()))?;
            given.push(result.clone());
            expected.push(node_tensor(name)?);
        }
        Ok((given, expected))
    }

    /// How the last call, which the contract refuses, is answered.
    pub fn refusal(&self, kernels: &dyn Kernels) -> Result<std::result::Result<(), KernelError>> {
        let Some((last, before)) = self.calls.split_last() else { return Err("a program without calls".into()) };
        let mut results = Vec::new();
        for call in before {
            call.run(kernels, &mut results)?;
        }
        match last.run(kernels, &mut results) {
            Ok(()) => Ok(Ok(())),
            Err(error) => error.downcast::<KernelError>().map(|refusal| Err(*refusal)),
        }
    }
}
