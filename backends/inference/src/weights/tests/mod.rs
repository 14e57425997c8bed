//! Whole files, good ones and others.

mod files;
mod gguf;
mod hostile;
mod k;
mod safetensors;
mod values;
mod write;

use super::{LoadError, Weights};

/// What an error tells the user.
fn message(result: Result<Weights, LoadError>) -> String {
    match result {
        Ok(weights) => panic!("{weights:?} was opened"),
        Err(error) => error.to_string(),
    }
}
