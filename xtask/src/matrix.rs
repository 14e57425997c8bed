//! `cargo xtask matrix`: the suites on every backend of this machine.

use std::path::PathBuf;
use std::time::SystemTime;

use anstyle_svg::Term;
use clap::Args;

use crate::cargo::cargo;
use crate::error::TaskError;
use crate::mlx;
use crate::record;
use crate::workspace::root;

/// What to do with the matrix.
#[derive(Debug, Default, Args)]
pub struct Options {
    /// Write what is printed to this file, as a picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// The arguments of Cargo that run each suite on all backends. Without their GPU, `metal` and `cuda` compile and report themselves
/// unavailable.
pub const SUITES: [[&str; 6]; 2] = [
    ["-p", "crosscheck-kernel-suite", "--features", "metal,cuda", "--test", "conformance"],
    ["-p", "crosscheck-inference-suite", "--features", "metal,cuda", "--test", "conformance"],
];

/// Writes the page of each suite's run, and names it.
fn pages(since: SystemTime) -> Result<(), TaskError> {
    let mut written = Vec::new();
    for suite in SUITES {
        let page = root().join(format!("target/crosscheck/{}.html", suite[1]));
        let (record, shown) = (record::newest(suite[1], since)?, page.display().to_string());
        let report =
            ["run", "--quiet", "-p", "crosscheck-cli", "--", "report", &*record.to_string_lossy(), "-o", &shown];
        cargo(&report).run()?;
        written.push(shown);
    }
    println!("\nto look around in: {}", written.join(", "));
    Ok(())
}

/// Sets MLX up, runs the suites on every backend, and prints the feature × backend matrix of each.
pub fn matrix(options: &Options) -> Result<(), TaskError> {
    mlx::provision(&mlx::Options::default())?;
    let run = |suite: &[&str]| {
        let run = [&["test", "--quiet"][..], suite, &["--", "--format", "terse"]].concat();
        cargo(&run).env("CROSSCHECK_REQUIRE", "mlx_cpu")
    };
    let Some(path) = &options.svg else {
        let started = SystemTime::now();
        SUITES.iter().try_for_each(|suite| run(suite).run())?;
        return pages(started);
    };

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
