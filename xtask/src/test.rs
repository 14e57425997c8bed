//! `cargo xtask test`: whether everything works here, in a few minutes.

use std::time::SystemTime;

use crate::cargo::cargo;
use crate::error::TaskError;
use crate::mlx;
use crate::record::{latest, ran_on};
use crate::steps::Steps;

/// What a user builds on, and the tests of it.
const CORE: &[&str] = &["crosscheck-macros", "crosscheck", "crosscheck-ui-tests", "crosscheck-ui-tests-suites"];
/// What is compiled and tested: also what the compiler has to accept, and the kernels' suite on the reference and MLX's CPU device.
const TESTED: &[&str] = &["crosscheck-ui-tests-accepted", "crosscheck-kernel-suite"];
const FEATURES: &[&str] = &["--features", "crosscheck-kernel-suite/mlx"];
/// What the compiler refuses: it compiles in a target folder of its own.
pub const REFUSED: &[&str] = &["--test", "ui", "--", "--ignored"];

/// Format, lints, the tests of the macros, the runtime and the ui-tests, and the kernels' suite on the reference and `mlx_cpu`.
/// Lints of tests, tests of documentation, the command `cargo crosscheck` and all that takes longer are in `ci`.
pub fn test() -> Result<(), TaskError> {
    let core: Vec<&str> = CORE.iter().flat_map(|package| ["-p", package]).collect();
    // One set of packages and features in every command that compiles, so that nothing is compiled twice.
    let tested = TESTED.iter().flat_map(|package| ["-p", package]).chain(FEATURES.iter().copied());
    let tested = [core.clone(), tested.collect()].concat();
    let deny = ["--", "-D", "warnings"];
    Steps::run(|steps| {
        steps.step("format", || cargo(&["fmt", "--all", "--check"]).run())?;
        steps.step("set MLX up", || Ok(mlx::provision(&mlx::Options::default())?))?;
        steps.step("lint", || cargo(&[&["clippy"][..], &core, &deny].concat()).run())?;
        steps.step("build", || {
            // The programs that have to compile are examples, which a test starts.
            cargo(&[&["build", "--examples"][..], &tested].concat()).run()?;
            cargo(&[&["test", "--no-run"][..], &tested, &["--tests"]].concat()).run()
        })?;
        let started = SystemTime::now();
        steps.step("test", || {
            let test = |which: &[&str]| cargo(&[&["test", "--quiet"][..], &tested, which].concat());
            // These mostly wait, for which a processor each is too much.
            test(&["--tests"]).env("RUST_TEST_THREADS", "8").run_beside(test(REFUSED))
        })?;
        ran_on(&latest("crosscheck-kernel-suite", started)?, &["reference", "mlx_cpu"])
    })
}
