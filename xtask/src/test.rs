//! `cargo xtask test`: whether everything works here, in a few minutes.

use std::time::SystemTime;

use crate::cargo::cargo;
use crate::error::TaskError;
use crate::mlx;
use crate::record::{latest, ran_on};
use crate::steps::Steps;

/// What the quick check builds and tests: one set of packages and features in every command, so that nothing is built twice.
const PACKAGES: [&str; 10] = [
    "-p",
    "crosscheck-macros",
    "-p",
    "crosscheck",
    "-p",
    "crosscheck-ui-tests",
    "-p",
    "crosscheck-kernel-suite",
    "--features",
    "crosscheck-kernel-suite/mlx",
];

/// Format, lints, the tests of the macros, the runtime and the ui-tests, and the kernels' suite on the reference and `mlx_cpu`.
pub fn test() -> Result<(), TaskError> {
    Steps::run(|steps| {
        steps.step("format", || cargo(&["fmt", "--all", "--check"]).run())?;
        steps.step("set MLX up", || Ok(mlx::provision(&mlx::Options::default())?))?;
        let deny = ["--all-targets", "--", "-D", "warnings"];
        steps.step("lint", || cargo(&[&["clippy"][..], &PACKAGES, &deny].concat()).run())?;
        let started = SystemTime::now();
        steps.step("build the tests", || cargo(&[&["test", "--no-run"][..], &PACKAGES].concat()).run())?;
        steps.step("run the tests", || cargo(&[&["test", "--quiet"][..], &PACKAGES].concat()).run())?;
        ran_on(&latest("crosscheck-kernel-suite", started)?, &["reference", "mlx_cpu"])
    })
}
