//! `cargo xtask test`: whether everything works here, in a few minutes.

use std::time::SystemTime;

use crate::cargo::cargo;
use crate::error::TaskError;
use crate::mlx;
use crate::record::{latest, ran_on};
use crate::steps::Steps;

/// What a user builds on, and the tests of it.
const CORE: [&str; 8] =
    ["-p", "crosscheck-macros", "-p", "crosscheck", "-p", "crosscheck-ui-tests", "-p", "crosscheck-ui-tests-accepted"];
/// The kernels' suite on the reference and on MLX's CPU device.
const SUITE: [&str; 6] = ["-p", "crosscheck-kernel-suite", "--features", "mlx", "--test", "conformance"];

/// Format, lints, the tests of the macros, the runtime and the ui-tests, and the kernels' suite on the reference and `mlx_cpu`.
/// Lints of tests, tests of documentation and all that takes longer are in `ci`.
pub fn test() -> Result<(), TaskError> {
    Steps::run(|steps| {
        steps.step("format", || cargo(&["fmt", "--all", "--check"]).run())?;
        steps.step("set MLX up", || Ok(mlx::provision(&mlx::Options::default())?))?;
        let (deny, tests) = (["--", "-D", "warnings"], ["--lib", "--bins", "--tests"]);
        steps.step("lint macros, runtime and ui-tests", || cargo(&[&["clippy"][..], &CORE, &deny].concat()).run())?;
        steps.step("build their tests", || {
            // The programs that have to compile are examples, which a test starts.
            cargo(&[&["build", "--examples"][..], &CORE].concat()).run()?;
            cargo(&[&["test", "--no-run"][..], &CORE, &tests].concat()).run()
        })?;
        steps.step("run their tests", || cargo(&[&["test", "--quiet"][..], &CORE, &tests].concat()).run())?;
        steps.step("build the suite", || cargo(&[&["test", "--no-run"][..], &SUITE].concat()).run())?;
        let started = SystemTime::now();
        steps.step("run the suite", || cargo(&[&["test", "--quiet"][..], &SUITE].concat()).run())?;
        ran_on(&latest("crosscheck-kernel-suite", started)?, &["reference", "mlx_cpu"])
    })
}
