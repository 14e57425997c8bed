//! `cargo crosscheck completions`

use std::io;
use std::process::ExitCode;

use clap::{Args, CommandFactory};

use crate::{Cli, Done};

/// Print the completions of a shell
#[derive(Args)]
#[command(
    after_help = "Example:\n  cargo crosscheck completions bash > ~/.local/share/bash-completion/completions/cargo-crosscheck"
)]
pub struct Options {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints them.
pub fn completions(options: &Options) -> Done {
    clap_complete::generate(options.shell, &mut Cli::command(), "cargo-crosscheck", &mut io::stdout());
    Ok(ExitCode::SUCCESS)
}
