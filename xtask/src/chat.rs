//! `cargo xtask chat`: a real model, on one of the backends.

use std::process::{ExitCode, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::cargo::cargo;
use crate::error::TaskError;
use crate::{mlx, model};

#[path = "../../backends/inference/src/bin/chat/options.rs"]
mod options;

pub use options::Options;

/// The program. Without their GPU, `metal` and `cuda` compile and report themselves unavailable.
const PROGRAM: [&str; 7] =
    ["--release", "-p", "crosscheck-inference", "--features", "metal,cuda,chat", "--bin", "crosscheck-chat"];

/// Provides MLX and the model, builds the program, which is not linked to this one for MLX's sake, and runs it: its status.
/// Nothing else is written to standard output.
pub fn chat(options: &Options) -> Result<ExitCode, TaskError> {
    mlx::provision(&mlx::Options::default())?;
    let model = match options.model {
        Some(_) => None,
        None => Some(model::provide()?),
    };
    let built = cargo(&[&["build"][..], &PROGRAM].concat()).status()?;
    if !built.success() {
        return Err(TaskError::Failed { command: "cargo build".to_owned(), status: built });
    }
    // An interrupt is for the program, which has something to say before it ends.
    let interrupted = signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::new(AtomicBool::new(false)));
    interrupted.map_err(|source| TaskError::Start { command: "listening for interrupts".to_owned(), source })?;
    // As they were given: they have been understood, and are understood in the same way there.
    let given = std::env::args_os().skip(2);
    let model = model.into_iter().flat_map(|model| ["--model".into(), model.into_os_string()]);
    let program = cargo(&[&["run", "--quiet"][..], &PROGRAM, &["--"]].concat());
    Ok(code(program.on_behalf_of_the_user(model.chain(given)).status()?))
}

/// A program's status as this one's, by the shells' rule for signals.
fn code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return u8::try_from(128 + signal).map_or(ExitCode::FAILURE, Into::into);
    }
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, Into::into)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_status_is_handed_on() {
        let of = |script: &str| code(Command::new("sh").args(["-c", script]).status().unwrap());
        for (script, expected) in [("exit 0", 0), ("exit 2", 2), ("exit 130", 130), ("kill -KILL $$", 137)] {
            assert_eq!(of(script), ExitCode::from(expected), "{script}");
        }
    }
}
