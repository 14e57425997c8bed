//! `cargo crosscheck-mlx`: sets MLX up for the workspace that one is in.

#![forbid(unsafe_code)]

use std::error::Error;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};
use crosscheck_mlx::generate::{Request, generate};
use crosscheck_mlx::{Options, Setup, process};

/// Sets the MLX library up for the workspace of this folder: mlx-rs builds and runs there then, on Linux as on Apple silicon
#[derive(Parser)]
#[command(name = "cargo-crosscheck-mlx", bin_name = "cargo crosscheck-mlx", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    own: Option<Own>,
    #[command(flatten)]
    options: Options,
}

/// What this program starts itself for.
#[derive(Subcommand)]
enum Own {
    #[command(hide = true)]
    Bindings(Request),
}

fn main() -> ExitCode {
    // Cargo names the subcommand once more.
    let arguments = std::env::args_os().enumerate();
    let arguments =
        arguments.filter(|(at, argument)| *at != 1 || argument != "crosscheck-mlx").map(|(_, argument)| argument);
    let Cli { own, options } = Cli::parse_from(arguments);
    let done = match own {
        Some(Own::Bindings(request)) => generate(&request),
        None => set_up(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn set_up(options: &Options) -> Result<(), Box<dyn Error>> {
    let workspace = workspace()?;
    if !workspace.join("Cargo.lock").exists() {
        cargo("generate-lockfile", &[])?;
    }
    let setup = Setup { workspace: &workspace, command: "cargo crosscheck-mlx", bindings };
    setup.provision(options)?;
    Ok(())
}

/// This program, told to write bindings.
fn bindings() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap_or_else(|_| "cargo-crosscheck-mlx".into()));
    command.arg("bindings");
    command
}

/// The workspace of the folder that one is in.
fn workspace() -> Result<PathBuf, Box<dyn Error>> {
    let manifest = cargo("locate-project", &["--workspace", "--message-format", "plain"])?;
    let manifest = PathBuf::from(manifest.trim_end());
    manifest.parent().map(PathBuf::from).ok_or_else(|| format!("{} lies in no folder", manifest.display()).into())
}

/// What Cargo prints.
fn cargo(subcommand: &str, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let mut command = Command::new(process::cargo());
    let output = process::start(
        command.arg(subcommand).args(arguments),
        &format!("running cargo {subcommand}"),
        "from rustup.rs",
    )?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().trim_start_matches("error: ").to_owned().into())
}
