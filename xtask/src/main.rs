//! `cargo xtask`: what this repository needs done that Cargo alone does not do.

#![forbid(unsafe_code)]

mod agree;
mod api;
mod book;
mod built;
mod cargo;
mod chat;
mod ci;
mod costs;
mod engines;
mod error;
mod examples;
mod fixtures;
mod formats;
mod fuzz;
mod gpu;
mod instructions;
mod matrix;
mod mlx;
mod model;
mod mutants;
mod nextest;
mod opinfo;
mod original;
mod packages;
mod pages;
mod python;
mod record;
mod steps;
mod tables;
mod terminal;
mod test;
mod unpacked;
mod usage;
mod walk;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set MLX up, run the suite on every backend, and print the feature × backend matrix
    Matrix(matrix::Options),
    /// Tell in a few minutes whether everything works here: format, lints, tests, and the suite on the reference and MLX
    Test,
    /// Run everything: all feature sets, both runners, candle, mutants, documentation
    Ci,
    /// Ask a small language model something: fetched when it is not there (93 MB), and computed by one of the backends
    Chat(Box<chat::Options>),
    /// Run the suites, the true tests and a real model on this machine's GPU, by MLX: at most ten minutes where its libraries are there
    Gpu,
    /// Run the suite on the reference with one fault each, and print which tests notice it
    Mutants(mutants::Options),
    /// Run the suite on the reference, MLX, candle and the mutants, and write the tables of backends/README.md
    Tables,
    /// Test the examples, and write what their suites print into their READMEs, and docs/src/terminal.svg, or check that it is current
    Examples(examples::Options),
    /// Do what the pages for newcomers say, in an empty folder, and check that it comes to what they say
    Walk(walk::Options),
    /// Pack everything that is published, and test the packages by themselves
    Packages,
    /// Build the book, as docs/book, and check that its links lead somewhere
    Book,
    /// Write the listing of the public interface, or check that it is current
    Api(api::Options),
    /// Write nextest's configuration, or check that it is current: which cells must not run at a time
    Nextest(nextest::Options),
    /// Test the pages of `cargo crosscheck` in a browser, which is set up where there is none, and make pictures of them
    Pages(pages::Options),
    /// Make the golden tensors and the tiny models again, or check that they are what their scripts make
    Fixtures(fixtures::Options),
    /// Run PyTorch's own samples of its operators (OpInfo) on the reference, MLX and candle: some minutes, and some gigabytes once
    Opinfo(opinfo::Options),
    /// Have what `cargo crosscheck` writes read by programs that know nothing of it: schemas, parsers, GitHub's Markdown
    Formats,
    /// Load changed files of every kind that the inference runtime reads, in processes of their own, and name what crashes or hangs
    Fuzz(fuzz::Options),
    /// Run the examples for GitLab and Bazel, by gitlab-ci-local and Bazel
    Engines,
    /// Measure what crosscheck costs its users, beside what they would take instead, and write the table of benches/README.md
    Costs(costs::Options),
    /// Count the instructions that the stages take in a debug build, and write them, or check that none has grown
    Instructions(instructions::Options),
    /// Set up the MLX library, so that the MLX backends build and run on this machine
    Mlx(mlx::Options),
}

fn main() -> ExitCode {
    let task = Cli::parse().task;
    if let Err(error) = workspace::find() {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let done = match task {
        Task::Matrix(options) => matrix::matrix(&options),
        Task::Test => test::test(),
        Task::Ci => ci::ci(),
        Task::Chat(options) => match chat::chat(&options) {
            Ok(status) => return status,
            Err(error) => Err(error),
        },
        Task::Gpu => gpu::gpu(),
        Task::Mutants(options) => mutants::mutants(&options, &mutants::ALONE),
        Task::Tables => tables::tables(),
        Task::Examples(options) => examples::examples(&options),
        Task::Walk(options) => walk::walk(&options),
        Task::Packages => packages::packages(),
        Task::Book => book::book(),
        Task::Api(options) => api::api(&options),
        Task::Nextest(options) => nextest::configure(&options, &nextest::ALONE),
        Task::Pages(options) => pages::pages(&options),
        Task::Fixtures(options) => fixtures::fixtures(&options),
        Task::Opinfo(options) => opinfo::opinfo(&options),
        Task::Formats => formats::formats(),
        Task::Fuzz(options) => fuzz::fuzz(&options),
        Task::Engines => engines::engines(),
        Task::Costs(options) => costs::costs(&options),
        Task::Instructions(options) => instructions::instructions(&options),
        Task::Mlx(options) => mlx::provision(&options).map(drop).map_err(Into::into),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
