//! The set-up of MLX for this repository.

use std::process::Command;

pub use crosscheck_mlx::Options;
use crosscheck_mlx::{MlxError, Provisioned, Setup};

use crate::workspace;

/// Makes sure that MLX is there, and says in a line where.
pub fn provision(options: &Options) -> Result<Provisioned, MlxError> {
    Setup { workspace: workspace::root(), command: "cargo xtask mlx", bindings }.provision(options)
}

/// bindgen is built where bindings are made, which is once on a machine.
fn bindings() -> Command {
    let mut command = Command::new(workspace::cargo());
    command.current_dir(workspace::root()).args(["run", "--quiet", "--package", "crosscheck-mlx", "--", "bindings"]);
    command
}
