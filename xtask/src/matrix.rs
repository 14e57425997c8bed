//! `cargo xtask matrix`: the suite on every backend of this machine.

use std::path::PathBuf;

use anstyle_svg::Term;
use clap::Args;

use crate::cargo::cargo;
use crate::error::TaskError;
use crate::mlx;

/// What to do with the matrix.
#[derive(Debug, Default, Args)]
pub struct Options {
    /// Write what is printed to this file, as a picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// The arguments of Cargo that run the suite on all backends. Without a GPU, `metal` compiles and reports itself unavailable.
pub const SUITE: [&str; 6] = ["-p", "crosscheck-kernel-suite", "--features", "metal", "--test", "conformance"];

/// Sets MLX up, runs the suite on every backend, and prints the feature × backend matrix.
pub fn matrix(options: &Options) -> Result<(), TaskError> {
    mlx::provision(&mlx::Options::default())?;
    let run = [&["test", "--quiet"][..], &SUITE, &["--", "--format", "terse"]].concat();
    let suite = cargo(&run).env("CROSSCHECK_REQUIRE", "mlx_cpu");
    let Some(path) = &options.svg else { return suite.run() };

    let printed = suite.env("CLICOLOR_FORCE", "1").output()?;
    // The dots of the run, and where the record lies on this machine, belong to no picture.
    let report = printed.split_once('─').map_or(printed.as_str(), |(_, report)| report);
    let report: String =
        report.lines().filter(|line| !line.starts_with("record: ")).map(|line| format!("{line}\n")).collect();
    let picture = Term::new().render_svg(&format!("$ cargo xtask matrix\n─{report}"));
    std::fs::write(path, picture).map_err(|source| TaskError::Io { path: path.clone(), source })
}
