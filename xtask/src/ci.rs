//! `cargo xtask ci`: everything.

use std::time::SystemTime;

use crosscheck::record::CellRecord;

use crate::agree::agree;
use crate::cargo::cargo;
use crate::error::TaskError;
use crate::record::{fresh, latest, ran_on, read};
use crate::steps::Steps;
use crate::test::REFUSED;
use crate::{
    api, book, engines, examples, formats, fuzz, instructions, mlx, model, mutants, nextest, packages, pages, walk,
};

/// Every package with everything that is tested of it: one set of features in every command, so that nothing is built twice.
/// Without their GPU, `metal` and `cuda` compile and report themselves unavailable.
pub const ALL: [&str; 3] = [
    "--workspace",
    "--features",
    "crosscheck-kernel-suite/metal,crosscheck-kernel-suite/cuda,crosscheck-inference-suite/metal,crosscheck-inference-suite/cuda,crosscheck-inference/metal,crosscheck-inference/cuda,crosscheck-inference/chat,crosscheck-inference-benches/mlx",
];
/// The packages of the suites that run under both runners.
const SUITES: [&str; 2] = ["crosscheck-kernel-suite", "crosscheck-inference-suite"];
/// What only the lints look at besides: it is measured, not tested.
const MEASURED: &str = "crosscheck-inference-benches/candle,crosscheck-inference-benches/flamegraph";

/// All feature sets, both runners, candle, mutants, documentation.
pub fn ci() -> Result<(), TaskError> {
    let is_model_there = model::present().is_some();
    Steps::run(|steps| {
        steps.step("format", || cargo(&["fmt", "--all", "--check"]).run())?;
        steps.step("set MLX up", || Ok(mlx::provision(&mlx::Options::default())?))?;
        steps.step("lint", lint)?;
        steps.step("document", document)?;
        steps.step("build the tests", || cargo(&[&["test", "--no-run"][..], &ALL].concat()).run())?;
        let started = SystemTime::now();
        steps.step("run the tests", || {
            // Half of them mostly wait.
            let tests = cargo(&[&["test", "--quiet"][..], &ALL].concat()).env("RUST_TEST_THREADS", "4");
            // What is there has to be found by its tests too.
            let tests = if is_model_there { tests.env("CROSSCHECK_REQUIRE_MODEL", "1") } else { tests };
            tests.run_beside(cargo(&[&["test", "--quiet"][..], &ALL, REFUSED].concat()))
        })?;
        // Later steps run these suites too, with fewer backends.
        let by_test = SUITES.iter().map(|package| latest(package, started)).collect::<Result<Vec<_>, _>>()?;
        steps.step("run the tests that compile crates", || {
            let tests = ["--test", "init", "--test", "fix", "--test", "suites", "--", "--ignored"];
            cargo(&[&["test", "--quiet"][..], &ALL, &tests].concat()).run()
        })?;
        steps.step("test the pages in a browser", pages::in_ci)?;
        steps.step("test the examples", || examples::examples(&examples::Options::CHECK))?;
        steps.step("run the examples of engines", engines::in_ci)?;
        steps.step("have the formats read", formats::formats)?;
        steps.step("load changed files", || fuzz::in_ci(&ALL))?;
        steps.step("build the book", book::book)?;
        steps.step("walk the pages for newcomers", || walk::walk(&walk::Options::default()))?;
        steps.step("test the packages", packages::packages)?;
        steps.step("run the suites under nextest", || under_nextest(&by_test))?;
        steps.step("count the instructions", || instructions::instructions(&instructions::Options { check: true }))?;
        steps.step("run the mutants", || mutants::mutants(&mutants::Options::default(), &ALL))
    })?;
    if !is_model_there {
        println!("\nthe tests of the real model were not run: {}; `cargo xtask chat` fetches it", model::MISSING);
    }
    Ok(())
}

/// With all features, with none, and the runtime without its harness.
fn lint() -> Result<(), TaskError> {
    let deny = ["--all-targets", "--", "-D", "warnings"];
    let measured = [ALL[2], MEASURED].join(",");
    // What the compiler has to accept is odd on purpose.
    let accepted = ["--exclude", "crosscheck-ui-tests-accepted"];
    cargo(&[&["clippy", "--workspace", "--features", &measured][..], &accepted, &deny].concat()).run()?;
    cargo(&[&["clippy", "-p", "crosscheck-backends", "-p", "crosscheck-inference"][..], &deny].concat()).run()?;
    cargo(&["clippy", "-p", "crosscheck", "--no-default-features", "--", "-D", "warnings"]).run()
}

fn document() -> Result<(), TaskError> {
    let doc = [&["doc", "--no-deps", "--quiet"][..], &ALL].concat();
    cargo(&doc).env("RUSTDOCFLAGS", "-D warnings").run()?;
    api::api(&api::Options { check: true })
}

/// The suites once more by nextest, which has to see what `cargo test` has seen. Of the two GPUs that are not there, one is enough: each
/// of their cells is a process here, to say so.
fn under_nextest(by_test: &[Vec<CellRecord>]) -> Result<(), TaskError> {
    nextest::provide()?;
    nextest::configure(&nextest::Options { check: true }, &ALL)?;
    cargo(&[&["test", "--quiet"][..], &ALL, &["--test", "nextest", "--", "--ignored"]].concat()).run()?;
    for (package, by_test) in SUITES.into_iter().zip(by_test) {
        ran_on(by_test, &["reference", "mlx_cpu"])?;
        let by_nextest = fresh("nextest")?;
        let suite = format!("package({package}) & binary(conformance) & not test(/::mlx_cuda$/)");
        let run = [&["nextest", "run", "--status-level", "fail"][..], &ALL, &["-E", &suite]].concat();
        cargo(&run).env("CROSSCHECK_REQUIRE", "mlx_cpu").env("CROSSCHECK_RECORD", &by_nextest).run()?;
        agree(by_test, &read(&by_nextest)?)?;
    }
    Ok(())
}
