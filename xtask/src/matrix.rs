//! `cargo xtask matrix`: the suites on every backend of this machine.

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

/// The arguments of Cargo that run each suite on all backends. Without a GPU, `metal` compiles and reports itself unavailable.
pub const SUITES: [[&str; 6]; 2] = [
    ["-p", "crosscheck-kernel-suite", "--features", "metal", "--test", "conformance"],
    ["-p", "crosscheck-inference-suite", "--features", "metal", "--test", "conformance"],
];

/// Sets MLX up, runs the suites on every backend, and prints the feature × backend matrix of each.
pub fn matrix(options: &Options) -> Result<(), TaskError> {
    mlx::provision(&mlx::Options::default())?;
    let run = |suite: &[&str]| {
        let run = [&["test", "--quiet"][..], suite, &["--", "--format", "terse"]].concat();
        cargo(&run).env("CROSSCHECK_REQUIRE", "mlx_cpu")
    };
    let Some(path) = &options.svg else { return SUITES.iter().try_for_each(|suite| run(suite).run()) };

    let mut picture = "$ cargo xtask matrix\n".to_owned();
    for suite in SUITES {
        let printed = run(&suite).env("CLICOLOR_FORCE", "1").output()?;
        // The dots of the run, and the path of the record on this machine, belong to no picture.
        let report = printed.split_once('─').map_or(printed.as_str(), |(_, report)| report);
        picture.push('─');
        for line in report.lines().filter(|line| !line.starts_with("record: ")) {
            picture.extend([line, "\n"]);
        }
    }
    let picture = Term::new().render_svg(&picture);
    std::fs::write(path, picture).map_err(|source| TaskError::Io { path: path.clone(), source })
}
