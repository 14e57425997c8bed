//! `cargo crosscheck`: what is done around a run, with the records that runs leave.
//!
//! Data flows one way: command line → [`commands`] → [`records`] → [`views`] → [`output`].

#![forbid(unsafe_code)]

mod commands;
mod diff;
mod error;
mod fix;
mod init;
mod output;
mod records;
mod rustfmt;
mod statement;
mod trend;
mod views;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::Error;

/// Reports, merges and compares the records of crosscheck's conformance runs
#[derive(Parser)]
#[command(name = "cargo-crosscheck", bin_name = "cargo crosscheck", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Report(commands::report::Options),
    Matrix(commands::matrix::Options),
    Merge(commands::merge::Options),
    Diff(commands::diff::Options),
    Trend(commands::trend::Options),
    Statement(commands::statement::Options),
    Verify(commands::verify::Options),
    Fix(commands::fix::Options),
    Init(Box<commands::init::Options>),
    Completions(commands::completions::Options),
}

/// The request makes no sense, or a file cannot be read or written.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    // Cargo names the subcommand once more.
    let arguments = std::env::args_os().enumerate();
    let arguments =
        arguments.filter(|(at, argument)| *at != 1 || argument != "crosscheck").map(|(_, argument)| argument);
    let done = match Cli::parse_from(arguments).command {
        Command::Report(options) => commands::report::report(options),
        Command::Matrix(options) => commands::matrix::matrix(options),
        Command::Merge(options) => commands::merge::merge(options),
        Command::Diff(options) => commands::diff::diff(options),
        Command::Trend(options) => commands::trend::trend(options),
        Command::Statement(options) => commands::statement::statement(options),
        Command::Verify(options) => commands::verify::verify(options),
        Command::Fix(options) => commands::fix::fix(options),
        Command::Init(options) => commands::init::init(*options),
        Command::Completions(options) => commands::completions::completions(&options),
    };
    done.unwrap_or_else(|errors| {
        for error in errors {
            output::say("error:", &error.to_string());
        }
        ExitCode::from(USAGE)
    })
}

/// What a command ends with, or all that is wrong with the request.
type Done = Result<ExitCode, Vec<Error>>;
