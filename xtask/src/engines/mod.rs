//! `cargo xtask engines`: the examples of `docs/src/engines`, run by what they are written for.

mod bazel;
mod gitlab;
mod project;
mod seen;

use std::path::Path;

use crate::built::{build, find};
use crate::error::TaskError;

/// Runs the examples of all engines.
pub fn engines() -> Result<(), TaskError> {
    let command = command()?;
    gitlab::run(&command)?;
    bazel::run()
}

/// The same where everything is tested: a machine that has no engine says so. Only CI, which can have the first, fails there.
pub fn in_ci() -> Result<(), TaskError> {
    let or_note = |done: Result<(), TaskError>| match done {
        Err(TaskError::NoEngine(reason)) => {
            println!("\nan example was not run: {reason}");
            Ok(())
        }
        done => done,
    };
    let of_gitlab = gitlab::run(&command()?);
    if std::env::var_os("CI").is_some() { of_gitlab } else { or_note(of_gitlab) }?;
    or_note(bazel::run())
}

/// The folder of `cargo-crosscheck`.
fn command() -> Result<std::path::PathBuf, TaskError> {
    let built = build(&["-p", "crosscheck-cli"])?;
    let command = &find(&built, "crosscheck-cli", "cargo-crosscheck")?.path;
    Ok(command.parent().unwrap_or(Path::new(".")).to_owned())
}

/// What a program printed, or that it is missing.
fn asked(program: &str) -> Result<String, TaskError> {
    let output = std::process::Command::new(program).arg("--version").output();
    let output = output.map_err(|error| TaskError::NoEngine(format!("`{program}` could not be run: {error}")))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
