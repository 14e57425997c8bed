//! A test executable: command line, listing, running, reporting. What is underneath is libtest-mimic.

mod args;
mod list;
mod run;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use crate::check::check;
use crate::execute::Executor;
use crate::plan::plan;
use crate::registry::Elements;
use crate::report;
use crate::spec::SuiteSpec;

use args::Cli;
use run::Run;

/// The executable, as Cargo knows it.
#[derive(Clone, Copy, Debug)]
pub struct Executable {
    /// The package's name.
    pub package: &'static str,
    /// The test target's crate name.
    pub target: &'static str,
}

/// A usage or configuration error.
const USAGE: u8 = 2;

/// The `main` of a test executable; [`crosscheck::main!`](crate::main!) calls it.
///
/// `named` are the crates that stand in `main!`. The exit status is 0, 101 when a cell failed, and 2 when the command line
/// or what is registered makes no sense.
pub fn main(own: Executable, named: &[&str]) -> ExitCode {
    let cli = Cli::parse();
    let elements = Elements::linked();
    let (suites, bodies): (Vec<SuiteSpec>, Vec<_>) =
        elements.suites().into_iter().map(|suite| (suite.spec, suite.bodies)).unzip();
    let errors = check(&elements, &suites.iter().collect::<Vec<_>>(), named);
    if !errors.is_empty() {
        return refuse(&errors);
    }
    let request = match cli.request(&suites) {
        Ok(request) => request,
        Err(errors) => return refuse(&errors),
    };

    let suites: Arc<[SuiteSpec]> = suites.into();
    let plan = plan(Arc::clone(&suites), &request.selection);
    if cli.matrix {
        let views = [report::of_plan(&plan), report::features(&plan), report::exclusions(&plan)];
        anstream::print!("{}", report::paint(&views.join("\n")));
        return ExitCode::SUCCESS;
    }
    let executors = suites.iter().zip(bodies).map(|(suite, bodies)| Executor::new(suite, bodies)).collect();
    let run = Arc::new(Run::new(own, plan, executors, request.required));
    if cli.libtest.list {
        return list::print(&run, &cli.libtest);
    }
    for krate in elements.crates().iter().filter(|krate| **krate != own.target && !named.contains(krate)) {
        anstream::eprintln!("note: `{krate}` registers checks or backends, but does not stand in `crosscheck::main!`");
    }
    run::run(&run, &cli)
}

/// Prints every error; nothing was run.
fn refuse(errors: &[impl std::fmt::Display]) -> ExitCode {
    for error in errors {
        anstream::eprintln!("{} {error}", report::paint("error:"));
    }
    ExitCode::from(USAGE)
}

/// Whether cargo-nextest started this process.
fn under_nextest() -> bool {
    std::env::var_os("NEXTEST").is_some()
}
